/** Stationary moments against 60-digit arithmetic that shares no formula with this code (test/oracle/theory-cases.md). */
import { describe, expect, it } from 'vitest';
import { reshuffledPositionVariances, stationaryMoments } from '../../src/theory/index.ts';
import { stationaryCases } from './golden-cases.ts';
import { profileError, relativeError } from './relative-error.ts';

// The values are printed with 16 digits and the largest deviation is 3e-14; 1e-10 leaves room for another CPU's rounding.
const TOLERANCE = 1e-10;

describe('stationary moments equal the 60-digit values', () => {
  it.each(stationaryCases)('$name', ({ sampler, direction, expected }) => {
    const moments = stationaryMoments(direction, sampler);
    expect(relativeError(moments.thetaVariance, expected.var_theta), 'weight variance').toBeLessThan(TOLERANCE);
    expect(relativeError(moments.velocityVariance, expected.var_v), 'velocity variance').toBeLessThan(TOLERANCE);
    expect(relativeError(moments.correlationTime, expected.tau), 'correlation time').toBeLessThan(TOLERANCE);
  });
});

describe('variances by position equal the 60-digit values', () => {
  const reshuffled = stationaryCases.filter(({ sampler }) => sampler === 'reshuffle');
  it.each(reshuffled)('$name', ({ direction, expected }) => {
    const { theta, velocity } = reshuffledPositionVariances(direction);
    const positions = expected.positions ?? [];
    expect(positions.length).toBeGreaterThan(1);
    expect(theta.length).toBe(direction.batchesPerEpoch);
    const at = (values: Float64Array) => positions.map((position) => values[position]);
    expect(profileError(at(theta), expected.pos_var_theta ?? []), 'weight').toBeLessThan(TOLERANCE);
    expect(profileError(at(velocity), expected.pos_var_v ?? []), 'velocity').toBeLessThan(TOLERANCE);
  });

  it.each(reshuffled)('their mean is the position-averaged value: $name', ({ direction, expected }) => {
    const { theta, velocity } = reshuffledPositionVariances(direction);
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(relativeError(mean(theta), expected.var_theta), 'weight').toBeLessThan(TOLERANCE);
    expect(relativeError(mean(velocity), expected.var_v), 'velocity').toBeLessThan(TOLERANCE);
  });
});
