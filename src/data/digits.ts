/**
 * Handwriting made from a seed: the digits 0–9 as pen strokes, each image with its own jitter of the control points, affine
 * map, pen, pixel noise, and now and then a wrong label. Small images that a small network learns, and any number of them.
 *
 * Each control point moves by N(0, 0.02²) of the image side. Then, about the centre: scale exp(N(0, 0.08²)) along each axis, shear
 * x += N(0, 0.15²)·y, rotation N(0, 0.12²) rad, shift uniform in ±0.06 of the side. Pen radius uniform in 0.045 … 0.075 of
 * the side. Ink is 0 … 1 before pixel noise; the network sees (pixel − 0.2)·scale.
 */
import { randomStream, type RandomStream } from '../random.ts';
import { oneHot, parity, requireCount, requireWithin, type Dataset, type Split } from './dataset.ts';
import { drawLine, flatten } from './pen.ts';
import { DIGIT_STROKES } from './strokes.ts';

/** Subtracted from every pixel: about the mean ink of an image, fixed so that it depends on nothing else. */
export const PIXEL_OFFSET = 0.2;

/** Settings; what is left out has the default in brackets. */
export interface DigitsOptions {
  readonly seed: number;
  readonly samples: number;
  /** Samples of the test split; 0 for none. */
  readonly testSamples: number;
  /** Pixels along a side, at least 8. [12] */
  readonly size?: number;
  /** `digit`: ten classes. `parity`: 1 for an odd digit. [digit] */
  readonly target?: 'digit' | 'parity';
  /** Standard deviation of the noise added to every pixel, in units of full ink. [0.1] */
  readonly noise?: number;
  /** Fraction of labels that are wrong: another digit, each as likely; or the other parity. In the test split too. [0.1] */
  readonly flips?: number;
  /** Factor of the inputs. [0.5] */
  readonly scale?: number;
}

/**
 * Makes the dataset: inputs [size, size, 1]. Same options, same bytes; noise, flips, target and scale leave the strokes as
 * they were, and a larger `samples` of the same seed begins with the smaller one.
 *
 * @throws ConfigurationError for a size below 8, fractions outside 0 … 1, negative noise, a scale that is not above 0
 */
export function digitsDataset(options: DigitsOptions): Dataset {
  const { seed, samples, testSamples, size = 12, target = 'digit', noise = 0.1, flips = 0.1, scale = 0.5 } = options;
  requireCount('data.samples', samples, 1);
  requireCount('data.testSamples', testSamples, 0);
  requireCount('data.size', size, 8);
  requireWithin('data.noise', noise, 0, Infinity);
  requireWithin('data.flips', flips, 0, 1);
  requireWithin('data.scale', scale, Number.MIN_VALUE, Infinity);

  function split(name: string, count: number): Split {
    const stream = (purpose: string) => randomStream(seed, `data/digits/${name}/${purpose}`);
    const { images, digits } = drawDigits(count, size, stream('digits'), stream('strokes'));
    const pixelNoise = stream('pixels');
    for (let pixel = 0; pixel < images.length; pixel++) {
      images[pixel] = (images[pixel] + noise * pixelNoise.normal() - PIXEL_OFFSET) * scale;
    }
    const flipping = stream('flips');
    const y =
      target === 'digit' ? oneHot(flipDigits(digits, flips, flipping), 10) : flipBits(parity(digits), flips, flipping);
    return { x: images, y, samples: count };
  }

  return {
    name: 'digits',
    inputShape: [size, size, 1],
    outputs: target === 'digit' ? 10 : 1,
    task: target === 'digit' ? 'classes' : 'binary',
    train: split('train', samples),
    test: testSamples === 0 ? null : split('test', testSamples),
    sources: [],
    warnings: [],
    teacher: null,
  };
}

/**
 * Draws digits, each equally likely, without pixel noise.
 *
 * @returns images [count, size, size], ink 0 … 1, and which digit each shows
 */
export function drawDigits(
  count: number,
  size: number,
  digitStream: RandomStream,
  strokeStream: RandomStream,
): { images: Float32Array; digits: Uint8Array } {
  const digits = new Uint8Array(count).map(() => digitStream.integer(10));
  const images = new Float32Array(count * size * size);
  const image = new Float64Array(size * size);
  for (let sample = 0; sample < count; sample++) {
    image.fill(0);
    drawDigit(image, size, digits[sample], strokeStream);
    images.set(image, sample * size * size);
  }
  return { images, digits };
}

function drawDigit(image: Float64Array, size: number, digit: number, stream: RandomStream): void {
  const angle = 0.12 * stream.normal();
  const shear = 0.15 * stream.normal();
  const scaleX = Math.exp(0.08 * stream.normal());
  const scaleY = Math.exp(0.08 * stream.normal());
  const shiftX = 0.5 + 0.06 * (2 * stream.uniform() - 1);
  const shiftY = 0.5 + 0.06 * (2 * stream.uniform() - 1);
  const radius = size * (0.045 + 0.03 * stream.uniform());
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);

  for (const stroke of DIGIT_STROKES[digit]) {
    const xs = new Float64Array(stroke.points.length);
    const ys = new Float64Array(stroke.points.length);
    stroke.points.forEach(([pointX, pointY], index) => {
      const y = scaleY * (pointY - 0.5 + 0.02 * stream.normal());
      const x = scaleX * (pointX - 0.5 + 0.02 * stream.normal()) + shear * y;
      xs[index] = size * (shiftX + cosine * x - sine * y);
      ys[index] = size * (shiftY + sine * x + cosine * y);
    });
    drawLine(image, size, flatten(stroke, xs, ys), radius);
  }
}

/** With this probability another digit, each of the nine as likely. */
function flipDigits(digits: Uint8Array, flips: number, stream: RandomStream): Uint8Array {
  return digits.map((digit) => {
    const flipped = stream.uniform() < flips;
    const other = (digit + 1 + stream.integer(9)) % 10;
    return flipped ? other : digit;
  });
}

function flipBits(bits: Float32Array, flips: number, stream: RandomStream): Float32Array {
  return bits.map((bit) => (stream.uniform() < flips ? 1 - bit : bit));
}
