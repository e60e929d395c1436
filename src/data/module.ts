/**
 * A user's own data, made by an ES module: `export const x = …, y = …`, or a default export that is an object of the two,
 * or a function of the seed that gives one. Each is a shape and a typed array. `test` may hold another x and y.
 */
import { createHash } from 'node:crypto';
import { ConfigurationError, DataError } from '../errors.ts';
import { importModule, moduleFiles, placeOf, reasonOf } from '../own-module.ts';
import { randomStream, type RandomStream } from '../random.ts';
import type { DataSource } from './dataset.ts';
import type { FileTensor } from './tensors.ts';

/** What a module that makes data is told. */
export interface DataSetting {
  /** The run's. */
  readonly seed: number;
  /** Random numbers that belong to the seed: the same ones every time. */
  readonly random: RandomStream;
}

/** x and y of one split. */
export interface Tensors {
  readonly x: FileTensor;
  readonly y: FileTensor;
}

/** What a module has made. */
export interface MadeData extends Tensors {
  readonly test: Tensors | null;
  /** The module's files, and what it made: the same files may make other numbers where they ask the clock, or read others. */
  readonly sources: readonly DataSource[];
}

/**
 * Loads a module and has it make its data.
 *
 * @param given the path as the configuration has it, which names the module in errors and sources
 * @throws ConfigurationError where the module cannot be loaded or throws; DataError where it does not give x and y
 */
export async function dataOfModule(given: string, seed: number): Promise<MadeData> {
  const exported = await importModule(given);
  let made: unknown = exported.default ?? exported;
  if (typeof made === 'function') {
    const make = made as (setting: DataSetting) => unknown;
    try {
      made = await make({ seed, random: randomStream(seed, 'data/module') });
    } catch (error) {
      throw new ConfigurationError(`${given}: the default export failed${placeOf(error)}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
  const { test, ...train } = (made ?? {}) as Record<string, unknown>;
  const split = (tensors: unknown, prefix: string): Tensors => ({
    x: checked((tensors as Record<string, unknown> | null)?.x, `${given}: ${prefix}x`),
    y: checked((tensors as Record<string, unknown> | null)?.y, `${given}: ${prefix}y`),
  });
  const data = { ...split(train, ''), test: test === undefined || test === null ? null : split(test, 'test.') };
  const name = (file: string) =>
    given
      .split('\\')
      .join('/')
      .replace(/[^/]*$/, '') + file;
  const sources = moduleFiles(given).map((file) => ({ file: name(file.name), sha256: file.sha256, official: null }));
  const numbers = { file: `${given.split('\\').join('/')}: numbers`, sha256: checksum(data), official: null };
  return { ...data, sources: [...sources, numbers] };
}

/** @throws DataError unless it is a shape and a typed array of so many numbers */
function checked(given: unknown, where: string): FileTensor {
  const { shape, data } = (given ?? {}) as { shape?: unknown; data?: unknown };
  const isShape = Array.isArray(shape) && shape.every((length) => Number.isInteger(length) && length >= 0);
  if (!isShape || !ArrayBuffer.isView(data) || data instanceof DataView) {
    const found =
      given === undefined ? 'missing' : isShape ? 'without a typed array `data`' : 'without a `shape` of whole numbers';
    throw new DataError(
      `${where} is ${found}; expected { shape: [samples, …], data: a Float32Array or another typed array }`,
    );
  }
  const values = data as unknown as FileTensor['data'];
  const expected = (shape as number[]).reduce((product, length) => product * length, 1);
  if (values.length !== expected)
    throw new DataError(`${where} has ${values.length} numbers for shape [${shape.join(', ')}]; expected ${expected}`);
  return { shape: shape as number[], data: values };
}

/** Of all numbers and shapes. */
function checksum({ x, y, test }: Tensors & { test: Tensors | null }): string {
  const hash = createHash('sha256');
  for (const { shape, data } of [x, y, ...(test ? [test.x, test.y] : [])]) {
    const { buffer, byteOffset, byteLength } = data as unknown as Uint8Array;
    hash
      .update(`${(data as object).constructor.name} [${shape.join()}]\n`)
      .update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}
