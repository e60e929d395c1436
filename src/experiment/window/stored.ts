/** The window read from the disk: only the rows that are asked for. */
import { DataError } from '../../errors.ts';
import { ITEM_BYTES } from '../../store/dtypes.ts';
import { RUN_FILES, runPath, trajectoryPaths } from '../../store/run-directory.ts';
import { openSafetensors, type SafetensorsReader } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import type { RecordedWindow, StatesBlock, WeightsBlock } from './recorded.ts';
import { blockRows } from './trajectory.ts';

/** A file of the trajectory. */
interface Part {
  readonly path: string;
  /** Number of its first update. */
  readonly first: number;
  readonly rows: number;
  readonly itemBytes: number;
}

/**
 * Opens a window on disk; heads are checked at once.
 *
 * @param rowsPerBlock at the most
 * @throws DataError where the trajectory is absent or damaged, or does not have so many updates of this size
 */
export function openStoredWindow(
  directory: string,
  updates: number,
  size: number,
  rowsPerBlock = blockRows(size),
): RecordedWindow {
  const parts = findParts(directory, updates, size);
  // Fresh memory for each block takes as long as reading.
  const memory = [0, 1].map(() => new ArrayBuffer(Math.min(rowsPerBlock, updates) * size * parts[0].itemBytes));
  let open: { readonly part: Part; readonly reader: SafetensorsReader } | null = null;

  function readerOf(part: Part): SafetensorsReader {
    if (open?.part !== part) {
      open?.reader.close();
      open = null;
      open = { part, reader: openSafetensors(part.path) };
    }
    return open.reader;
  }

  function* places(first: number, end: number): Generator<{ reader: SafetensorsReader; row: number; block: number[] }> {
    for (const part of parts) {
      const last = Math.min(end, part.first + part.rows);
      for (let at = Math.max(first, part.first); at < last; at += rowsPerBlock)
        yield { reader: readerOf(part), row: at - part.first, block: [at, Math.min(rowsPerBlock, last - at)] };
    }
  }

  return {
    updates,
    size,
    async *states(first, end): AsyncGenerator<StatesBlock> {
      for (const { reader, row, block } of places(first, end)) {
        const [theta, velocity] = ['theta', 'velocity'].map(
          (name, i) => reader.readRows(name, row, block[1], memory[i]).data as Reals,
        );
        yield { first: block[0], rows: block[1], theta, velocity };
      }
    },
    async *weights(first, end): AsyncGenerator<WeightsBlock> {
      for (const { reader, row, block } of places(first, end))
        yield {
          first: block[0],
          rows: block[1],
          theta: reader.readRows('theta', row, block[1], memory[0]).data as Reals,
        };
    },
    dispose() {
      open?.reader.close();
      open = null;
    },
  };
}

function findParts(directory: string, updates: number, size: number): Part[] {
  const folder = runPath(directory, RUN_FILES.trajectory);
  const parts: Part[] = [];
  let next = 0;
  for (const path of trajectoryPaths(directory)) {
    const file = openSafetensors(path);
    file.close();
    const { theta } = file.tensors;
    const shape = theta?.shape ?? [];
    if (file.metadata.firstUpdate !== next || shape[1] !== size)
      throw new DataError(
        `${path} holds weights of shape [${shape.join(', ')}] from update ${String(file.metadata.firstUpdate)} on; expected [updates, ${size}] from update ${next} on`,
      );
    parts.push({ path, first: next, rows: shape[0], itemBytes: ITEM_BYTES[theta.dtype] });
    next += shape[0];
  }
  if (parts.length === 0) throw new DataError(`there is no ${folder}: record the window again`);
  if (next !== updates) throw new DataError(`${folder} holds ${next} updates; the window has ${updates}`);
  return parts;
}
