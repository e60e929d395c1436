/**
 * Results of costly calls in the order in which they were asked for. Work whose steps all follow from such results is
 * gone on with by doing it again from its beginning: what an earlier process was told is read, and only the rest computed.
 */
import { existsSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { AT_THE_END, type Checkpoint, noCheckpoint } from './checkpoint.ts';
import { openRowFile, type RowFile } from './row-file.ts';

/** The results of one piece of work. Close it. */
export interface Journal {
  /**
   * The result of the next call, as an earlier process computed it or as `compute` does. One is waited for before the next
   * is asked for: results lie in the order of the questions.
   *
   * @param question numbers on which the result depends: where an earlier process had others here, its results end
   * @returns as many numbers as every result has, fresh memory
   */
  recall(question: Float64Array, compute: () => Promise<Float64Array>): Promise<Float64Array>;
  /** Keeps the last results, unless they are soon computed again, and closes the file. */
  close(): void;
}

/** Results wait in memory up to so many bytes until they are written. */
const PENDING_BYTES = 2 ** 23;

/** File of the results. */
const RESULTS = 'results';

/** @param length numbers of every result */
export function openJournal(checkpoint: Checkpoint, length: number): Journal {
  if (checkpoint === noCheckpoint) return { recall: (_, compute) => compute(), close: () => {} };
  // A result's row begins with what tells its question.
  const rowBytes = 8 * (length + 1);
  const pending: Float64Array[] = [];
  let { file, known } = earlier(checkpoint, rowBytes);
  let asked = 0;
  let unsaved = 0;

  function write(): void {
    if (pending.length === 0) return;
    file ??= openRowFile(checkpoint.pathOf(RESULTS));
    for (const row of pending.splice(0)) file.append(row);
  }

  function save(): void {
    if (unsaved === 0) return;
    write();
    file!.sync();
    checkpoint.save({}, { results: asked, checksum: file!.checksum });
    unsaved = 0;
  }

  return {
    async recall(question, compute) {
      const row = new Float64Array(length + 1);
      const check = question.reduce((sum, value) => sum + value, 0);
      if (asked < known) {
        file!.read(row, asked * rowBytes);
        if (row[0] === check) {
          asked++;
          return row.subarray(1);
        }
        known = asked;
        file!.truncate(known * rowBytes);
        checkpoint.save({}, { results: known, checksum: file!.checksum });
      }
      const result = await compute();
      row[0] = check;
      row.set(result, 1);
      pending.push(row);
      asked++;
      unsaved++;
      if (checkpoint.isDue()) save();
      else if (pending.length * rowBytes > PENDING_BYTES) write();
      return result;
    },
    close() {
      if (checkpoint.isDue(AT_THE_END)) save();
      file?.close();
      file = null;
    },
  };
}

/** What an earlier process has left; nothing where its file is damaged. */
function earlier(checkpoint: Checkpoint, rowBytes: number): { file: RowFile | null; known: number } {
  const { results: known = 0, checksum = 0 } = (checkpoint.load()?.metadata ?? {}) as {
    results?: number;
    checksum?: number;
  };
  if (known === 0 || !existsSync(checkpoint.pathOf(RESULTS))) return { file: null, known: 0 };
  try {
    return { file: openRowFile(checkpoint.pathOf(RESULTS), { bytes: known * rowBytes, checksum }), known };
  } catch (error) {
    if (error instanceof DataError) return { file: null, known: 0 };
    throw error;
  }
}
