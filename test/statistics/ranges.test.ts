/** Channel: cases made by hand, and simulated directions whose truth is known. */
import { describe, expect, it } from 'vitest';
import {
  coverage,
  coverageOfEstimates,
  directionsByRange,
  medianRatio,
  pooledError,
  RANGE_EDGES,
  scatter,
} from '../../src/statistics/ranges.ts';
import { chiSquares } from './draws.ts';

const all = (values: ArrayLike<unknown>) => [...Array(values.length).keys()];

describe('directionsByRange', () => {
  it('cuts λ/λ_cross into (0, .01], (.01, .1], (.1, 1], (1, 10], (10, ∞)', () => {
    expect(RANGE_EDGES).toEqual([0, 0.01, 0.1, 1, 10, Infinity]);
    // λ_cross = 2, a power of two, so that the edges themselves are exact.
    const eigenvalues = [50, 20.1, 20, 2.1, 2, 0.21, 0.2, 0.021, 0.02, 1e-300, 0, -1e-9, -3];
    expect(directionsByRange(eigenvalues, 2)).toEqual([
      { low: 0, high: 0.01, members: [8, 9] },
      { low: 0.01, high: 0.1, members: [6, 7] },
      { low: 0.1, high: 1, members: [4, 5] },
      { low: 1, high: 10, members: [2, 3] },
      { low: 10, high: Infinity, members: [0, 1] },
    ]);
  });

  it('has all ranges where nothing is in them', () => {
    const ranges = directionsByRange([-1, NaN], 1);
    expect(ranges).toHaveLength(5);
    expect(ranges.every(({ members }) => members.length === 0)).toBe(true);
  });
});

describe('medianRatio', () => {
  it('is the median of measured over predicted, each brought back by its own bias', () => {
    // At ν = 20/9 the factor (1−2/(9ν))³ is 0.9³ = 0.729; at ν → ∞ it is 1.
    const degreesOfFreedom = [20 / 9, Infinity, 20 / 9];
    const measured = { variance: [0.729, 2, 3 * 0.729], degreesOfFreedom };
    expect(medianRatio(measured, [1, 1, 1], [0, 1, 2])).toBeCloseTo(2, 14);
    expect(medianRatio(measured, [1, 1, 1], [0])).toBeCloseTo(1, 14);
    expect(medianRatio(measured, [0.5, 1, 1], [0, 2])).toBeCloseTo(2.5, 14);
  });

  it('passes over directions without a prediction, or of which nothing is known', () => {
    const measured = { variance: [4, 1, 1, 1, 1], degreesOfFreedom: [NaN, 100, 100, 0.3, 100] };
    expect(medianRatio(measured, [2, NaN, 0, 1, Infinity], [0, 1, 2, 3])).toBe(2);
    expect(medianRatio(measured, [2, NaN, 0, 1, 1], [1, 2, 3])).toBeNaN();
    expect(medianRatio(measured, [2, NaN, 0, 1, 1], [])).toBeNaN();
  });

  it('is 1 for simulated directions that follow their prediction, few degrees of freedom or many', () => {
    const dofs = [2, 3, 8, 40];
    const count = 20_000;
    const predicted = Array.from({ length: count }, (_, i) => 10 ** (i % 7));
    const degreesOfFreedom = predicted.map((_, i) => dofs[i % 4]);
    const variance = chiSquares(count, (i) => degreesOfFreedom[i], 'ratio').map(
      (draw, i) => (draw / degreesOfFreedom[i]) * predicted[i],
    );
    const ratio = medianRatio({ variance, degreesOfFreedom }, predicted, all(predicted));
    // The formula's own bias is 1.3 % at ν = 2 and less above; the median's standard error 0.5 %.
    expect(Math.abs(ratio - 1)).toBeLessThan(0.02);
  });
});

describe('scatter', () => {
  it('is the median of |log₁₀|, found and expected', () => {
    const measured = { variance: [10, 1, 1e-3, 1], degreesOfFreedom: [8, 8, 8, 8] };
    const { found, expected } = scatter(measured, [1, 100, 1, NaN], [0, 1, 2, 3]);
    expect(found).toBeCloseTo(2, 12);
    // One direction of ν = 8 or three: the same law. 0.1500 from 4·10⁶ draws of χ²₈/8 in NumPy.
    expect(expected).toBeCloseTo(0.15, 3);
    expect(scatter(measured, [1, 1, 1, 1], [])).toEqual({ found: NaN, expected: NaN });
  });
});

