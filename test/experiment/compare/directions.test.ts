/**
 * The table of directions. Channel of the predictions: batches drawn from a finite set of per-sample gradients drive the
 * recursion along one direction, and the window is measured as the definitions say.
 */
import { describe, expect, it } from 'vitest';
import { compareDirections, predictWindow, type WindowSettings } from '../../../src/experiment/compare/directions.ts';
import { batchVariance } from '../../../src/noise/batch-variance.ts';
import { randomStream } from '../../../src/random.ts';
import { batchSource, type Sampler } from '../../../src/sgd/samplers.ts';
import { varianceInterval } from '../../../src/statistics/chi-square.ts';
import { DIRECTION_COLUMNS } from '../../../src/store/run-directory.ts';
import { tableOf } from './table.ts';

const M = 10;
const settings: WindowSettings = {
  learningRate: 0.2,
  momentum: 0.5,
  sampler: 'reshuffle',
  batchesPerEpoch: M,
  updates: 5 * M,
  burnInUpdates: 3 * M,
  samplingFraction: 1 / M,
  crossover: (3 * 0.5) / (0.2 * M),
};

const doubles = (...values: number[]) => Float64Array.from(values);

/** A table whose measured part is given by hand. */
function compared(
  eigenvalues: Float64Array,
  { sampler = 'reshuffle' as Sampler, theta = 1, velocity = 1, trend = 0, gradient = 0, noise = 1, share = 0 } = {},
) {
  const filled = (value: number) => new Float64Array(eigenvalues.length).fill(value);
  const own = { ...settings, sampler };
  const noises = {
    variance: filled(noise),
    low: filled(0.5 * noise),
    high: filled(2 * noise),
    multiplicative: { variance: filled(share * noise), low: filled(0), high: filled(0) },
  };
  return compareDirections(
    own,
    { eigenvalues, residuals: filled(0.125), gradient: filled(gradient) },
    noises,
    predictWindow(own, eigenvalues, noises),
    { theta: filled(theta), velocity: filled(velocity), trendFraction: filled(trend) },
  );
}

describe('predictions', () => {
  const [N, S] = [60, 6];
  const gradients = Float64Array.from({ length: N }, (_, n) => Math.sin(7 * n) + (n % 5 === 0 ? 1.5 : 0));
  const mean = gradients.reduce((sum, value) => sum + value, 0) / N;
  const perSample = gradients.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (N - 1);

  /** Mean over many runs from rest of the window's (1/K)Σ(θ−θ̄)² and (1/K)Σv². */
  function simulated(sampler: Sampler, eigenvalue: number, burnInEpochs: number, runs: number) {
    const random = randomStream(1, `test/${sampler}/${eigenvalue}`);
    const { learningRate, momentum, updates } = settings;
    let [thetaSum, velocitySum] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const source = batchSource(sampler, N, S, random);
      let [theta, velocity] = [0, 0];
      let [sum, square, speed] = [0, 0, 0];
      for (let epoch = 0; epoch < burnInEpochs + updates / M; epoch++) {
        const order = source.nextEpoch();
        for (let batch = 0; batch < M; batch++) {
          let gradient = eigenvalue * theta;
          for (let n = batch * S; n < (batch + 1) * S; n++) gradient += (gradients[order[n]] - mean) / S;
          velocity = momentum * velocity - learningRate * gradient;
          theta += velocity;
          if (epoch < burnInEpochs) continue;
          sum += theta;
          square += theta * theta;
          speed += velocity * velocity;
        }
      }
      thetaSum += square / updates - (sum / updates) ** 2;
      velocitySum += speed / updates;
    }
    return { theta: thetaSum / runs, velocity: velocitySum / runs };
  }

  // λ/λ_cross = 0.04, 0.4 and 4. Burn-in as in the settings, but for the one order, whose cycle is approached slowly.
  const eigenvalues = doubles(3, 0.3, 0.03);
  it.each([
    ['reshuffle', 3],
    ['with-replacement', 3],
    ['shuffle-once', 60],
  ] as const)('are what runs of %s show, weight and velocity', (sampler, burnInEpochs) => {
    const noise = batchVariance(perSample, {
      samples: N,
      batchSize: S,
      withReplacement: sampler === 'with-replacement',
    });
    const table = compared(eigenvalues, { sampler, noise });
    eigenvalues.forEach((eigenvalue, i) => {
      if (sampler === 'shuffle-once' && eigenvalue < 0.1) return;
      const runs = sampler === 'reshuffle' ? 2500 : 4000;
      const { theta, velocity } = simulated(sampler, eigenvalue, burnInEpochs, runs);
      // ν of one window is 3 to 15, so that √(2/(ν·runs)) is at most 1.3 %; four of them and a bit for the finite set.
      expect(Math.abs(table.theta_variance_sampler[i] / theta - 1)).toBeLessThan(0.05);
      expect(Math.abs(table.velocity_variance_sampler[i] / velocity - 1)).toBeLessThan(0.04);
      const ratio = (2 * table.theta_variance_sampler[i]) / table.velocity_variance_sampler[i];
      expect(table.correlation_time_sampler[i]).toBeCloseTo(ratio, 9);
    });
  });

  it('of independent batches start at rest before the burn-in, whatever the run’s sampler', () => {
    const own = compared(eigenvalues, { sampler: 'with-replacement' });
    for (const sampler of ['reshuffle', 'shuffle-once', 'with-replacement'] as const) {
      const table = compared(eigenvalues, { sampler });
      for (const name of ['theta_variance', 'velocity_variance', 'correlation_time'] as const)
        table[`${name}_white`].forEach((value, i) => expect(value / own[`${name}_sampler`][i]).toBeCloseTo(1, 12));
    }
    // The burn-in is in them: more of it, more variance along a flat direction.
    const flat = doubles(0.001);
    const multiplicative = { variance: flat, low: flat, high: flat };
    const later = predictWindow({ ...settings, burnInUpdates: 300 * M }, flat, { variance: flat, multiplicative });
    expect(later.white.thetaVariance[0] / 0.001).not.toBe(compared(flat).theta_variance_white[0]);
  });
});

