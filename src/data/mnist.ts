/**
 * MNIST from its official IDX files, packed or not. Inputs [28, 28, 1]: pixels/255, brought to mean 0 and standard deviation
 * 1 with the moments of the training pixels used.
 */
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import { judgeSource } from './checksum.ts';
import { oneHot, parity, type Dataset, type DataSource, type DataWarning, type Split } from './dataset.ts';
import { requireFile } from './folder.ts';
import { readUnpacked } from './gunzip.ts';
import { parseIdx } from './idx.ts';
import { channelMoments, standardise, type ChannelMoments } from './standardise.ts';
import { chooseSubset, type Subset } from './subset.ts';
import { existsSync } from 'node:fs';

/** Settings of the reader. */
export interface MnistOptions {
  /** The data folder: files are in `mnist/` within it. */
  readonly folder: string;
  /** Which split is trained on. `train`: tested on the other where its files are there. `test`: no test split. */
  readonly split: 'train' | 'test';
  /** The first so many of a seeded shuffle of the split; null for all, in the file's order. The test split is always whole. */
  readonly samples: number | null;
  readonly seed: number;
  /** `digit`: ten classes. `parity`: 1 for an odd digit. */
  readonly target: 'digit' | 'parity';
}

const SIDE = 28;
const CLASSES = 10;

/** Official names: `train-…` and `t10k-…`. */
const PREFIXES = { train: 'train', test: 't10k' } as const;

interface Images {
  /** [count, 28, 28] */
  readonly pixels: Uint8Array;
  /** [count] */
  readonly labels: Uint8Array;
  readonly sources: readonly DataSource[];
  readonly warnings: readonly DataWarning[];
}

/**
 * Reads MNIST.
 *
 * @throws DataError for missing or damaged files, naming the file and the byte
 * @throws ConfigurationError for more samples than there are
 */
export async function mnistDataset(options: MnistOptions): Promise<Dataset> {
  const { folder, split, samples, seed, target } = options;
  const trained = await readImages(folder, PREFIXES[split]);
  const subset = chooseSubset(trained.labels.length, samples, seed, 'mnist');
  const x = scaledPixels(trained.pixels, subset);
  const moments = channelMoments(x, 1, 'mnist');
  const hasTest =
    split === 'train' && candidates(PREFIXES.test, 'images').some((file) => existsSync(join(folder, file)));
  const tested = hasTest ? await readImages(folder, PREFIXES.test) : null;
  const everything = chooseSubset(tested?.labels.length ?? 0, null, seed, 'mnist');
  return {
    name: 'mnist',
    inputShape: [SIDE, SIDE, 1],
    outputs: target === 'digit' ? CLASSES : 1,
    task: target === 'digit' ? 'classes' : 'binary',
    train: toSplit(x, trained.labels, subset, moments, target),
    test: tested && toSplit(scaledPixels(tested.pixels, everything), tested.labels, everything, moments, target),
    sources: [...trained.sources, ...(tested?.sources ?? [])],
    warnings: [...trained.warnings, ...(tested?.warnings ?? [])],
    teacher: null,
  };
}

function candidates(prefix: string, kind: 'images' | 'labels'): string[] {
  const name = `mnist/${prefix}-${kind}-idx${kind === 'images' ? 3 : 1}-ubyte`;
  return [`${name}.gz`, name];
}

async function readImages(folder: string, prefix: string): Promise<Images> {
  const imageFile = requireFile(folder, candidates(prefix, 'images'), 'mnist');
  const labelFile = requireFile(folder, candidates(prefix, 'labels'), 'mnist');
  const imagePath = join(folder, imageFile);
  const labelPath = join(folder, labelFile);
  const imageBytes = await readUnpacked(imagePath);
  const labelBytes = await readUnpacked(labelPath);
  const images = parseIdx(imageBytes.bytes, imagePath, 3);
  const labels = parseIdx(labelBytes.bytes, labelPath, 1);
  const [count, height, width] = images.shape;
  if (count < 1 || height !== SIDE || width !== SIDE) {
    throw new DataError(
      `${imagePath}, byte 4: shape [${images.shape.join(', ')}]; expected [images, ${SIDE}, ${SIDE}]`,
    );
  }
  if (labels.shape[0] !== count) {
    throw new DataError(`${labelPath}, byte 4: ${labels.shape[0]} labels; ${imagePath} has ${count} images`);
  }
  const wrong = labels.values.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DataError(
      `${labelPath}, byte ${8 + wrong}: label ${labels.values[wrong]} at index ${wrong}; expected 0 to 9`,
    );
  }
  const judged = [judgeSource(imageFile, imageBytes.checksums), judgeSource(labelFile, labelBytes.checksums)];
  return {
    pixels: images.values,
    labels: labels.values,
    sources: judged.map(({ source }) => source),
    warnings: judged.flatMap(({ warnings }) => warnings),
  };
}

/** Pixels/255 of the chosen images, each in its slot: [samples, 28, 28, 1]. */
function scaledPixels(pixels: Uint8Array, { samples, slots }: Subset): Float32Array {
  const size = SIDE * SIDE;
  const x = new Float32Array(samples * size);
  slots.forEach((slot, image) => {
    for (let pixel = 0; slot >= 0 && pixel < size; pixel++) x[slot * size + pixel] = pixels[image * size + pixel] / 255;
  });
  return x;
}

/** Standardises `x` in place and joins it with the labels of its images. */
function toSplit(
  x: Float32Array,
  labels: Uint8Array,
  { samples, slots }: Subset,
  moments: ChannelMoments,
  target: MnistOptions['target'],
): Split {
  standardise(x, moments);
  const chosen = new Uint8Array(samples);
  slots.forEach((slot, image) => {
    if (slot >= 0) chosen[slot] = labels[image];
  });
  return { x, y: target === 'digit' ? oneHot(chosen, CLASSES) : parity(chosen), samples };
}
