/** Estimators of a window against sums written out, direction by direction. */
import { describe, expect, it } from 'vitest';
import { explainedShare } from '../../src/statistics/path-agreement.ts';
import { positionProfile } from '../../src/statistics/position-profile.ts';
import { windowEstimates } from '../../src/statistics/window-estimates.ts';
import { normals, range } from '../hessian/plain-mlp.ts';

const [M, EPOCHS, k] = [6, 5, 3];
const K = M * EPOCHS;
// A drift along the first direction, an offset along the second.
const theta = normals(K * k, 3).map((value, at) => value + (at % k === 0 ? 0.2 * Math.floor(at / k) : at % k));
const path = (i: number) => range(K).map((t) => theta[t * k + i]);
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const varianceOf = (values: readonly number[]) => meanOf(values.map((value) => (value - meanOf(values)) ** 2));

describe('windowEstimates', () => {
  const found = windowEstimates(theta, k, M);

  it('within epochs is the mean of the epochs’ variances', () => {
    for (const i of range(k)) {
      const epochs = range(EPOCHS).map((epoch) => varianceOf(path(i).slice(epoch * M, (epoch + 1) * M)));
      expect(found.withinEpochs[i]).toBeCloseTo(meanOf(epochs), 12);
    }
  });

  it('without trend is what a straight line by least squares leaves', () => {
    for (const i of range(k)) {
      const time = range(K).map((t) => t - (K - 1) / 2);
      const values = path(i);
      const slope = meanOf(values.map((value, t) => value * time[t])) / meanOf(time.map((t) => t * t));
      const left = values.map((value, t) => value - meanOf(values) - slope * time[t]);
      expect(found.withoutTrend[i]).toBeCloseTo(meanOf(left.map((value) => value * value)), 12);
    }
  });

  it('halves leave out the middle epoch of an odd number', () => {
    for (const i of range(k)) {
      expect(found.halves[0][i]).toBeCloseTo(varianceOf(path(i).slice(0, 2 * M)), 12);
      expect(found.halves[1][i]).toBeCloseTo(varianceOf(path(i).slice(3 * M)), 12);
      expect(found.shift[i]).toBeCloseTo(meanOf(path(i).slice(3 * M)) - meanOf(path(i).slice(0, 2 * M)), 12);
    }
  });

  it('a window that is not whole epochs, or only one, is refused', () => {
    expect(() => windowEstimates(theta, k, 7)).toThrow('not two or more whole epochs of 7');
    expect(() => windowEstimates(theta.subarray(0, M * k), k, M)).toThrow('not two or more');
  });
});

describe('positionProfile', () => {
  it('is the mean over directions and epochs, with the error of the scatter between epochs', () => {
    const expected = [2, 5, 0.5];
    const { mean, error } = positionProfile(theta, k, M, [0, 2], expected);
    for (const j of range(M)) {
      const epochs = range(EPOCHS).map((epoch) => {
        const at = (i: number) => theta[(epoch * M + j) * k + i] ** 2 / expected[i];
        return (at(0) + at(2)) / 2;
      });
      expect(mean[j]).toBeCloseTo(meanOf(epochs), 10);
      expect(error[j]).toBeCloseTo(Math.sqrt(varianceOf(epochs) / (EPOCHS - 1)), 10);
    }
  });
});

describe('explainedShare', () => {
  it('is 1 for the same path, shifted or not, and what is left of the variance for others', () => {
    const shifted = theta.map((value, at) => value + 7 * (at % k));
    expect([...explainedShare(theta, shifted, k)].every((share) => Math.abs(share - 1) < 1e-12)).toBe(true);
    const other = normals(K * k, 4);
    const found = explainedShare(theta, other, k);
    for (const i of range(k)) {
      const off = path(i).map((value, t) => value - other[t * k + i]);
      expect(found[i]).toBeCloseTo(1 - varianceOf(off) / varianceOf(path(i)), 10);
    }
  });

  it('is 0 for a path that stands still, and unknown where nothing moves', () => {
    expect([...explainedShare(theta, new Float64Array(K * k), k)].map((share) => share + 0)).toEqual([0, 0, 0]);
    expect(explainedShare(new Float64Array(4), new Float64Array(4), 1)[0]).toBeNaN();
  });
});
