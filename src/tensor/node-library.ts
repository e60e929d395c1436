/** tfjs-node, loaded once in a process, with a number of threads that then holds for all of it. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import { type KernelBackend, makeCurrent, type NodeLibrary } from './library.ts';
import { loadTfjsNode, nativePart } from './native.ts';
import { enableSecondOrder } from './second-order.ts';
import { setTensorFlow } from './tensorflow-settings.ts';

let nodeLibrary: NodeLibrary | undefined;
let loadedThreads: number | undefined;

/**
 * The library, and it is the current one.
 *
 * @param threads as many as it was loaded with unless said otherwise; one where it is loaded now
 * @throws ConfigurationError where it is missing, or was loaded with another number of threads
 */
export function loadNodeLibrary(threads = loadedThreads ?? 1): NodeLibrary {
  if (nodeLibrary) {
    if (loadedThreads !== threads)
      throw new ConfigurationError(
        `TensorFlow was loaded with ${loadedThreads} threads and cannot go on with ${threads}: start another process`,
      );
    makeCurrent(nodeLibrary.tf, 'tensorflow');
    return nodeLibrary;
  }
  setTensorFlow(threads);
  let loaded: ReturnType<typeof loadTfjsNode>;
  try {
    loaded = loadTfjsNode();
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const [reason] = String((error as Error).message).split('\n');
    throw new ConfigurationError(
      `back end tensorflow cannot be loaded (${reason.trim()}): \`${nativePart().again}\` looks for its library again, or use --set backend=cpu, which is far slower`,
    );
  }
  const { protobuf } = loaded;
  const tf = loaded.tf as typeof tfjs;
  const backend = tf.backend() as unknown as KernelBackend;
  enableSecondOrder(tf);
  nodeLibrary = { tf, binding: backend.binding, backend, protobuf };
  loadedThreads = threads;
  return nodeLibrary;
}
