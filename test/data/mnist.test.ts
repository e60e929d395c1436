import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { mnistDataset, type MnistOptions } from '../../src/data/mnist.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { idx, MNIST, place, placeMnist } from './official-layout.ts';
import { REAL_DATA, realDataMissing } from './real-data.ts';

function options(folder: string, changes: Partial<MnistOptions> = {}): MnistOptions {
  return { folder, split: 'train', samples: null, seed: 1, target: 'digit', ...changes };
}

function bothSplits(): string {
  const folder = scratchFolder();
  placeMnist(folder, 'train');
  placeMnist(folder, 't10k');
  return folder;
}

/** Which class each row of one-hot targets says. */
function classesOf(y: Float32Array, classes = 10): number[] {
  return Array.from({ length: y.length / classes }, (_, row) =>
    y.subarray(row * classes, (row + 1) * classes).indexOf(1),
  );
}

describe('a small MNIST', () => {
  it('gives images brought to mean 0 and deviation 1 by the moments of the training pixels', async () => {
    const folder = bothSplits();
    const data = await mnistDataset(options(folder));
    expect(data).toMatchObject({ name: 'mnist', inputShape: [28, 28, 1], outputs: 10, task: 'classes', teacher: null });
    const pixels = Array.from(MNIST.train.pixels, (pixel) => pixel / 255);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    const deviation = Math.sqrt(pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / pixels.length);
    const tested = Array.from(MNIST.t10k.pixels, (pixel) => (pixel / 255 - mean) / deviation);
    // Rounded to float32 twice, in units of about 1: 10⁻⁶.
    data.train.x.forEach((value, index) => expect(value).toBeCloseTo((pixels[index] - mean) / deviation, 5.7));
    data.test!.x.forEach((value, index) => expect(value).toBeCloseTo(tested[index], 5.7));
    expect(classesOf(data.train.y)).toEqual([...MNIST.train.labels]);
    expect(classesOf(data.test!.y)).toEqual([...MNIST.t10k.labels]);
    expect([data.train.samples, data.test!.samples]).toEqual([6, 4]);
  });

  it('parity is one column', async () => {
    const data = await mnistDataset(options(bothSplits(), { target: 'parity' }));
    expect(data).toMatchObject({ outputs: 1, task: 'binary' });
    expect([...data.train.y]).toEqual([1, 0, 0, 1, 1, 0]);
  });

  it('records each file with its checksum and warns that it is not the official one', async () => {
    const folder = bothSplits();
    const { sources, warnings } = await mnistDataset(options(folder));
    expect(sources.map(({ file }) => file)).toEqual([
      'mnist/train-images-idx3-ubyte.gz',
      'mnist/train-labels-idx1-ubyte.gz',
      'mnist/t10k-images-idx3-ubyte.gz',
      'mnist/t10k-labels-idx1-ubyte.gz',
    ]);
    for (const { file, sha256, official } of sources) {
      expect(sha256).toBe(
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      );
      expect(official).toBe(false);
    }
    expect(warnings).toHaveLength(4);
    expect(warnings[0].code).toBe('checksum');
    expect(warnings[0].text).toMatch(
      /^mnist\/train-images-idx3-ubyte\.gz is not the official file \(md5 \w{32}; official f68b3c2dcbeaaa9fbdd348bbdeb94873\)/,
    );
  });

  it('does without the test split, and trains on it where told', async () => {
    const folder = bothSplits();
    expect((await mnistDataset(options(folder, { split: 'test' }))).test).toBeNull();
    rmSync(join(folder, 'mnist/t10k-images-idx3-ubyte.gz'));
    expect((await mnistDataset(options(folder))).test).toBeNull();
  });

  it('reads files that were unpacked', async () => {
    const folder = scratchFolder();
    place(folder, 'mnist/t10k-images-idx3-ubyte', idx([4, 28, 28], MNIST.t10k.pixels));
    place(folder, 'mnist/t10k-labels-idx1-ubyte', idx([4], MNIST.t10k.labels));
    const unpacked = await mnistDataset(options(folder, { split: 'test' }));
    const packed = await mnistDataset(options(bothSplits(), { split: 'test' }));
    expect(unpacked.train).toEqual(packed.train);
    expect(unpacked.sources[0]).toMatchObject({ file: 'mnist/t10k-images-idx3-ubyte', official: null });
    expect(unpacked.warnings[0].text).toContain('has no official checksum to compare with');
  });

  it('takes a seeded part, the smaller within the larger, images with their labels', async () => {
    const folder = bothSplits();
    const whole = await mnistDataset(options(folder));
    const part = async (samples: number, seed = 1) => (await mnistDataset(options(folder, { samples, seed }))).train;
    const four = await part(4);
    const two = await part(2);
    expect(classesOf(two.y)).toEqual(classesOf(four.y).slice(0, 2));
    expect(new Set(classesOf(four.y)).size).toBe(4); // labels of the six images are distinct
    // Standardised by moments of their own: each image is a line's worth of the whole one. Compare the order of pixels.
    classesOf(four.y).forEach((label, slot) => {
      const original = MNIST.train.labels.indexOf(label);
      const own = four.x.subarray(slot * 784, (slot + 1) * 784);
      const full = whole.train.x.subarray(original * 784, (original + 1) * 784);
      expect(own.indexOf(Math.max(...own))).toBe(full.indexOf(Math.max(...full)));
      const slope = (own[1] - own[0]) / (full[1] - full[0]);
      own.forEach((value, pixel) => expect(value - own[0]).toBeCloseTo(slope * (full[pixel] - full[0]), 4));
    });
    expect(classesOf((await part(6, 2)).y)).not.toEqual(classesOf((await part(6)).y));
    expect(await problemOf(() => part(7))).toBe(
      'exit 2: data.samples is 7; mnist has 6: expected 1 to 6, or null for all',
    );
  });
});

