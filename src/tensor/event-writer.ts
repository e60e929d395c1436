/** TensorBoard's event files, which the native library writes. */
import { loadNodeLibrary } from './node-library.ts';

/** A writer of TensorBoard's event files. */
export interface EventWriter {
  /** A number, kept as float32; steps of a tag must not fall. */
  scalar(tag: string, value: number, step: number): void;
  /** Sees to it that everything is in the file. */
  flush(): void;
}

/**
 * Opens a writer into a folder, which is made.
 *
 * @param folder not one that this process has written to before: the library would go on with the file it had there
 * @throws ConfigurationError where the native library, which writes the files, is missing
 */
export function openEventWriter(folder: string): EventWriter {
  const { tf } = loadNodeLibrary();
  const { node } = tf as unknown as { node: { summaryFileWriter(folder: string): EventWriter } };
  return node.summaryFileWriter(folder);
}
