import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileDataset, type FileOptions, type FileTensor } from '../../src/data/file.ts';
import { readTensor } from '../../src/store/tensor-file.ts';
import { writeSafetensorsBytes } from '../store/safetensors-bytes.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';

function options(path: string, changes: Partial<FileOptions> = {}): FileOptions {
  return { path, labels: null, testPath: null, testLabels: null, task: null, samples: null, seed: 1, ...changes };
}

type Values = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;

interface Given {
  shape: number[];
  data: Values;
}

const DTYPE = { Float32Array: 'F32', Float64Array: 'F64', Int32Array: 'I32', Uint8Array: 'U8', BigInt64Array: 'I64' };

/** Writes tensors one after the other, by the format's description. */
function place(path: string, tensors: Record<string, Given>): string {
  let end = 0;
  const header: Record<string, object> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const dtype = DTYPE[data.constructor.name as keyof typeof DTYPE];
    header[name] = { dtype, shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const bytes = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return writeSafetensorsBytes(path, header, Buffer.concat(bytes));
}

/** x.npy of float32, [2, 3]: as NumPy 2.4.6 writes np.arange(6, dtype='<f4').reshape(2, 3). */
const NPY_X = Buffer.concat([
  Buffer.from("\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 'latin1'),
  Buffer.from(`${' '.repeat(58)}\n`),
  Buffer.from('000000000000803f00000040000040400000804000 00a040'.replace(' ', ''), 'hex'),
]);

/** y.npy of int64, [2]: np.array([1, 0]). */
const NPY_Y = Buffer.concat([
  Buffer.from("\x93NUMPY\x01\x00v\x00{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 'latin1'),
  Buffer.from(`${' '.repeat(60)}\n`),
  Buffer.from('01000000000000000000000000000000', 'hex'),
]);

const X: Given = { shape: [4, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };

describe('a .safetensors file', () => {
  it('gives x as it is, with the file and its checksum, and no warning', async () => {
    const path = place(join(scratchFolder(), 'mine.safetensors'), {
      x: { shape: [4, 1, 2], data: X.data },
      y: { shape: [4], data: Float32Array.of(0.5, -1, 2, 0) },
    });
    const data = await fileDataset(options(path), readTensor);
    expect(data).toEqual({
      name: 'file',
      inputShape: [1, 2],
      outputs: 1,
      task: 'regression',
      train: { x: X.data, y: Float32Array.of(0.5, -1, 2, 0), samples: 4 },
      test: null,
      sources: [{ file: path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex'), official: null }],
      warnings: [],
      teacher: null,
    });
  });

  it('is found from the working directory, and named as it was given', async () => {
    const path = place(join(scratchFolder(), 'mine.safetensors'), {
      x: X,
      y: { shape: [4], data: X.data.subarray(4) as Float32Array },
    });
    const given = relative(process.cwd(), path);
    const { sources } = await fileDataset(options(given), readTensor);
    expect(sources.map(({ file }) => file)).toEqual([given]);
  });

  it('one input a sample may do without an axis; float64 and integers become float32', async () => {
    const folder = scratchFolder();
    const y: Given = { shape: [2, 1], data: Float64Array.of(0.1, 2) };
    const path = place(join(folder, 'a.safetensors'), { y, x: { shape: [2], data: Float64Array.of(0.1, -1e-30) } });
    const data = await fileDataset(options(path), readTensor);
    expect(data.inputShape).toEqual([1]);
    expect(data.train.x).toEqual(Float32Array.of(0.1, -1e-30));
    expect(data.train.y).toEqual(Float32Array.of(0.1, 2));
    const pixels = place(join(folder, 'b.safetensors'), { y, x: { shape: [2, 2], data: Uint8Array.of(0, 255, 3, 4) } });
    expect((await fileDataset(options(pixels), readTensor)).train.x).toEqual(Float32Array.of(0, 255, 3, 4));
    const big = place(join(folder, 'c.safetensors'), { y, x: { shape: [2], data: BigInt64Array.of(-7n, 8n) } });
    expect((await fileDataset(options(big), readTensor)).train.x).toEqual(Float32Array.of(-7, 8));
  });

  it('has a test split where one is named, never shuffled nor cut', async () => {
    const folder = scratchFolder();
    const train = place(join(folder, 'train.safetensors'), {
      x: X,
      y: { shape: [4], data: Int32Array.of(2, 1, 0, 2) },
    });
    const test = place(join(folder, 'test.safetensors'), {
      x: { shape: [2, 2], data: Float64Array.of(9, 8, 7, 6) },
      y: { shape: [2], data: BigInt64Array.of(1n, 0n) }, // 0 and 1 only: still classes, as in training
    });
    const data = await fileDataset(options(train, { testPath: test, samples: 3 }), readTensor);
    expect(data.task).toBe('classes');
    expect(data.train.samples).toBe(3);
    expect(data.test).toEqual({
      x: Float32Array.of(9, 8, 7, 6),
      y: Float32Array.of(0, 1, 0, 1, 0, 0),
      samples: 2,
    });
    expect(data.sources.map(({ file }) => file)).toEqual([train, test]);
  });

  it('a part is a seeded one: rows of x with their y, the smaller within the larger, the classes those of the file', async () => {
    const x = Float32Array.from({ length: 40 }, (_, index) => index);
    const y = Int32Array.from({ length: 20 }, (_, index) => index % 5);
    const path = place(join(scratchFolder(), 'mine.safetensors'), {
      x: { shape: [20, 2], data: x },
      y: { shape: [20], data: y },
    });
    const part = async (samples: number, seed = 1) => fileDataset(options(path, { samples, seed }), readTensor);
    const [three, ten] = [await part(3), await part(10)];
    expect(three.outputs).toBe(5);
    expect(three.train.x).toEqual(ten.train.x.subarray(0, 6));
    for (let slot = 0; slot < 10; slot++) {
      const row = ten.train.x[2 * slot] / 2;
      expect(ten.train.x[2 * slot + 1]).toBe(2 * row + 1);
      expect(ten.train.y.subarray(5 * slot, 5 * slot + 5).indexOf(1)).toBe(row % 5);
    }
    expect((await part(10, 2)).train.x).not.toEqual(ten.train.x);
    expect(await problemOf(() => part(21))).toBe(
      'exit 2: data.samples is 21; ~/mine.safetensors has 20: expected 1 to 20, or null for all',
    );
  });

  it('warns of classes without samples', async () => {
    const path = place(join(scratchFolder(), 'mine.safetensors'), {
      x: X,
      y: { shape: [4], data: Int32Array.of(1, 3, 1, 3) },
    });
    const { warnings, outputs } = await fileDataset(options(path), readTensor);
    expect(outputs).toBe(4);
    expect(warnings).toEqual([
      {
        code: 'empty-class',
        text: `${path}: y has 4 classes, of which 2 have no sample (0, 2): class numbers count from 0`,
      },
    ]);
  });
});

describe('two .npy files', () => {
  it('give x and y, and are both recorded', async () => {
    const folder = scratchFolder();
    const [path, labels] = [join(folder, 'x.npy'), join(folder, 'y.npy')];
    writeFileSync(path, NPY_X);
    writeFileSync(labels, NPY_Y);
    const data = await fileDataset(options(path, { labels, testPath: path, testLabels: labels }), readTensor);
    expect(data).toMatchObject({ inputShape: [3], outputs: 1, task: 'binary' });
    expect(data.train).toEqual({ x: Float32Array.of(0, 1, 2, 3, 4, 5), y: Float32Array.of(1, 0), samples: 2 });
    expect(data.test).toEqual(data.train);
    expect(data.sources.map(({ file }) => file)).toEqual([path, labels]);
    writeFileSync(labels, NPY_Y.subarray(0, 140));
    expect(await problemOf(() => fileDataset(options(path, { labels }), readTensor))).toBe(
      'exit 3: ~/y.npy ends at byte 140; its array of shape (2) ends at byte 144',
    );
  });
});

describe('what is refused', () => {
  const CONFIGURATIONS: [string, FileOptions, string][] = [
    [
      'another ending',
      options('x.csv'),
      'data.path is x.csv; expected a .safetensors file with tensors x and y, the .npy of x with data.labels, or an ES module (.mjs) that gives x and y',
    ],
    [
      '.npy without labels',
      options('x.npy'),
      'data.labels is null; expected the .npy of y, which belongs to the x of x.npy',
    ],
    ['labels of another ending', options('x.npy', { labels: 'y.csv' }), 'data.labels is y.csv; expected the .npy of y'],
    [
      'labels beside .safetensors',
      options('x.safetensors', { labels: 'y.npy' }),
      'data.labels is y.npy; leave it out: x.safetensors holds y itself',
    ],
    [
      'test labels alone',
      options('x.npy', { labels: 'y.npy', testLabels: 'v.npy' }),
      'data.testLabels is v.npy without data.testPath',
    ],
    [
      'another ending of the test split',
      options('x.npy', { labels: 'y.npy', testPath: 'u.txt' }),
      'data.testPath is u.txt; expected',
    ],
  ];
  it.each(CONFIGURATIONS)('%s', async (_name, given, expected) => {
    expect(await problemOf(() => fileDataset(given, readTensor))).toContain(`exit 2: ${expected}`);
  });

  const y: Given = { shape: [4], data: Float32Array.of(1, 2, 3, 4) };
  const x = (shape: number[], ...values: number[]): Given => ({ shape, data: Float32Array.from(values) });
  const BROKEN: [string, Record<string, Given>, string][] = [
    ['no y', { x: X }, '~/m.safetensors has no tensor y; it has x'],
    ['no x', { y, z: X }, '~/m.safetensors has no tensor x; it has y, z'],
    ['other lengths', { x: X, y: x([3], 1, 2, 3) }, '~/m.safetensors: y has 3 rows; x of ~/m.safetensors has 4'],
    [
      'NaN in x',
      { x: x([4, 2], 1, 2, 3, 4, 5, NaN, 7, 8), y },
      '~/m.safetensors: x is NaN at index [2, 1]; expected a finite number',
    ],
    [
      'an infinity in y',
      { x: X, y: x([4], 1, 2, -Infinity, 4) },
      '~/m.safetensors: y is -Infinity at index [2]; expected a finite number',
    ],
    [
      'more than float32 holds',
      { x: { shape: [4], data: Float64Array.of(1, 3.5e38, 1, 1) }, y },
      '~/m.safetensors: x is 3.5e+38 at index [1]; expected a number that float32 can hold',
    ],
    [
      'more than float32 holds, in y',
      { x: X, y: { shape: [2, 2], data: Float64Array.of(1, 1, -1e39, 1) } },
      '~/m.safetensors: y has 2 rows',
    ],
    [
      'no samples',
      { x: x([0, 2]), y: x([0]) },
      '~/m.safetensors: x is of shape [0, 2]; expected [samples, …], none of them 0',
    ],
    ['no inputs', { x: x([4, 0]), y }, '~/m.safetensors: x is of shape [4, 0]; expected [samples, …], none of them 0'],
    [
      'x a number',
      { x: x([], 1), y: x([], 1) },
      '~/m.safetensors: x is of shape []; expected [samples, …], none of them 0',
    ],
    [
      'y of three axes',
      { x: X, y: x([4, 1, 1], 1, 2, 3, 4) },
      '~/m.safetensors: y is of shape [4, 1, 1]; expected [samples] or [samples, outputs]',
    ],
    [
      'y without columns',
      { x: X, y: x([4, 0]) },
      '~/m.safetensors: y is of shape [4, 0]; expected [samples] or [samples, outputs]',
    ],
  ];
  it.each(BROKEN)('%s', async (_name, tensors, expected) => {
    const path = place(join(scratchFolder(), 'm.safetensors'), tensors);
    expect(await problemOf(() => fileDataset(options(path), readTensor))).toContain(`exit 3: ${expected}`);
  });

  it('no file, and a file cut short', async () => {
    const folder = scratchFolder();
    const missing = options(join(folder, 'm.safetensors'));
    expect(await problemOf(() => fileDataset(missing, readTensor))).toMatch(
      /^exit 3: no file ~\/m\.safetensors: data\.path is ~\/m\.safetensors$/,
    );
    const path = place(join(folder, 'm.safetensors'), { x: X, y });
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    expect(await problemOf(() => fileDataset(options(path), readTensor))).toMatch(
      /^exit 3: ~\/m\.safetensors ends at byte \d+; tensor y goes on to byte \d+: it was cut short$/,
    );
  });

  it('a test split of other inputs, columns or classes', async () => {
    const folder = scratchFolder();
    const classes = { shape: [4], data: Int32Array.of(0, 1, 2, 1) };
    const problem = async (train: Record<string, Given>, test: Record<string, Given>) => {
      const path = place(join(folder, 'train.safetensors'), train);
      const testPath = place(join(folder, 'test.safetensors'), test);
      return problemOf(() => fileDataset(options(path, { testPath }), readTensor));
    };
    expect(await problem({ x: X, y }, { x: x([2, 3], 1, 2, 3, 4, 5, 6), y: x([2], 1, 2) })).toBe(
      'exit 3: ~/test.safetensors: x is of shape [2, 3]; expected [samples, 2] as in training',
    );
    expect(await problem({ x: X, y }, { x: x([1, 2], 1, 2), y: x([1, 2], 1, 2) })).toBe(
      'exit 3: ~/test.safetensors: y has 2 columns; the training targets have 1',
    );
    expect(await problem({ x: X, y: classes }, { x: x([1, 2], 1, 2), y: { shape: [1], data: Uint8Array.of(3) } })).toBe(
      'exit 3: ~/test.safetensors: y is 3 at index [0]; expected class numbers from 0 to 2, as in training',
    );
  });
});

it('sees only the reader that is handed in', async () => {
  const folder = scratchFolder();
  const path = join(folder, 'x.npy');
  const labels = join(folder, 'y.npy');
  writeFileSync(path, 'for the checksum');
  writeFileSync(labels, 'likewise');
  const asked: string[] = [];
  const reader = (file: string, name: string): FileTensor => {
    asked.push(`${name} of ${relative(folder, file)}`);
    return name === 'x' ? { shape: [2, 1], data: [5, 6] } : { shape: [2], data: [0n, 1n] };
  };
  const { train } = await fileDataset(options(path, { labels }), reader);
  expect(asked).toEqual(['x of x.npy', 'y of y.npy']);
  expect(train).toEqual({ x: Float32Array.of(5, 6), y: Float32Array.of(0, 1), samples: 2 });
});