describe('broken files', () => {
  const IMAGES = 'mnist/train-images-idx3-ubyte.gz';
  const LABELS = 'mnist/train-labels-idx1-ubyte.gz';
  const { pixels, labels } = MNIST.train;
  const packed = (bytes: Uint8Array) => gzipSync(bytes);
  const CASES: [string, string, Uint8Array, string][] = [
    [
      'wrong magic',
      IMAGES,
      packed(idx([6, 28, 28], pixels, 9)),
      ', byte 0: magic number 0x00000903; expected 0x00000803',
    ],
    ['labels in place of images', IMAGES, packed(idx([6], labels)), ' ends at byte 14; its header has 16 bytes'],
    [
      'images in place of labels',
      LABELS,
      packed(idx([6, 28, 28], pixels)),
      ', byte 0: magic number 0x00000803; expected 0x00000801',
    ],
    [
      'short images',
      IMAGES,
      packed(idx([6, 28, 28], pixels.subarray(1))),
      ' ends at byte 4719; its array of shape [6, 28, 28] ends at byte 4720',
    ],
    [
      'long labels',
      LABELS,
      packed(Buffer.concat([idx([6], labels), Buffer.of(0)])),
      ', byte 14: 1 bytes after the array of shape [6]',
    ],
    ['other sides', IMAGES, packed(idx([6, 14, 56], pixels)), ', byte 4: shape [6, 14, 56]; expected [images, 28, 28]'],
    [
      'no images',
      IMAGES,
      packed(idx([0, 28, 28], new Uint8Array(0))),
      ', byte 4: shape [0, 28, 28]; expected [images, 28, 28]',
    ],
    [
      'fewer labels',
      LABELS,
      packed(idx([5], labels.subarray(1))),
      ', byte 4: 5 labels; ~/mnist/train-images-idx3-ubyte.gz has 6 images',
    ],
    [
      'a label of 10',
      LABELS,
      packed(idx([6], Uint8Array.of(0, 1, 10, 3, 4, 5))),
      ', byte 10: label 10 at index 2; expected 0 to 9',
    ],
    [
      'a file cut short',
      IMAGES,
      packed(idx([6, 28, 28], pixels)).subarray(0, 100),
      ' is damaged gzip (unexpected end of file) after byte ',
    ],
    [
      'an empty file',
      LABELS,
      new Uint8Array(0),
      ' is damaged gzip (unexpected end of file) after byte 0 of its content',
    ],
    ['no gzip', LABELS, idx([6], labels), ' is damaged gzip (incorrect header check) after byte 0 of its content'],
  ];
  it.each(CASES)('%s', async (_name, file, bytes, expected) => {
    const folder = bothSplits();
    place(folder, file, bytes);
    expect(await problemOf(() => mnistDataset(options(folder)))).toContain(`exit 3: ~/${file}${expected}`);
  });

  it('images that are all one grey', async () => {
    const folder = bothSplits();
    place(folder, IMAGES, packed(idx([6, 28, 28], new Uint8Array(6 * 784).fill(255))));
    expect(await problemOf(() => mnistDataset(options(folder)))).toBe(
      'exit 3: mnist: every pixel of channel 0 is 1; such images cannot be told apart',
    );
  });

  it('a missing file tells the ways out', async () => {
    const folder = bothSplits();
    rmSync(join(folder, LABELS));
    expect(await problemOf(() => mnistDataset(options(folder)))).toBe(
      'exit 3: no file ~/mnist/train-labels-idx1-ubyte.gz; `epochnoise data get mnist` downloads it, ' +
        'or name the folder that holds it with data.folder or EPOCHNOISE_DATA',
    );
  });
});

const missing = realDataMissing('mnist/t10k-images-idx3-ubyte.gz', 'mnist/t10k-labels-idx1-ubyte.gz');

describe.skipIf(missing)(`the real MNIST test split${missing ? ` (${missing})` : ''}`, () => {
  it('has 10,000 images, the published labels and moments, and is the official file', async () => {
    const data = await mnistDataset(options(REAL_DATA, { split: 'test' }));
    expect(data.train.samples).toBe(10_000);
    const labels = classesOf(data.train.y);
    expect(labels.slice(0, 10)).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const counts = Array.from({ length: 10 }, (_, digit) => labels.filter((label) => label === digit).length);
    expect(counts).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    // Black and white are (0 − mean)/deviation and (1 − mean)/deviation; moments from NumPy over the unpacked file.
    const [mean, deviation] = [0.13251460584233696, 0.3104802479305351];
    const lowest = data.train.x.reduce((least, value) => Math.min(least, value));
    const highest = data.train.x.reduce((most, value) => Math.max(most, value));
    expect(lowest).toBeCloseTo(-mean / deviation, 6);
    expect(highest).toBeCloseTo((1 - mean) / deviation, 6);
    // Ink of the first image, a 7, also from NumPy: 18,454 of 255 a pixel.
    const ink = data.train.x.subarray(0, 784).reduce((sum, value) => sum + (value * deviation + mean) * 255, 0);
    expect(ink).toBeCloseTo(18_454, 0);
    expect(data.sources.map(({ official }) => official)).toEqual([true, true]);
    expect(data.warnings).toEqual([]);
  });
});
