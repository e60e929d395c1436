/** Degrees of freedom against traces of the dense covariance of the whole window, computed elsewhere (test/oracle/theory-cases.md). */
import { describe, expect, it } from 'vitest';
import { windowPredictor } from '../../src/theory/index.ts';
import { golden, nameOf, windowOf } from './golden-cases.ts';
import { relativeError } from './relative-error.ts';

// The values are good to about 1e-9; nothing in this code is interpolated, so 1e-8 is asked where 1 % would serve an interval.
const TOLERANCE = 1e-8;

describe('degrees of freedom equal the dense traces', () => {
  it.each(golden.degrees_of_freedom.cases.map((one) => ({ name: nameOf(one), ...one })))('$name', (one) => {
    const updates = one.M * one.window_epochs;
    const reshuffled = windowPredictor(windowOf(one, 'reshuffle', updates, 'stationary'))(one.lam);
    const independent = windowPredictor(windowOf(one, 'with-replacement', updates, 'stationary'))(one.lam);
    const pairs = [
      ['reshuffle, weight', reshuffled.thetaDegreesOfFreedom, one.dof_theta_reshuffle],
      ['reshuffle, velocity', reshuffled.velocityDegreesOfFreedom, one.dof_velocity_reshuffle],
      ['with replacement, weight', independent.thetaDegreesOfFreedom, one.dof_theta_with_replacement],
    ] as const;
    for (const [what, actual, expected] of pairs) expect(relativeError(actual, expected), what).toBeLessThan(TOLERANCE);
  });
});
