/** Profiles over the epoch: measured from a path made by hand, predicted against dense matrices of the window. */
import { describe, expect, it } from 'vitest';
import { predictWindow, type Regime, type WindowSettings } from '../../../src/experiment/compare/directions.ts';
import { comparePositions, type PositionTable } from '../../../src/experiment/compare/positions.ts';
import { type Matrix, mixed, settledStart, windowFrom } from '../../theory/dense-window.ts';
import { tableOf } from './table.ts';

const [M, EPOCHS] = [4, 3];
const updates = M * EPOCHS;
const rule = { learningRate: 0.2, momentum: 0.5 };
const settings: WindowSettings = {
  ...rule,
  sampler: 'reshuffle',
  batchesPerEpoch: M,
  updates,
  burnInUpdates: 2 * M,
  samplingFraction: 1 / M,
  crossover: (3 * 0.5) / (0.2 * M),
};
/** Noise of C along each direction, of which C_mult. */
const noiseOf = (variance: readonly number[], white: readonly number[]) => ({
  variance: Float64Array.from(variance),
  multiplicative: {
    variance: Float64Array.from(white),
    low: Float64Array.from(white),
    high: Float64Array.from(white),
  },
});
const rowsOf = (table: PositionTable, low: number) =>
  [...table.low.keys()].filter((row) => Math.abs(table.low[row] - low) < 1e-12);

/** (1 − 11ᵀ/K) R (1 − 11ᵀ/K) on its diagonal, averaged over the epochs. */
function profile(covariance: Matrix): number[] {
  const rows = covariance.map((row) => row.reduce((sum, value) => sum + value, 0) / updates);
  const total = rows.reduce((sum, value) => sum + value, 0) / updates;
  const byPosition = Array<number>(M).fill(0);
  covariance.forEach((row, k) => (byPosition[k % M] += (row[k] - 2 * rows[k] + total) / EPOCHS));
  return byPosition;
}

describe('predictions of comparePositions', () => {
  // Two directions of one range and one of another.
  const eigenvalue = [0.5, 0.3, 0.1].map((relative, i) => relative * settings.crossover * (i === 2 ? 0.5 : 1));
  const [variance, white] = [
    [2, 3, 5],
    [0.5, 0.25, 1],
  ];
  const noise = noiseOf(variance, white);
  const { own } = predictWindow(settings, Float64Array.from(eigenvalue), noise);
  const table = tableOf({ eigenvalue, theta_variance_sampler: [...own.thetaVariance] });
  const found = comparePositions(settings, table, noise, new Float32Array(updates * 3).fill(1));
  const dense = (i: number) => {
    const one = { ...rule, eigenvalue: eigenvalue[i] };
    const inEpochs = { epochLength: M, fraction: 1 / M };
    const alone = windowFrom(settledStart(one, inEpochs), one, inEpochs, updates, 0).theta;
    const rest = [
      [0, 0],
      [0, 0],
    ];
    const independent = windowFrom(rest, one, { epochLength: 1, fraction: 0 }, updates, settings.burnInUpdates).theta;
    const sampler = profile(alone);
    const mean = sampler.reduce((sum, value) => sum + value, 0) / M;
    const expected = variance[i] * mean;
    return {
      sampler: sampler.map((value) => (variance[i] * value) / expected),
      two: profile(mixed(variance[i], alone, white[i], independent)).map((value) => value / expected),
    };
  };

  it('are means over the directions of a range, each over its own predicted variance', () => {
    const [first, second] = [dense(0), dense(1)];
    const rows = rowsOf(found, 0.1);
    expect(rows).toHaveLength(M);
    for (const [j, row] of rows.entries()) {
      expect(found.sampler[row]).toBeCloseTo((first.sampler[j] + second.sampler[j]) / 2, 9);
      expect(found.two_component[row]).toBeCloseTo((first.two[j] + second.two[j]) / 2, 9);
    }
    const [only] = [dense(2)];
    for (const [j, row] of rowsOf(found, 0.01).entries()) {
      expect(found.sampler[row]).toBeCloseTo(only.sampler[j], 9);
      expect(found.two_component[row]).toBeCloseTo(only.two[j], 9);
      // The white component is seen at every position.
      expect(found.two_component[row] - found.sampler[row]).toBeGreaterThan(0.1);
    }
  });

  it('stand at the updates of the epoch, range by range', () => {
    expect(found.position).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(found.low).toEqual([...Array<number>(M).fill(0.01), ...Array<number>(M).fill(0.1)]);
    expect(found.high).toEqual([...Array<number>(M).fill(0.1), ...Array<number>(M).fill(1)]);
  });

  it('are unknown with one order for all epochs, and so is the error; what was measured is not', () => {
    const once = comparePositions(
      { ...settings, sampler: 'shuffle-once' },
      table,
      noise,
      new Float32Array(updates * 3).fill(1),
    );
    for (const name of ['sampler', 'two_component', 'measured_error'] as const)
      expect(once[name].every(Number.isNaN), name).toBe(true);
    expect(once.measured).toEqual(found.measured);
    expect(found.measured_error.every((value) => value === 0)).toBe(true);
  });
});