describe('columns', () => {
  it('are those of directions.csv, in whole', () => {
    expect(Object.keys(compared(doubles(1, 0.1)))).toEqual([...DIRECTION_COLUMNS]);
    expect(Object.keys(tableOf({ eigenvalue: [1] }))).toEqual([...DIRECTION_COLUMNS]);
  });

  it('carry what was measured, intervals by the prediction’s degrees of freedom', () => {
    const table = compared(doubles(3, 0.3), { theta: 0.04, velocity: 0.02, noise: 0.7 });
    expect([...table.index]).toEqual([0, 1]);
    expect([...table.residual]).toEqual([0.125, 0.125]);
    expect([...table.noise_variance_low, ...table.noise_variance_high]).toEqual([0.35, 0.35, 1.4, 1.4]);
    expect([...table.correlation_time]).toEqual([4, 4]);
    for (let i = 0; i < 2; i++) {
      const theta = varianceInterval(0.04, table.theta_dof[i]);
      const velocity = varianceInterval(0.02, table.velocity_dof[i]);
      expect([table.theta_variance_low[i], table.theta_variance_high[i]]).toEqual([theta.low, theta.high]);
      expect([table.velocity_variance_low[i], table.velocity_variance_high[i]]).toEqual([velocity.low, velocity.high]);
      expect(table.velocity_dof[i]).toBeGreaterThan(table.theta_dof[i]);
    }
    expect(table.theta_variance_two_component).toEqual(table.theta_variance_sampler);
  });

  // Channel: variances are linear in the noise. The white part is that of independent batches from rest, per unit noise.
  it.each(['reshuffle', 'with-replacement'] as const)('add the two components of the noise: %s', (sampler) => {
    const table = compared(doubles(3, 0.3, 0.03), { sampler, noise: 0.7, share: 0.2 });
    for (const name of ['theta_variance', 'velocity_variance'] as const)
      table[`${name}_two_component`].forEach((value, i) =>
        expect(value / (table[`${name}_sampler`][i] + 0.2 * table[`${name}_white`][i])).toBeCloseTo(1, 9),
      );
  });

  it('have no second component with one order for all epochs', () => {
    const table = compared(doubles(3, 0.3), { sampler: 'shuffle-once', share: 0.2 });
    expect(table.theta_variance_two_component.every(Number.isNaN)).toBe(true);
    expect(table.theta_variance_sampler.every((value) => value > 0)).toBe(true);
  });

  it('hold the drift in predicted standard deviations', () => {
    const table = compared(doubles(3, 0.001), { gradient: -0.01 });
    // Stiff: arrived at g/λ. Flat: ηgK/(1−β) = 0.2, less the little that curvature holds back, κK = 0.02.
    expect(table.drift_ratio[0] * Math.sqrt(table.theta_variance_sampler[0])).toBeCloseTo(0.01 / 3, 12);
    expect(table.drift_ratio[1] * Math.sqrt(table.theta_variance_sampler[1])).toBeCloseTo(0.2 * 0.99, 3);
  });

  it('are NaN where theory has nothing to say', () => {
    const table = compared(doubles(-0.5), { sampler: 'shuffle-once' });
    expect(table.theta_variance_sampler[0]).toBeNaN();
    expect(table.theta_variance_high[0]).toBeNaN();
    expect(table.drift_ratio[0]).toBeNaN();
    expect(table.theta_variance_white[0]).toBeGreaterThan(0);
  });
});

describe('regimes', () => {
  const at = (...relative: number[]) => doubles(...relative.map((value) => value * settings.crossover));

  it('begin at λ_cross and at λ_cross/100, edges included', () => {
    expect(compared(at(50, 1, 0.999, 0.01, 0.0099, 1e-9, 0, -1e-9, -2)).regime).toEqual([
      'stiff',
      'stiff',
      'suppressed',
      'suppressed',
      'drift',
      'drift',
      'negative',
      'negative',
      'negative',
    ]);
  });

  it('give way to drift where a line explains more than half the path', () => {
    expect(compared(at(5, 0.5, 0.001, -1), { trend: 0.51 }).regime).toEqual(['drift', 'drift', 'drift', 'negative']);
    expect(compared(at(5, 0.5), { trend: 0.5 }).regime).toEqual(['stiff', 'suppressed']);
    expect(compared(at(5, 0.5), { trend: NaN }).regime).toEqual(['stiff', 'suppressed']);
  });
});
