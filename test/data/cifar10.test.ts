import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cifar10Dataset, type Cifar10Options } from '../../src/data/cifar10.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import {
  CIFAR_LABELS,
  cifarFiles,
  cifarRecords,
  pattern,
  place,
  placeCifar,
  tar,
  tarEntry,
} from './official-layout.ts';
import { REAL_DATA, realDataMissing } from './real-data.ts';

const RECORD = 3073;

function read(folder: string, changes: Partial<Cifar10Options> = {}) {
  return cifar10Dataset({ folder, split: 'train', samples: null, seed: 1, ...changes }, 2);
}

function classesOf(y: Float32Array): number[] {
  return Array.from({ length: y.length / 10 }, (_, row) => y.subarray(row * 10, (row + 1) * 10).indexOf(1));
}

/** Mean and deviation of each channel over these records, straight from the planes. */
function planeMoments(seeds: number[]): { mean: number; deviation: number }[] {
  return [0, 1, 2].map((channel) => {
    const plane = seeds.flatMap((seed) => [...pattern(3072, seed).subarray(channel * 1024, (channel + 1) * 1024)]);
    const mean = plane.reduce((sum, pixel) => sum + pixel, 0) / plane.length;
    const deviation = Math.sqrt(plane.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / plane.length);
    return { mean, deviation };
  });
}

/** Seeds of the records of `cifarFiles`, in the order of the split. */
const TRAIN_SEEDS = [0, 1, 10, 11, 20, 21, 30, 31, 40, 41];
const TEST_SEEDS = [90, 91];

describe('a small CIFAR-10', () => {
  it('turns planes into channels, standardised by the moments of the training samples', async () => {
    const folder = scratchFolder();
    placeCifar(folder);
    const data = await read(folder);
    expect(data).toMatchObject({
      name: 'cifar10',
      inputShape: [32, 32, 3],
      outputs: 10,
      task: 'classes',
      teacher: null,
    });
    expect(classesOf(data.train.y)).toEqual(CIFAR_LABELS.train);
    expect(classesOf(data.test!.y)).toEqual(CIFAR_LABELS.test);
    const moments = planeMoments(TRAIN_SEEDS);
    for (const [split, seeds] of [
      [data.train, TRAIN_SEEDS],
      [data.test!, TEST_SEEDS],
    ] as const) {
      expect(split.samples).toBe(seeds.length);
      expect(split.x).toHaveLength(seeds.length * 3072);
      const planes = seeds.map((seed) => pattern(3072, seed));
      const wrong = split.x.findIndex((value, index) => {
        const [sample, pixel, channel] = [Math.floor(index / 3072), Math.floor(index / 3) % 1024, index % 3];
        const { mean, deviation } = moments[channel];
        const expected = (planes[sample][channel * 1024 + pixel] - mean) / deviation;
        return Math.abs(value - expected) > 1e-6; // float32 of numbers about 1
      });
      expect(wrong).toBe(-1);
    }
    expect(data.sources).toMatchObject([{ file: 'cifar10/cifar-10-binary.tar.gz', official: false }]);
    expect(data.warnings[0].text).toContain('official c32a1d4ab5d03f1284b67883e8d87530');
  });

  it('does not depend on the order of files, folders, long names and other entries in the archive', async () => {
    const [plain, mixed] = [scratchFolder(), scratchFolder()];
    placeCifar(plain);
    const backwards = Object.fromEntries(Object.entries(cifarFiles()).reverse());
    placeCifar(mixed, backwards, [
      tarEntry('cifar-10-batches-bin/', '', '5'),
      tarEntry('PaxHeaders/x', '27 mtime=1234567890.123456\n', 'x'),
      tarEntry('././@LongLink', 'n'.repeat(600), 'L'),
      tarEntry('cifar-10-batches-bin/batches.meta.txt', 'airplane\nautomobile\n'),
      tarEntry('readme.html', '<html>', '0', 'cifar-10-batches-bin'),
    ]);
    const [first, second] = [await read(plain), await read(mixed)];
    expect(second.train).toEqual(first.train);
    expect(second.test).toEqual(first.test);
  });

  it('trains on the test split where told, and then needs no other file', async () => {
    const folder = scratchFolder();
    placeCifar(folder, { 'test_batch.bin': cifarRecords(CIFAR_LABELS.test, 90) });
    const data = await read(folder, { split: 'test' });
    expect(classesOf(data.train.y)).toEqual(CIFAR_LABELS.test);
    expect(data.test).toBeNull();
  });

  it('takes a seeded part with a whole test split, the smaller within the larger', async () => {
    const folder = scratchFolder();
    placeCifar(folder);
    const [five, three] = [await read(folder, { samples: 5 }), await read(folder, { samples: 3 })];
    expect(classesOf(three.train.y)).toEqual(classesOf(five.train.y).slice(0, 3));
    expect(five.train.x).toHaveLength(5 * 3072);
    expect(five.test!.samples).toBe(2);
    expect(await problemOf(() => read(folder, { samples: 11 }))).toContain('data.samples is 11; cifar10 has 10');
  });
});