describe('coverage', () => {
  const low = [0, 0, 2, NaN, 1];
  const high = [1, 1, 3, NaN, Infinity];

  it('is the share of intervals that hold the prediction, ends included', () => {
    expect(coverage({ low, high }, [0.5, 1, 1.9, 7, 2], [0, 1, 2])).toBeCloseTo(2 / 3, 15);
    expect(coverage({ low, high }, [1.1, 0, 2, 7, 2], [0, 1, 2])).toBeCloseTo(2 / 3, 15);
  });

  it('passes over directions without an interval or a prediction', () => {
    expect(coverage({ low, high }, [0.5, NaN, 2.5, 7, 2], [0, 1, 2, 3, 4])).toBe(1);
    expect(coverage({ low, high }, [0.5, NaN, 2.5, 7, 2], [1, 3, 4])).toBeNaN();
  });
});

describe('pooledError', () => {
  it('is √(π/Σν), what is unknown not counted', () => {
    expect(pooledError([10, 20, NaN, 70], [0, 1, 2, 3])).toBeCloseTo(Math.sqrt(Math.PI / 100), 15);
    expect(pooledError([10, 20, NaN, 70], [2])).toBeNaN();
    expect(pooledError([10], [])).toBeNaN();
  });

  it('is how far the medians of simulated ranges scatter', () => {
    const [replicates, directions, dof] = [1500, 31, 34];
    const draws = chiSquares(replicates * directions, () => dof, 'pooled');
    const medians = Array.from({ length: replicates }, (_, r) => {
      const variance = draws.slice(r * directions, (r + 1) * directions).map((draw) => draw / dof);
      const degreesOfFreedom = Array<number>(directions).fill(dof);
      return medianRatio({ variance, degreesOfFreedom }, Array<number>(directions).fill(1), all(variance));
    });
    const deviation = Math.sqrt(medians.reduce((sum, value) => sum + (value - 1) ** 2, 0) / replicates);
    const expected = pooledError(Array<number>(directions).fill(dof), [...Array(directions).keys()]);
    // 1500 medians tell their deviation to 1.8 %; √(π/2) is that of infinitely many, 1.5 % above that of 31.
    expect(Math.abs(deviation / expected - 1)).toBeLessThan(0.09);
  });
});

describe('coverageOfEstimates', () => {
  const value = (...values: number[]) => values;

  it('adds both intervals in quadrature, on the logarithmic scale, each on the side that matters', () => {
    // Measured 1 with ends e^−3 and e^0.3, predicted e^0.5 with ends e^0.1 (0.4 below) and far above: √(0.3² + 0.4²) = 0.5.
    const measured = { value: [1, 1, 1], low: [-3, -3, -0.3].map(Math.exp), high: [0.3, 0.3, 3].map(Math.exp) };
    const reaching = (distance: number, below: number, above: number) => ({
      value: value(Math.exp(distance)),
      low: value(Math.exp(distance - below)),
      high: value(Math.exp(distance + above)),
    });
    const one = (predicted: ReturnType<typeof reaching>) => coverageOfEstimates(measured, predicted, [0]);
    expect(one(reaching(0.499, 0.4, 9))).toBe(1);
    expect(one(reaching(0.501, 0.4, 9))).toBe(0);
    // The same to the other side: measured reaches down 3, so that 3.04 is within √(9 + 0.25).
    expect(one(reaching(-3.04, 9, 0.5))).toBe(1);
    expect(one(reaching(-3.05, 9, 0.5))).toBe(0);
  });

  it('is that of exact predictions where theirs have no width', () => {
    const measured = { value: [1, 1, 1, 1], low: [0.5, 0.5, 0.5, 0.5], high: [2, 2, 2, 2] };
    const predicted = [0.49, 0.51, 1.99, 2.01];
    const exact = { value: predicted, low: predicted, high: predicted };
    expect(coverageOfEstimates(measured, exact, all(predicted))).toBe(coverage(measured, predicted, all(predicted)));
    expect(coverageOfEstimates(measured, exact, all(predicted))).toBe(0.5);
  });

  it('passes over what has no interval, or none that a logarithm knows', () => {
    const measured = { value: [1, 1, 1, 1], low: [0.9, 0.9, NaN, 0.9], high: [1.1, 1.1, NaN, 1.1] };
    const predicted = { value: [1, 1, 1, 1], low: [0.9, 0, 0.9, 0.9], high: [1.1, 1.1, 1.1, NaN] };
    expect(coverageOfEstimates(measured, predicted, [0, 1, 2, 3])).toBe(1);
    expect(coverageOfEstimates(measured, predicted, [1, 2, 3])).toBeNaN();
  });
});