describe('measurements of comparePositions', () => {
  /** One path for all directions but for a factor each: θ = factor·(position, sign by epoch)·√(1, 2, 3). */
  const pathOf = (factors: readonly number[]) =>
    Float32Array.from({ length: updates * factors.length }, (_, at) => {
      const update = Math.floor(at / factors.length);
      const epoch = Math.floor(update / M);
      return factors[at % factors.length] * ((update % M) + 1) * Math.sqrt(epoch + 1);
    });
  const compared = (
    relative: readonly number[],
    factors: readonly number[],
    expected: readonly number[],
    regime?: Regime[],
  ) =>
    comparePositions(
      settings,
      tableOf(
        { eigenvalue: relative.map((value) => value * settings.crossover), theta_variance_sampler: expected },
        regime,
      ),
      noiseOf(
        relative.map(() => 1),
        relative.map(() => 0),
      ),
      pathOf(factors),
    );

  it('are mean squares over what is expected, with the error of the scatter between epochs', () => {
    const { measured, measured_error } = compared([0.5, 0.4], [1, 3], [1, 4.5]);
    // (1/1 + 9/4.5)/2 = 1.5 times position² times the mean of 1, 2, 3; their standard error is √(2/3/2).
    for (let j = 0; j < M; j++) {
      expect(measured[j] / (1.5 * (j + 1) ** 2 * 2)).toBeCloseTo(1, 5);
      expect(measured_error[j] / (1.5 * (j + 1) ** 2 * Math.sqrt(1 / 3))).toBeCloseTo(1, 5);
    }
  });

  it('pass over directions that drift, or without a prediction; a range of none has no line', () => {
    const table = compared(
      [50, 0.5, 0.4, 0.3, 0.05, -1],
      [2, 1, 100, 100, 100, 100],
      [4, 1, 1, NaN, 1, 1],
      ['stiff', 'suppressed', 'drift', 'suppressed', 'drift', 'negative'],
    );
    expect(table.low).toEqual([...Array<number>(M).fill(0.1), ...Array<number>(M).fill(10)]);
    // NaN: no upper end.
    expect(table.high.slice(M).every(Number.isNaN)).toBe(true);
    for (let j = 0; j < M; j++) {
      expect(table.measured[j] / ((j + 1) ** 2 * 2)).toBeCloseTo(1, 5);
      expect(table.measured[M + j] / ((j + 1) ** 2 * 2)).toBeCloseTo(1, 5);
    }
  });

  it('of more than 200 directions take every second, third …', () => {
    const count = 401;
    const relative = Array.from({ length: count }, (_, i) => 0.9 - 0.001 * i);
    // Every third is looked at: the others are not, however far they lie.
    const factors = relative.map((_, i) => (i % 3 === 0 ? 1 : 1e3));
    const ones = relative.map(() => 1);
    const { measured } = compared(relative, factors, ones);
    expect(measured[0]).toBeCloseTo(2, 5);
    // 200 are all looked at.
    const few = compared(relative.slice(0, 200), factors.slice(0, 200), ones.slice(0, 200));
    expect(few.measured[0] / 2).toBeCloseTo((67 + 133e6) / 200, -2);
  });
});