describe('broken archives', () => {
  const FILE = '~/cifar10/cifar-10-binary.tar.gz';
  const without = (name: string) =>
    Object.fromEntries(Object.entries(cifarFiles()).filter(([file]) => !file.endsWith(name)));
  const withLabel = (label: number) => {
    const records = cifarRecords([6, 9], 0);
    records[RECORD] = label;
    return { ...cifarFiles(), 'cifar-10-batches-bin/data_batch_1.bin': records };
  };

  const CASES: [string, (folder: string) => void, string][] = [
    [
      'a label of 10',
      (folder) => placeCifar(folder, withLabel(10)),
      `${FILE}: cifar-10-batches-bin/data_batch_1.bin, byte 3073: label 10 at index 1; expected 0 to 9`,
    ],
    [
      'a missing file',
      (folder) => placeCifar(folder, without('data_batch_3.bin')),
      `${FILE} holds no data_batch_3.bin`,
    ],
    [
      'a file twice',
      (folder) => placeCifar(folder, cifarFiles(), [tarEntry('test_batch.bin', cifarRecords([1, 2], 0))]),
      `${FILE} holds test_batch.bin twice`,
    ],
    [
      'a short file',
      (folder) => placeCifar(folder, { ...cifarFiles(), 'cifar-10-batches-bin/test_batch.bin': cifarRecords([3], 90) }),
      `${FILE}: cifar-10-batches-bin/test_batch.bin has 3073 bytes; expected 6146 (2 records of 3073)`,
    ],
    [
      'no tar within',
      (folder) => place(folder, 'cifar10/cifar-10-binary.tar.gz', gzipSync(pattern(2000))),
      `${FILE}, byte 0 of its content: no tar header`,
    ],
    [
      'a tar cut short',
      (folder) => {
        const whole = tar(...Object.entries(cifarFiles()).map(([name, body]) => tarEntry(name, body)));
        place(folder, 'cifar10/cifar-10-binary.tar.gz', gzipSync(whole.subarray(0, 40_000)));
      },
      `${FILE} ends at byte 40000 of its content, within a file: it was cut short`,
    ],
    [
      'a gzip cut short',
      (folder) => {
        const whole = gzipSync(tar(...Object.entries(cifarFiles()).map(([name, body]) => tarEntry(name, body))));
        place(folder, 'cifar10/cifar-10-binary.tar.gz', whole.subarray(0, whole.length - 9));
      },
      `${FILE} is damaged gzip (unexpected end of file) after byte `,
    ],
  ];
  it.each(CASES)('%s', async (_name, make, expected) => {
    const folder = scratchFolder();
    make(folder);
    expect(await problemOf(() => read(folder))).toContain(`exit 3: ${expected}`);
  });

  it('no archive', async () => {
    const folder = scratchFolder();
    rmSync(placeCifar(folder));
    expect(await problemOf(() => read(folder))).toContain(`exit 3: no file ${FILE}; \`epochnoise data get cifar10\``);
  });
});

const missing = realDataMissing('cifar10/cifar-10-binary.tar.gz');

describe.skipIf(missing)(`the real CIFAR-10${missing ? ` (${missing})` : ''}`, () => {
  it('has 5,000 and 1,000 images a class with the published moments', async () => {
    const data = await cifar10Dataset({ folder: REAL_DATA, split: 'train', samples: null, seed: 1 });
    const count = (y: Float32Array) => {
      const counts = new Array<number>(10).fill(0);
      for (const label of classesOf(y)) counts[label]++;
      return counts;
    };
    expect([data.train.samples, data.test!.samples]).toEqual([50_000, 10_000]);
    expect(count(data.train.y)).toEqual(new Array(10).fill(5000));
    expect(count(data.test!.y)).toEqual(new Array(10).fill(1000));
    // Black is −mean/deviation, white (255 − mean)/deviation: both give the moments back. Published, in units of 255:
    // 0.4914, 0.4822, 0.4465 and 0.2470, 0.2435, 0.2616; copies that went through JPEG differ by up to 0.002.
    const published = [
      [0.4914, 0.247],
      [0.4822, 0.2435],
      [0.4465, 0.2616],
    ];
    const lowest = [Infinity, Infinity, Infinity];
    const highest = [-Infinity, -Infinity, -Infinity];
    for (let index = 0; index < data.train.x.length; index++) {
      const value = data.train.x[index];
      if (value < lowest[index % 3]) lowest[index % 3] = value;
      if (value > highest[index % 3]) highest[index % 3] = value;
    }
    published.forEach(([mean, deviation], channel) => {
      const found = 1 / (highest[channel] - lowest[channel]);
      expect(Math.abs(found - deviation)).toBeLessThan(0.0025);
      expect(Math.abs(-lowest[channel] * found - mean)).toBeLessThan(0.0025);
    });
    const [{ official }] = data.sources;
    expect(data.warnings.map(({ code }) => code)).toEqual(official ? [] : ['checksum']);
  });
});
