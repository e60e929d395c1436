/** Channel: the definition Σ eᵢ²ulp(θᵢ)²/12, with units in the last place that can be told by eye. */
import { expect, it } from 'vitest';
import { measureRoundingFloor } from '../../../src/experiment/compare/rounding.ts';

// ulp of float32 is 2⁻²³ at 1 and 2⁻²⁰ at 8.
const theta = Float64Array.of(1, 8);
const eigenvectors = Float32Array.of(1, 0, 0, 1, Math.SQRT1_2, Math.SQRT1_2);
const loud = Float64Array.of(1, 2, 3);
const floors = [2 ** -46 / 12, 2 ** -40 / 12, (2 ** -46 + 2 ** -40) / 24];

it('is the share of each direction’s velocity variance', () => {
  const variance = Float64Array.of(100 * floors[0], 50 * floors[1], 1000 * floors[2]);
  const { median, largest, above } = measureRoundingFloor(theta, eigenvectors, variance, loud);
  expect(median).toBeCloseTo(0.01, 12);
  expect(largest).toBeCloseTo(0.02, 12);
  expect(above).toBe(1);
});

it('passes over symmetries, where noise and motion are rounding alone', () => {
  const variance = Float64Array.of(0.1 * floors[0], 50 * floors[1], 1000 * floors[2]);
  const { largest } = measureRoundingFloor(theta, eigenvectors, variance, Float64Array.of(1e-16, 2, 3));
  expect(largest).toBeCloseTo(0.02, 12);
});

it('passes over directions along which nothing moves', () => {
  const moving = measureRoundingFloor(theta, eigenvectors, Float64Array.of(0, 50 * floors[1], 0), loud);
  expect(moving.largest).toBeCloseTo(0.02, 12);
  expect(moving.median).toBe(moving.largest);
  const nothing = measureRoundingFloor(theta, eigenvectors, new Float64Array(3), loud);
  expect(nothing).toEqual({ median: 0, largest: 0, above: 0 });
});
