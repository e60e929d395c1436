/** Data that a user's own module makes. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileDataset, type FileOptions } from '../../src/data/file.ts';
import { randomStream } from '../../src/random.ts';
import { readTensor } from '../../src/store/tensor-file.ts';
import { writeSafetensors } from '../../src/store/safetensors.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';

function options(path: string, changes: Partial<FileOptions> = {}): FileOptions {
  return { path, labels: null, testPath: null, testLabels: null, task: null, samples: null, seed: 5, ...changes };
}

function place(code: string, name = 'data.mjs', folder = scratchFolder()): string {
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

const read = (code: string, changes?: Partial<FileOptions>) => fileDataset(options(place(code), changes), readTensor);
const Y = 'y: { shape: [3], data: Int32Array.of(2, 0, 1) }';

describe('a module gives x and y', () => {
  const X = 'x: { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }';
  it.each([
    [
      'by name',
      `export const x = { shape: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) };
      export const y = { shape: [3], data: Uint8Array.of(2, 0, 1) };`,
    ],
    ['in one object', `export default { ${X}, ${Y} };`],
    ['from a function', `export default () => ({ ${X}, ${Y} });`],
    ['from one that takes its time', `export default async () => ({ ${X}, ${Y} });`],
  ])('%s', async (_, code) => {
    const { train, inputShape, outputs, task, test } = await read(code);
    expect({ inputShape, outputs, task, test }).toEqual({ inputShape: [2], outputs: 3, task: 'classes', test: null });
    expect(train).toEqual({
      x: Float32Array.of(1, 2, 3, 4, 5, 6),
      y: Float32Array.of(0, 0, 1, 1, 0, 0, 0, 1, 0),
      samples: 3,
    });
  });

  it('is told the seed, and draws from a stream that belongs to it', async () => {
    const code = `export default ({ seed, random }) => ({
      x: { shape: [2], data: Float64Array.of(seed, random.normal()) }, y: { shape: [2], data: Float64Array.of(0.5, 1) } });`;
    const first = randomStream(5, 'data/module').normal();
    expect((await read(code)).train.x).toEqual(Float32Array.of(5, first));
    expect((await read(code, { seed: 6 })).train.x[1]).not.toBe(Math.fround(first));
  });

  it('may have a test split, or be one', async () => {
    const folder = scratchFolder();
    const both = place(
      `export default { ${X}, ${Y}, test: { x: { shape: [1, 2], data: Float32Array.of(7, 8) }, y: { shape: [1], data: Int32Array.of(1) } } };`,
      'both.mjs',
      folder,
    );
    const { test, sources } = await fileDataset(options(both), readTensor);
    expect(test).toEqual({ x: Float32Array.of(7, 8), y: Float32Array.of(0, 1, 0), samples: 1 });
    expect(sources.map(({ file }) => file)).toEqual([both, `${both}: numbers`]);

    // The configuration's word counts, and the kinds may differ.
    const other = join(folder, 'other.safetensors');
    writeSafetensors(other, {
      x: { shape: [1, 2], data: Float32Array.of(1, 1) },
      y: { shape: [1], data: Int32Array.of(0) },
    });
    const mixed = await fileDataset(options(both, { testPath: other }), readTensor);
    expect(mixed.test).toEqual({ x: Float32Array.of(1, 1), y: Float32Array.of(1, 0, 0), samples: 1 });
    expect(mixed.sources.map(({ file }) => file)).toEqual([both, `${both}: numbers`, other]);
    const swapped = await fileDataset(
      options(other, {
        testPath: place(
          `export default { x: { shape: [1, 2], data: Float32Array.of(3, 3) }, y: { shape: [1], data: Int32Array.of(0) } };`,
          'one.mjs',
          folder,
        ),
        task: 'binary',
      }),
      readTensor,
    );
    expect(swapped.test?.x).toEqual(Float32Array.of(3, 3));
  });

  it('is known by its files and by the numbers that it makes', async () => {
    const folder = scratchFolder();
    place('export const offset = 1;', 'offset.mjs', folder);
    const path = place(
      `import { offset } from './offset.mjs';
      export default ({ seed }) => ({ x: { shape: [2], data: Float32Array.of(offset, seed) }, y: { shape: [2], data: Float32Array.of(0.5, 2) } });`,
      'data.mjs',
      folder,
    );
    const sourcesAt = async (seed: number) => (await fileDataset(options(path, { seed }), readTensor)).sources;
    const [module, imported, numbers] = await sourcesAt(1);
    expect([module.file, imported.file, numbers.file]).toEqual([path, join(folder, 'offset.mjs'), `${path}: numbers`]);
    expect(imported.sha256).toBe(createHash('sha256').update('export const offset = 1;').digest('hex'));
    const again = await sourcesAt(1);
    expect(again).toEqual([module, imported, numbers]);
    const [, , others] = await sourcesAt(2);
    expect(others.sha256).not.toBe(numbers.sha256);
  });
});

describe('what is refused', () => {
  it.each([
    [
      'no x',
      `export default { ${Y} };`,
      'exit 3: ~/data.mjs: x is missing; expected { shape: [samples, …], data: a Float32Array or another typed array }',
    ],
    ['nothing', 'export default null;', 'exit 3: ~/data.mjs: x is missing; expected'],
    [
      'an array of numbers',
      `export default { x: { shape: [3], data: [1, 2, 3] }, ${Y} };`,
      'exit 3: ~/data.mjs: x is without a typed array `data`; expected',
    ],
    [
      'no shape',
      `export default { x: Float32Array.of(1, 2, 3), ${Y} };`,
      'exit 3: ~/data.mjs: x is without a `shape` of whole numbers; expected',
    ],
    [
      'another number of numbers',
      `export default { x: { shape: [3, 2], data: Float32Array.of(1, 2, 3) }, ${Y} };`,
      'exit 3: ~/data.mjs: x has 3 numbers for shape [3, 2]; expected 6',
    ],
    [
      'NaN',
      `export default { x: { shape: [3], data: Float32Array.of(1, NaN, 3) }, ${Y} };`,
      'exit 3: ~/data.mjs: x is NaN at index [1]; expected a finite number',
    ],
    [
      'other lengths',
      `export default { x: { shape: [2], data: Float32Array.of(1, 3) }, ${Y} };`,
      'exit 3: ~/data.mjs: y has 3 rows; x of ~/data.mjs has 2',
    ],
    [
      'a test split that does not fit',
      `export default { x: { shape: [3], data: Float32Array.of(1, 2, 3) }, ${Y}, test: { x: { shape: [1, 2], data: Float32Array.of(1, 3) }, y: { shape: [1], data: Int32Array.of(0) } } };`,
      'exit 3: ~/data.mjs: test.x is of shape [1, 2]; expected [samples, 1] as in training',
    ],
    [
      'an error',
      `export default () => { throw new Error('no disk'); };`,
      'exit 2: ~/data.mjs: the default export failed: Error: no disk',
    ],
  ])('%s', async (_, code, sentence) => {
    expect(await problemOf(() => read(code))).toContain(sentence);
  });

  it('labels beside it, and a module that is not there', async () => {
    expect(await problemOf(() => fileDataset(options('data.mjs', { labels: 'y.npy' }), readTensor))).toBe(
      'exit 2: data.labels is y.npy; leave it out: data.mjs holds y itself',
    );
    expect(await problemOf(() => fileDataset(options('none.mjs'), readTensor))).toMatch(
      /^exit 3: no file .*\/none\.mjs: data\.path is none\.mjs, and relative paths start at /,
    );
  });
});
