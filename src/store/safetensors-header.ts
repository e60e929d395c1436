/**
 * The head of a safetensors file: 8 bytes of length, then JSON with each tensor's format, shape and place, then padding.
 * Checked as strictly as the reference implementation does: no gaps, no overlaps, no bytes left over.
 *
 * @see https://huggingface.co/docs/safetensors
 */
import { DataError } from '../errors.ts';
import { readFully } from './descriptor.ts';
import { DTYPES, elementCount, ITEM_BYTES, type DType } from './dtypes.ts';

/** Where a tensor lies in its file. */
export interface TensorPlace {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** A file's head, read or laid out. */
export interface Header {
  readonly tensors: Readonly<Record<string, TensorPlace>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Longest head that is believed, in bytes: the reference implementation's own limit. */
const LONGEST_HEADER = 100_000_000;

/**
 * Lays tensors out and gives the head's bytes. Widest format first, then by name, which keeps every tensor on a multiple of
 * its item size and makes the bytes independent of the order of the record: the same order the reference implementation uses.
 */
export function layOut(
  shapes: Readonly<Record<string, { readonly dtype: DType; readonly shape: readonly number[] }>>,
  metadata: Readonly<Record<string, unknown>>,
): Header & { readonly head: Uint8Array } {
  const names = Object.keys(shapes).sort(
    (a, b) => DTYPES.indexOf(shapes[a].dtype) - DTYPES.indexOf(shapes[b].dtype) || (a < b ? -1 : 1),
  );
  const entries: Record<string, unknown> = {};
  const keys = Object.keys(metadata).filter((key) => metadata[key] !== undefined);
  if (keys.length > 0) {
    entries.__metadata__ = Object.fromEntries(keys.sort().map((key) => [key, JSON.stringify(metadata[key])]));
  }
  let end = 0;
  for (const name of names) {
    const { dtype, shape } = shapes[name];
    const begin = end;
    end += elementCount(shape) * ITEM_BYTES[dtype];
    entries[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(entries), 'utf8');
  const length = Math.ceil(text.length / 8) * 8;
  const head = Buffer.alloc(8 + length, ' ');
  head.writeBigUInt64LE(BigInt(length));
  text.copy(head, 8);

  const tensors: Record<string, TensorPlace> = {};
  let offset = head.length;
  for (const name of names) {
    const { dtype, shape } = shapes[name];
    const bytes = elementCount(shape) * ITEM_BYTES[dtype];
    tensors[name] = { dtype, shape: [...shape], offset, bytes };
    offset += bytes;
  }
  return { tensors, metadata, head };
}

/**
 * Reads and checks the head of an open file.
 *
 * @param path for the errors
 * @param size of the file, in bytes
 * @throws DataError naming the file and the byte where it stops making sense
 */
export function readHeader(descriptor: number, path: string, size: number): Header {
  const lengthBytes = Buffer.alloc(8);
  if (readFully(descriptor, lengthBytes, 0) < 8) {
    throw new DataError(`${path} ends at byte ${size}; a safetensors file starts with 8 bytes of header length`);
  }
  const length = lengthBytes.readBigUInt64LE();
  if (length > BigInt(LONGEST_HEADER) || 8 + Number(length) > size) {
    refuseOfTorch(lengthBytes, path);
    throw new DataError(
      `${path}, byte 0: a header of ${length} bytes in a file of ${size}; it was cut short or is no safetensors file`,
    );
  }
  const text = Buffer.alloc(Number(length));
  readFully(descriptor, text, 8);
  const entries = parseEntries(text, path);
  const dataStart = 8 + text.length;

  const tensors = Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, entry]) => [name, parsePlace(name, entry, dataStart, path)]),
  );
  checkPlaces(tensors, dataStart, size, path);
  return { tensors, metadata: parseMetadata(entries.__metadata__, path) };
}

/** @throws DataError for what `torch.save` writes, today a zip archive, earlier a pickle */
function refuseOfTorch(beginning: Buffer, path: string): void {
  const isZip = beginning.toString('latin1', 0, 4) === 'PK\x03\x04';
  const isPickle = beginning[0] === 0x80 && beginning[1] >= 2 && beginning[1] <= 5;
  if (!isZip && !isPickle) return;
  throw new DataError(
    `${path} is ${isZip ? 'a zip archive' : 'a pickle'}, as torch.save writes, and no safetensors file: in Python, safetensors.torch.save_file(model.state_dict(), 'weights.safetensors') writes one`,
  );
}

function parseEntries(text: Buffer, path: string): Record<string, unknown> {
  try {
    const entries: unknown = JSON.parse(new TextDecoder('utf8', { fatal: true }).decode(text));
    if (typeof entries === 'object' && entries !== null && !Array.isArray(entries)) {
      return entries as Record<string, unknown>;
    }
  } catch (error) {
    throw new DataError(`${path}, byte 8: the header is no JSON (${(error as Error).message})`, { cause: error });
  }
  throw new DataError(`${path}, byte 8: the header is no JSON object`);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsePlace(name: string, entry: unknown, dataStart: number, path: string): TensorPlace {
  const { dtype, shape, data_offsets } = (entry ?? {}) as Record<string, unknown>;
  const where = `${path}, byte 8 (header), tensor ${name}`;
  if (!DTYPES.includes(dtype as DType)) {
    throw new DataError(`${where}: dtype ${JSON.stringify(dtype)}; known are ${DTYPES.join(', ')}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new DataError(`${where}: shape ${JSON.stringify(shape)}; expected a list of lengths`);
  }
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(isCount)) {
    throw new DataError(`${where}: data_offsets ${JSON.stringify(data_offsets)}; expected [begin, end]`);
  }
  const [begin, end] = data_offsets;
  const bytes = elementCount(shape) * ITEM_BYTES[dtype as DType];
  if (end - begin !== bytes) {
    throw new DataError(`${where}: data_offsets [${begin}, ${end}]; [${shape}] of ${dtype} takes ${bytes} bytes`);
  }
  return { dtype: dtype as DType, shape, offset: dataStart + begin, bytes };
}

/** Tensors must follow each other without gap or overlap up to the last byte. */
function checkPlaces(tensors: Record<string, TensorPlace>, dataStart: number, size: number, path: string): void {
  let expected = dataStart;
  const inOrder = Object.entries(tensors).sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes);
  for (const [name, { offset, bytes }] of inOrder) {
    if (offset !== expected) {
      throw new DataError(
        `${path}, byte ${offset}: tensor ${name} starts here; the one before it ends at byte ${expected}`,
      );
    }
    expected = offset + bytes;
    if (expected > size) {
      throw new DataError(`${path} ends at byte ${size}; tensor ${name} goes on to byte ${expected}: it was cut short`);
    }
  }
  if (expected < size) {
    throw new DataError(`${path}, byte ${expected}: ${size - expected} bytes more than the header tells of`);
  }
}

/** Metadata values are JSON strings in this program's files; a foreign file's plain text is kept as text. */
function parseMetadata(entry: unknown, path: string): Record<string, unknown> {
  if (entry === undefined) return {};
  const values = Object.entries(entry ?? {});
  if (typeof entry !== 'object' || entry === null || values.some(([, text]) => typeof text !== 'string')) {
    throw new DataError(`${path}, byte 8 (header): __metadata__ holds something other than strings`);
  }
  return Object.fromEntries(values.map(([key, text]) => [key, parseOrText(text as string)]));
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
