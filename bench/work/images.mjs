// @ts-check
/** Images with classes to tell apart: CIFAR-10 where EPOCHNOISE_DATA has it, else drawn from a seed. */
import fs from 'node:fs';
import path from 'node:path';
import { cifar10Dataset } from '../../dist/data/cifar10.js';
import { randomStream } from '../../dist/random.js';

/** Within the data folder. */
const ARCHIVE = 'cifar10/cifar-10-binary.tar.gz';
const SIDE = 32;
const CHANNELS = 3;
const CLASSES = 10;
/** Waves that make up the pattern of a class in each channel, and how many periods they have at most. */
const WAVES = 6;
const PERIODS = 4;
/** A pattern is shifted by up to so many pixels, mixed with up to so much of another class's, and drowned in so much noise. */
const SHIFT = 4;
const MIXED = 2;
const NOISE = 3;

/**
 * @param {number} samples
 * @returns {Promise<{ x: Float32Array, y: Float32Array, source: string }>} x [samples, 32, 32, 3], y one-hot [samples, 10]
 */
export async function images(samples) {
  const folder = process.env.EPOCHNOISE_DATA;
  const source = 'images drawn from a seed';
  if (!folder) return { ...drawnImages(samples), source };
  if (!fs.existsSync(path.join(folder, ARCHIVE)))
    return { ...drawnImages(samples), source: `${source}, EPOCHNOISE_DATA has no ${ARCHIVE}` };
  const { train } = await cifar10Dataset({ folder, split: 'train', samples, seed: 1 });
  return { x: train.x, y: train.y, source: 'CIFAR-10' };
}

/** Each class is a sum of plane waves in every channel; an image is its class's pattern, shifted, mixed and noisy. @param {number} samples */
function drawnImages(samples) {
  const random = randomStream(1, 'bench/images');
  const waves = Array.from({ length: CLASSES * CHANNELS }, () =>
    Array.from({ length: WAVES }, () => ({
      across: random.integer(2 * PERIODS + 1) - PERIODS,
      down: random.integer(PERIODS + 1),
      phase: 2 * Math.PI * random.uniform(),
    })),
  );
  const patterns = waves.map((ofChannel) =>
    Float64Array.from({ length: SIDE * SIDE }, (_, pixel) => {
      const [row, column] = [Math.floor(pixel / SIDE) / SIDE, (pixel % SIDE) / SIDE];
      const heights = ofChannel.map(({ across, down, phase }) =>
        Math.cos(2 * Math.PI * (across * column + down * row) + phase),
      );
      return heights.reduce((sum, height) => sum + height, 0) * Math.sqrt(2 / WAVES);
    }),
  );
  const x = new Float32Array(samples * SIDE * SIDE * CHANNELS);
  const y = new Float32Array(samples * CLASSES);
  let at = 0;
  for (let n = 0; n < samples; n++) {
    const label = random.integer(CLASSES);
    const [right, down] = [random.integer(2 * SHIFT + 1), random.integer(2 * SHIFT + 1)];
    const other = random.integer(CLASSES);
    const mixed = MIXED * random.uniform();
    y[n * CLASSES + label] = 1;
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++) {
        const pixel = ((row + down) % SIDE) * SIDE + ((column + right) % SIDE);
        for (let channel = 0; channel < CHANNELS; channel++) {
          const [own, foreign] = [label, other].map((of) => patterns[of * CHANNELS + channel][pixel]);
          x[at++] = own + mixed * foreign + NOISE * random.normal();
        }
      }
  }
  return { x, y };
}
