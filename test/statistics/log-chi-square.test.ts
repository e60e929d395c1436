/** Against 60-digit arithmetic, and against closed forms. */
import { expect, it } from 'vitest';
import { logBias, logVariance } from '../../src/statistics/log-chi-square.ts';

// mpmath 1.3, 60 digits: digamma(nu/2) - log(nu/2), polygamma(1, nu/2).
it.each([
  [0.5, -2.8411591722563747, 17.19732915450711],
  [1, -1.2703628454614782, 4.934802200544679],
  [1.4, -0.8633486097592022, 2.834049156694611],
  [3, -0.3689751341295879, 0.9348022005446793],
  [7.7, -0.13545542523121645, 0.2963556590668243],
  [57, -0.017646442695935134, 0.035710491245972587],
  [420.8, -0.002378308317876521, 0.004764164404808626],
])('ν = %d', (dof, bias, variance) => {
  // Near 0 the bias is a difference of two logarithms.
  expect(Math.abs(logBias(dof) - bias)).toBeLessThan(2e-15);
  expect(Math.abs(logVariance(dof) / variance - 1)).toBeLessThan(3e-15);
});

it('ψ(1) is minus Euler’s constant, ψ′(1) is π²/6', () => {
  expect(logBias(2)).toBeCloseTo(-0.5772156649015329, 14);
  expect(logVariance(2)).toBeCloseTo(Math.PI ** 2 / 6, 14);
});

it('what is not known is not corrected', () => {
  expect(logBias(NaN)).toBe(0);
  expect(logVariance(NaN)).toBeNaN();
});
