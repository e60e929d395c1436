/**
 * The autocorrelation against what shares nothing with it: impulse responses of the optimiser's own loop, summed over all
 * pairs of kicks whose covariance is written down position by position.
 */
import { describe, expect, test } from 'vitest';
import {
  SAMPLERS,
  stationaryAutocorrelation,
  stationaryMoments,
  type Direction,
  type Sampler,
} from '../../src/theory/index.ts';
import { descend } from './dense-window.ts';

const M = 7;
const rules: Omit<Direction, 'noiseVariance'>[] = [
  { learningRate: 0.1, momentum: 0.9, eigenvalue: 2, batchesPerEpoch: M },
  { learningRate: 0.1, momentum: 0.5, eigenvalue: 0.3, batchesPerEpoch: M },
  { learningRate: 0.1, momentum: 0, eigenvalue: 15, batchesPerEpoch: M },
];
const LAGS = [0, 1, 2, 5, 6, 7, 8, 13, 20];

/** Σ over all pairs of kicks, position by position, of what each adds to θ_k and to θ_{k+h}. */
function direct(rule: Omit<Direction, 'noiseVariance'>, sampler: Sampler): number[] {
  const past = 1400;
  const response = descend(
    { ...rule },
    Array.from({ length: past + Math.max(...LAGS) + M }, (_, at) => (at === 0 ? 1 : 0)),
  ).theta;
  const covariance = (i: number, j: number): number => {
    if (sampler === 'with-replacement') return i === j ? 1 : 0;
    const sameEpoch = Math.floor(i / M) === Math.floor(j / M);
    if (sampler === 'reshuffle') return (i === j ? M / (M - 1) : 0) - (sameEpoch ? 1 / (M - 1) : 0);
    return (i % M === j % M ? M / (M - 1) : 0) - 1 / (M - 1);
  };
  const values = LAGS.map((lag) => {
    let sum = 0;
    for (let position = 0; position < M; position++) {
      const k = past + position;
      // Kicks further apart than two epochs are uncorrelated, except with one order for all epochs.
      const reach = sampler === 'shuffle-once' ? Infinity : M;
      for (let i = 0; i <= k; i++) {
        const weight = response[k - i];
        if (Math.abs(weight) < 1e-13) continue;
        const from = Math.max(0, i - reach);
        for (let j = from; j <= Math.min(k + lag, i + reach); j++) {
          const c = covariance(i, j);
          if (c !== 0) sum += c * weight * response[k + lag - j];
        }
      }
    }
    return sum / M;
  });
  return values.map((value) => value / values[0]);
}

describe.each(SAMPLERS)('%s', (sampler) => {
  test.each(rules)('η = $learningRate, β = $momentum, λ = $eigenvalue', (rule) => {
    const expected = direct(rule, sampler);
    const found = stationaryAutocorrelation(rule, sampler, LAGS);
    found.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 9));
  });

  test('its curvature at lag 0 is the velocity variance', () => {
    // E(θ_{k+1} − θ_k)² = E v²: 2(ρ(0) − ρ(1)) = σ²_v.
    for (const rule of rules) {
      const { thetaVariance, velocityVariance } = stationaryMoments({ ...rule, noiseVariance: 1 }, sampler);
      const [, next] = stationaryAutocorrelation(rule, sampler, [0, 1]);
      expect((2 * (1 - next) * thetaVariance) / velocityVariance).toBeCloseTo(1, 9);
    }
  });
});

test('where the direction is flat: a walk without shuffling, and with it no memory beyond an epoch', () => {
  const flat = { learningRate: 0.1, momentum: 0.9, eigenvalue: 0, batchesPerEpoch: 100 };
  expect(stationaryAutocorrelation(flat, 'with-replacement', [0, 1000])).toEqual([1, 1]);
  const [start, half, epoch] = stationaryAutocorrelation(flat, 'reshuffle', [0, 50, 300]);
  expect(start).toBe(1);
  expect(half).toBeLessThan(0.7);
  expect(Math.abs(epoch)).toBeLessThan(0.05);
});
