/** An array whose rows are computed in their order, kept on disk as it grows: only what is new is written. */
import { existsSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { AT_THE_END, type Checkpoint } from './checkpoint.ts';
import { openRowFile, type RowFile } from './row-file.ts';

/** Rows of an array that are known. Close it. */
export interface Growing {
  /** As many as an earlier process had when it last saved; the array holds them. */
  readonly rows: number;
  /** Tells that the array has so many rows now; they are saved when it is time. */
  have(rows: number): void;
  /** Saves the last rows, unless they are soon computed again. */
  close(): void;
}

/** File of the rows. */
const ROWS = 'rows';

/** @param array of rows of `width` numbers; those of an earlier process are filled in */
export function openGrowing(checkpoint: Checkpoint, array: Float64Array, width: number): Growing {
  let { file, rows } = fill(checkpoint, array, width);
  const known = rows;
  let now = rows;

  function save(): void {
    if (now === rows) return;
    file ??= openRowFile(checkpoint.pathOf(ROWS));
    file.append(array.subarray(rows * width, now * width));
    file.sync();
    rows = now;
    checkpoint.save({}, { rows, checksum: file.checksum });
  }

  return {
    rows: known,
    have(count) {
      now = count;
      if (checkpoint.isDue()) save();
    },
    close() {
      if (checkpoint.isDue(AT_THE_END)) save();
      file?.close();
      file = null;
    },
  };
}

/** Nothing where the file is damaged. */
function fill(checkpoint: Checkpoint, array: Float64Array, width: number): { file: RowFile | null; rows: number } {
  const { rows = 0, checksum = 0 } = (checkpoint.load()?.metadata ?? {}) as { rows?: number; checksum?: number };
  if (rows === 0 || !existsSync(checkpoint.pathOf(ROWS))) return { file: null, rows: 0 };
  try {
    const file = openRowFile(checkpoint.pathOf(ROWS), { bytes: rows * width * 8, checksum });
    file.read(array.subarray(0, rows * width), 0);
    return { file, rows };
  } catch (error) {
    if (error instanceof DataError) return { file: null, rows: 0 };
    throw error;
  }
}
