import { describe, expect, it } from 'vitest';
import { digitsDataset, drawDigits, PIXEL_OFFSET, type DigitsOptions } from '../../src/data/digits.ts';
import { drawLine, flatten } from '../../src/data/pen.ts';
import { DIGIT_STROKES } from '../../src/data/strokes.ts';
import { randomStream } from '../../src/random.ts';
import { problemOf } from '../store/scratch.ts';

function make(changes: Partial<DigitsOptions> = {}) {
  return digitsDataset({ seed: 1, samples: 300, testSamples: 50, ...changes });
}

function classesOf(y: Float32Array): number[] {
  return Array.from({ length: y.length / 10 }, (_, row) => y.subarray(row * 10, (row + 1) * 10).indexOf(1));
}

describe('digitsDataset', () => {
  it('has the shape that was asked for', () => {
    const data = make({ size: 16 });
    expect(data).toMatchObject({
      name: 'digits',
      inputShape: [16, 16, 1],
      outputs: 10,
      task: 'classes',
      sources: [],
      warnings: [],
      teacher: null,
    });
    expect([data.train.x.length, data.train.y.length, data.train.samples]).toEqual([300 * 256, 3000, 300]);
    expect(data.test!.samples).toBe(50);
    expect(make({ testSamples: 0 }).test).toBeNull();
    expect(make({ target: 'parity' })).toMatchObject({ outputs: 1, task: 'binary' });
  });

  it('gives the same bytes for the same options, others for another seed', () => {
    expect(make()).toEqual(make());
    expect(make({ seed: 2 }).train.x).not.toEqual(make().train.x);
    expect(make().test!.x.subarray(0, 144)).not.toEqual(make().train.x.subarray(0, 144));
  });

  it('keeps these numbers: a change of the recipe would change every stored run', () => {
    const { x, y } = make().train;
    expect(classesOf(y).slice(0, 12)).toEqual([4, 4, 4, 1, 6, 1, 5, 1, 7, 0, 9, 0]);
    [-0.167427301, -0.055362433, -0.057454981, 0.254754931, 0.458123803, 0.094928473].forEach((value, index) =>
      expect(x[60 + index]).toBeCloseTo(value, 6),
    );
  });

  it('a larger one begins with the smaller one, labels and flips included', () => {
    for (const target of ['digit', 'parity'] as const) {
      const [small, large] = [
        make({ target, flips: 0.3 }),
        make({ target, flips: 0.3, samples: 400, testSamples: 60 }),
      ];
      expect(large.train.x.subarray(0, small.train.x.length)).toEqual(small.train.x);
      expect(large.train.y.subarray(0, small.train.y.length)).toEqual(small.train.y);
      expect(large.test!.x.subarray(0, small.test!.x.length)).toEqual(small.test!.x);
    }
  });

  it('strokes do not depend on noise, flips, target and scale', () => {
    const plain = make({ noise: 0, flips: 0, scale: 1 });
    expect(make({ noise: 0, flips: 0.5, scale: 1, target: 'parity' }).train.x).toEqual(plain.train.x);
    const halved = make({ noise: 0, flips: 0, scale: 0.5 });
    expect(halved.train.x.map((value) => value * 2)).toEqual(plain.train.x);
    const noisy = make({ noise: 0.2, flips: 0, scale: 1 });
    const noise = noisy.train.x.map((value, index) => value - plain.train.x[index]);
    const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
    // 43,200 pixels: five standard errors of the variance.
    expect(Math.abs(variance / 0.04 - 1)).toBeLessThan(5 * Math.sqrt(2 / noise.length));
  });

  it('without noise, pixels are (ink − 0.2)·scale with ink from 0 to 1, both reached', () => {
    const ink = make({ noise: 0, scale: 2 }).train.x.map((value) => value / 2 + PIXEL_OFFSET);
    const lowest = ink.reduce((least, value) => Math.min(least, value));
    const highest = ink.reduce((most, value) => Math.max(most, value));
    expect(lowest).toBeCloseTo(0, 6);
    expect(highest).toBeCloseTo(1, 6);
    const mean = ink.reduce((sum, value) => sum + value, 0) / ink.length;
    expect(Math.abs(mean - PIXEL_OFFSET)).toBeLessThan(0.05);
  });

  it('every digit is equally likely', () => {
    const counts = new Array<number>(10).fill(0);
    for (const digit of classesOf(make({ samples: 5000, testSamples: 0, size: 8, noise: 0, flips: 0 }).train.y)) {
      counts[digit]++;
    }
    // χ² of 9 degrees of freedom: 33.7 is exceeded once in 10,000.
    expect(counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(33.7);
  });

  it('flips the fraction of labels asked for, to each other digit alike', () => {
    const options = { samples: 9000, testSamples: 0, size: 8, noise: 0 };
    const truth = classesOf(make({ ...options, flips: 0 }).train.y);
    const flipped = classesOf(make({ ...options, flips: 0.3 }).train.y);
    const steps = new Array<number>(10).fill(0);
    truth.forEach((digit, sample) => steps[(flipped[sample] - digit + 10) % 10]++);
    const wrong = 9000 - steps[0];
    expect(Math.abs(wrong / 9000 - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 9000));
    // χ² of 8 degrees of freedom: 31.8 is exceeded once in 10,000.
    expect(steps.slice(1).reduce((sum, count) => sum + (count - wrong / 9) ** 2 / (wrong / 9), 0)).toBeLessThan(31.8);
    expect(classesOf(make({ ...options, samples: 500, flips: 1 }).train.y).some((digit, i) => digit === truth[i])).toBe(
      false,
    );
  });

  it('parity is that of the digit, flipped alike', () => {
    const options = { samples: 9000, testSamples: 0, size: 8, noise: 0 };
    const odd = classesOf(make({ ...options, flips: 0 }).train.y).map((digit) => digit % 2);
    expect([...make({ ...options, flips: 0, target: 'parity' }).train.y]).toEqual(odd);
    const flipped = make({ ...options, flips: 0.2, target: 'parity' }).train.y;
    const wrong = odd.filter((bit, sample) => bit !== flipped[sample]).length;
    expect(Math.abs(wrong / 9000 - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / 9000));
  });

  it.each([
    [{ samples: 0 }, 'data.samples is 0; expected an integer of at least 1'],
    [{ size: 7 }, 'data.size is 7; expected an integer of at least 8'],
    [{ noise: -1 }, 'data.noise is -1; expected a finite number of at least 0'],
    [{ flips: 1.1 }, 'data.flips is 1.1; expected a number from 0 to 1'],
    [{ flips: NaN }, 'data.flips is NaN; expected a number from 0 to 1'],
    [{ scale: 0 }, 'data.scale is 0; expected a finite number above 0'],
  ])('refuses %j', async (changes, expected) => {
    expect(await problemOf(() => make(changes))).toBe(`exit 2: ${expected}`);
  });
});

describe('drawing', () => {
  it('an image is of its own digit more than of any other, told by the nearest mean', () => {
    const stream = (purpose: string) => randomStream(3, purpose);
    const learn = drawDigits(1000, 12, stream('a'), stream('b'));
    const means = Array.from({ length: 10 }, () => new Float64Array(144));
    const counts = new Array<number>(10).fill(0);
    learn.digits.forEach((digit) => counts[digit]++);
    learn.images.forEach((ink, index) => {
      const digit = learn.digits[Math.floor(index / 144)];
      means[digit][index % 144] += ink / counts[digit];
    });
    const tell = drawDigits(1000, 12, stream('c'), stream('d'));
    let right = 0;
    for (let image = 0; image < 1000; image++) {
      const pixels = tell.images.subarray(image * 144, (image + 1) * 144);
      const distances = means.map((mean) => mean.reduce((sum, ink, pixel) => sum + (ink - pixels[pixel]) ** 2, 0));
      if (distances.indexOf(Math.min(...distances)) === tell.digits[image]) right++;
    }
    expect(right).toBeGreaterThan(800); // by chance 100
  });

  it('a straight line is 1 within the pen, falls to 0 over one pixel, and nothing is drawn elsewhere', () => {
    const image = new Float64Array(100);
    drawLine(image, 10, [2.5, 5.5, 7.5, 5.5], 1.2); // along the centres of row 5
    for (let row = 0; row < 10; row++) {
      // Pixel centres at whole distances from the line: 1 inside, reach 1.7 minus distance across the edge.
      const expected = Math.max(0, Math.min(1, 1.7 - Math.abs(row - 5)));
      for (let column = 2; column <= 7; column++) expect(image[row * 10 + column]).toBeCloseTo(expected, 12);
    }
    expect(image[5 * 10 + 0]).toBe(0);
    expect(image[5 * 10 + 1]).toBeCloseTo(0.7, 12); // a round end
    const before = [...image];
    drawLine(image, 10, [2.5, 5.5, 7.5, 5.5], 0.3);
    expect([...image]).toEqual(before);
  });

  it('a line that leaves the image is cut at its edge', () => {
    const image = new Float64Array(16);
    drawLine(image, 4, [-3, 2, 9, 2], 0.6);
    expect([...image.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
    expect([...image.subarray(4, 8)].every((ink) => Math.abs(ink - 0.6) < 1e-9)).toBe(true);
  });

  it('a curve goes through its points, closes where it must, and is straight between corners', () => {
    for (const stroke of DIGIT_STROKES.flat()) {
      const xs = Float64Array.from(stroke.points, ([x]) => x);
      const ys = Float64Array.from(stroke.points, ([, y]) => y);
      const joints = flatten(stroke, xs, ys);
      const pieces = stroke.closed ? xs.length : xs.length - 1;
      expect(joints).toHaveLength(2 * (3 * pieces + 1));
      for (let point = 0; point <= pieces; point++) {
        expect(joints[6 * point]).toBeCloseTo(xs[point % xs.length], 12);
        expect(joints[6 * point + 1]).toBeCloseTo(ys[point % ys.length], 12);
      }
      expect(joints.every((value) => value > -0.05 && value < 1.05)).toBe(true);
    }
    const corners = {
      points: [
        [0, 0, 'corner'],
        [0.3, 0.6, 'corner'],
      ],
      closed: false,
    } as const;
    const line = flatten(corners, Float64Array.of(0, 0.3), Float64Array.of(0, 0.6));
    for (let joint = 0; joint < line.length; joint += 2) expect(line[joint + 1]).toBeCloseTo(2 * line[joint], 12);
  });
});
