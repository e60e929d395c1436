/**
 * Windows of independent batches at 3 % of the crossover, where a path hardly relaxes while it is watched: simulated here, with
 * SGD written out. Who averages them must find what theory says of their mean, whichever way the paths happen to look.
 */
import { describe, expect, it, test } from 'vitest';
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { randomStream } from '../../src/random.ts';
import { comparedDirections, isDrifting } from '../../src/statistics/drift.ts';
import { meanRatio } from '../../src/statistics/mean-ratio.ts';
import { median, medianBias } from '../../src/statistics/median.ts';
import { fitScale } from '../../src/statistics/scale-fit.ts';
import { predictDirections } from '../../src/theory/index.ts';

const [learningRate, momentum, batchesPerEpoch] = [0.05, 0.5, 20];
const crossover = (3 * (1 - momentum)) / (learningRate * batchesPerEpoch);
const eigenvalue = 0.03 * crossover;
const updates = 40 * batchesPerEpoch;
const COUNT = 4000;

/** Variance about the mean, R² of a straight line, and the displacement that the gradient at the mean lets expect over σ. */
function simulate(deviation: number) {
  const random = randomStream(3, 'test/slow-paths');
  const [variance, trend, carried] = [[], [], []] as number[][];
  const spread = (updates * (updates ** 2 - 1)) / 12;
  for (let direction = 0; direction < COUNT; direction++) {
    let [theta, velocity, sum, squares, tilted] = [0, 0, 0, 0, 0];
    for (let step = -updates; step < updates; step++) {
      velocity = momentum * velocity - learningRate * (eigenvalue * theta + random.normal());
      theta += velocity;
      if (step < 0) continue;
      sum += theta;
      squares += theta * theta;
      tilted += (step - (updates - 1) / 2) * theta;
    }
    const mean = sum / updates;
    const own = squares / updates - mean ** 2;
    variance.push(own);
    trend.push(tilted ** 2 / spread / (own * updates));
    const path = mean * -Math.expm1((-learningRate * eigenvalue * updates) / (1 - momentum));
    carried.push(Math.abs(path) / deviation);
  }
  return { variance, trend, carried };
}

const predicted = predictDirections(
  {
    learningRate,
    momentum,
    batchesPerEpoch,
    updates,
    burnInUpdates: updates,
    sampler: 'with-replacement',
    start: 'rest',
    samplingFraction: 1 / batchesPerEpoch,
  },
  Float64Array.of(eigenvalue),
  Float64Array.of(1),
);
const [expected] = predicted.thetaVariance;
const [dof] = predicted.thetaDegreesOfFreedom;
/** ψ(ν/2) − log(ν/2), the mean of log χ²_ν/ν, by numbers of χ² themselves. */
const logBias = (() => {
  const count = 20_000;
  const logs = Array.from({ length: count }, (_, i) => Math.log(quantile((i + 0.5) / count, dof) / dof));
  return logs.reduce((sum, log) => sum + log, 0) / count;
})();
const paths = simulate(Math.sqrt(expected));
const ratios = paths.variance.map((value) => value / expected);
const columns = {
  eigenvalue: ratios.map(() => eigenvalue),
  trend_fraction: paths.trend,
  drift_ratio: paths.carried,
};
const compared = comparedDirections(columns, crossover);
const meanOf = (members: readonly number[]) => members.reduce((sum, i) => sum + ratios[i], 0) / members.length;

describe('a mean', () => {
  it('is what theory says, with the error that it says', () => {
    const found = meanRatio(
      ratios,
      ratios.map(() => dof),
    )!;
    expect(dof).toBeLessThan(8);
    expect(found.count).toBe(COUNT);
    expect(found.error / Math.sqrt(2 / (dof * COUNT))).toBeCloseTo(1, 1);
    expect(Math.abs(Math.log(found.value))).toBeLessThan(3 * found.error);
  });

  it('a median or a logarithm that is corrected as that of χ² is not', () => {
    expect(median(ratios) / medianBias(dof)).toBeLessThan(0.975);
    const logarithms = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / COUNT;
    expect(Math.exp(logarithms - logBias)).toBeGreaterThan(1.02);
  });

  it('is weighted by the degrees of freedom, widened by scatter, and of nothing null', () => {
    expect(meanRatio([1, 4], [2, 1])).toEqual({ value: 2, error: Math.sqrt((2 / 3) * Math.max(1, 0.75)), count: 2 });
    // Σ (ν/2)(r/r̄ − 1)²/(n − 1) = 50·(0.25 + 0.25) = 25.
    expect(meanRatio([1, 3], [100, 100])!.error).toBeCloseTo(Math.sqrt(0.01 * 25), 12);
    expect(meanRatio([7, 1], [NaN, 3])).toMatchObject({ value: 1, count: 1 });
    expect(meanRatio([7], [NaN])).toBeNull();
  });

  test('a scale that is fitted to slow paths is the true one', () => {
    // Halves of the paths at either end of a law of the first power.
    const position = ratios.map((_, i) => (i % 2 ? 1 : 2));
    const fit = fitScale([
      {
        position,
        value: ratios.map((ratio, i) => ratio * position[i]),
        degreesOfFreedom: ratios.map(() => dof),
        curve: (at) => at,
      },
    ])!;
    expect(Math.abs(Math.log(fit.value))).toBeLessThan(3 * fit.error);
    expect(Math.abs(fit.reducedChiSquare - 1)).toBeLessThan(0.15);
  });
});

describe('who leaves out what drifts', () => {
  it('leaves the mean of what fluctuates where it is', () => {
    expect(compared.length).toBeGreaterThan(0.97 * COUNT);
    expect(meanOf(compared)).toBeGreaterThan(0.965);
    expect(meanOf(compared)).toBeLessThan(1.03);
  });

  it('and would not by the path alone', () => {
    const straight = ratios.flatMap((_, i) => (paths.trend[i] > 0.5 ? [] : [i]));
    expect(meanOf(straight)).toBeLessThan(0.9);
  });

  it('leaves out what the gradient carries along its path, what nothing holds, and what does not curve', () => {
    const given = (value: number, trend: number, drift: number) =>
      isDrifting({ eigenvalue: [value], trend_fraction: [trend], drift_ratio: [drift] }, 0, 1);
    expect(given(0.5, 0.51, 2.01)).toBe(true);
    expect(given(0.5, 0.5, 2.01)).toBe(false);
    expect(given(0.5, 0.51, 2)).toBe(false);
    expect(given(0.0099, 0, 0)).toBe(true);
    expect(given(0.01, 0, 0)).toBe(false);
    // Where the gradient is unknown, the path has to do.
    expect(given(0.5, 0.51, NaN)).toBe(true);
    expect(given(0.5, NaN, NaN)).toBe(false);
    const table = { eigenvalue: [2, 0.001, -1, NaN], trend_fraction: [0, 0, 0, 0], drift_ratio: [0, 0, 0, 0] };
    expect(comparedDirections(table, 1)).toEqual([0]);
  });
});
