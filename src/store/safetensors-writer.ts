/** Writing safetensors files, at once or rows at a time. Equal content gives equal bytes, in whatever order it came. */
import { fstatSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { attempt, openAtomic } from './atomic.ts';
import { bytesOf, writeFully } from './descriptor.ts';
import { dtypeOf, elementCount, ITEM_BYTES, type TensorData, type WritableDType } from './dtypes.ts';
import { layOut } from './safetensors-header.ts';

/** A tensor to write; its format is that of the typed array. */
export interface WritableTensor {
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: TensorData;
}

/** Format and shape of a tensor whose rows come later. */
export interface TensorShape {
  readonly dtype: WritableDType;
  readonly shape: readonly number[];
}

/** Where a file lies that is gone on with after an interruption. */
export interface UnfinishedFile {
  readonly path: string;
  /** Rows that every tensor has of an earlier process; what else lies there does not count. */
  readonly rows: number;
}

/** A file whose rows arrive over time. Exactly one of `finish`, `leave` and `abort` ends it. */
export interface SafetensorsWriter {
  /**
   * Writes whole rows along the first axis, starting at `firstRow`; rows may come in any order, and again.
   *
   * @param data a multiple of one row's values, in the format promised
   * @throws RangeError for rows outside the tensor, a broken row, or another format
   */
  writeRows(name: string, firstRow: number, data: TensorData): void;
  /** Gives the file its name. @throws RangeError where a row was never written */
  finish(): void;
  /** All rows that were written are on the disk when this returns. */
  sync(): void;
  /** Lets the rows lie where they are, to be gone on with. Nothing happens after `finish`. */
  leave(): void;
  /** Removes what was written. Nothing happens after `finish` or `leave`, so it may stand in a `finally`. */
  abort(): void;
}

/**
 * Writes tensors and metadata, whole or not at all.
 *
 * @param metadata values are stored as JSON strings
 * @throws RangeError where a shape and its data disagree
 * @throws StorageError where the file cannot be written
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, WritableTensor>>,
  metadata: Readonly<Record<string, unknown>> = {},
): void {
  const shapes: Record<string, TensorShape> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (elementCount(shape) !== data.length) {
      throw new RangeError(
        `tensor ${name} has ${data.length} values; its shape [${shape}] holds ${elementCount(shape)}`,
      );
    }
    shapes[name] = { dtype: dtypeOf(data), shape };
  }
  const writer = createSafetensors(path, shapes, metadata);
  try {
    for (const [name, { data }] of Object.entries(tensors)) if (data.length > 0) writer.writeRows(name, 0, data);
    writer.finish();
  } finally {
    writer.abort();
  }
}

/**
 * Starts a file of known shapes whose rows come later. It is written beside its final name until `finish`.
 *
 * @param metadata values are stored as JSON strings
 * @param unfinished where it is written, and how much of it is there, if another process may have to go on with it
 * @throws StorageError where the folder cannot be written; DataError where rows that should be there are not
 */
export function createSafetensors(
  path: string,
  shapes: Readonly<Record<string, TensorShape>>,
  metadata: Readonly<Record<string, unknown>> = {},
  unfinished?: UnfinishedFile,
): SafetensorsWriter {
  const { tensors, head } = layOut(shapes, metadata);
  const there = unfinished?.rows ?? 0;
  const file = openAtomic(path, unfinished && { path: unfinished.path, isGoneOnWith: there > 0 });
  const rowsOf = (name: string) => tensors[name].shape[0] ?? 1;
  const valuesPerRow = (name: string) => elementCount(tensors[name].shape.slice(1));
  const written = Object.fromEntries(
    Object.keys(tensors).map((name) => [name, new Uint8Array(rowsOf(name)).fill(1, 0, there)]),
  );
  try {
    if (there > 0) requireRows(file.descriptor, unfinished!);
    attempt(path, () => writeFully(file.descriptor, head, 0));
  } catch (error) {
    file.discard();
    throw error;
  }

  /** The rows that are said to be there must lie within the file. */
  function requireRows(descriptor: number, { path: lies, rows }: UnfinishedFile): void {
    const { size } = fstatSync(descriptor);
    for (const [name, { dtype, offset }] of Object.entries(tensors)) {
      const end = offset + Math.min(rows, rowsOf(name)) * valuesPerRow(name) * ITEM_BYTES[dtype];
      if (size < end) throw new DataError(`${lies} ends at byte ${size}; ${rows} rows of ${name} end at byte ${end}`);
    }
  }

  function writeRows(name: string, firstRow: number, data: TensorData): void {
    if (!Object.hasOwn(tensors, name)) throw new RangeError(`no tensor ${name} was promised for ${path}`);
    const { dtype, shape, offset } = tensors[name];
    if (dtypeOf(data) !== dtype) throw new RangeError(`rows of ${name} are ${dtypeOf(data)}; ${dtype} was promised`);
    const rows = data.length / valuesPerRow(name);
    if (!Number.isInteger(rows) || !Number.isInteger(firstRow) || firstRow < 0 || firstRow + rows > rowsOf(name)) {
      throw new RangeError(`${data.length} values from row ${firstRow} on do not fit ${name} of shape [${shape}]`);
    }
    const position = offset + firstRow * valuesPerRow(name) * ITEM_BYTES[dtype];
    attempt(path, () => writeFully(file.descriptor, bytesOf(data), position));
    written[name].fill(1, firstRow, firstRow + rows);
  }

  function finish(): void {
    for (const [name, rows] of Object.entries(written)) {
      const missing = valuesPerRow(name) === 0 ? -1 : rows.indexOf(0);
      if (missing >= 0) throw new RangeError(`row ${missing} of ${name} was never written to ${path}`);
    }
    file.commit();
  }

  return { writeRows, finish, sync: file.sync, leave: file.leave, abort: file.discard };
}
