/** Against 60-digit arithmetic, and against closed forms. */
import { expect, it } from 'vitest';
import { logBias, logVariance } from '../../src/statistics/log-chi-square.ts';

// mpmath 1.3, 60 digits: digamma(nu/2) - log(nu/2), polygamma(1, nu/2).
it.each([
  [0.5, -2.8411591722563747893, 17.197329154507110739],
  [1, -1.27036284546147817, 4.9348022005446793094],
  [1.4, -0.86334860975920229825, 2.8340491566946109126],
  [3, -0.36897513412958786142, 0.93480220054467930942],
  [7.7, -0.13545542523121646353, 0.29635565906682432085],
  [57, -0.017646442695935134299, 0.035710491245972586644],
  [420.8, -0.0023783083178765210445, 0.0047641644048086266954],
])('ν = %d', (dof, bias, variance) => {
  // Near 0 the bias is a difference of two logarithms.
  expect(Math.abs(logBias(dof) - bias)).toBeLessThan(2e-15);
  expect(Math.abs(logVariance(dof) / variance - 1)).toBeLessThan(3e-15);
});

it('ψ(1) is minus Euler’s constant, ψ′(1) is π²/6', () => {
  expect(logBias(2)).toBeCloseTo(-0.57721566490153286, 14);
  expect(logVariance(2)).toBeCloseTo(Math.PI ** 2 / 6, 14);
});

it('what is not known is not corrected', () => {
  expect(logBias(NaN)).toBe(0);
  expect(logVariance(NaN)).toBeNaN();
});
