/** Weight decay against the decayed optimisers' own loops, with one arbitrary sequence of gradient noise. */
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { decoupledVelocityVariance, withCoupledDecay, withDecoupledDecay } from '../../src/theory/index.ts';
import { descend } from './dense-window.ts';
import { profileError, relativeError } from './relative-error.ts';

const rule = { learningRate: 0.1, momentum: 0.9, eigenvalue: 0.4 };
const decay = 0.25;
const stream = randomStream(2, 'test/weight-decay');
const noise = Array.from({ length: 300 }, () => stream.normal());

/** The optimiser with decay, inside the gradient or outside it. */
function decayed(coupled: boolean) {
  const { learningRate, momentum, eigenvalue } = rule;
  let [theta, velocity] = [0, 0];
  return noise.map((gradient) => {
    const before = theta;
    velocity = momentum * velocity - learningRate * (eigenvalue * theta + gradient + (coupled ? decay * theta : 0));
    theta = (coupled ? 1 : 1 - learningRate * decay) * theta + velocity;
    return { theta, velocity, step: theta - before };
  });
}

describe('weight decay is another direction of the same theory', () => {
  it('coupled: the same path at λ + μ', () => {
    const expected = decayed(true);
    const { theta, velocity } = descend(withCoupledDecay(rule, decay), noise);
    const of = (part: 'theta' | 'velocity') => expected.map((state) => state[part]);
    expect(profileError(theta, of('theta'))).toBeLessThan(1e-12);
    expect(profileError(velocity, of('velocity'))).toBeLessThan(1e-12);
  });

  it('decoupled: the same weights at β(1−ημ) and λ + μ(1−β)', () => {
    const { theta } = descend(withDecoupledDecay(rule, decay), noise);
    const expected = decayed(false).map((state) => state.theta);
    expect(profileError(theta, expected)).toBeLessThan(1e-12);
  });

  // Earlier weights are θ − step, so the identity holds for any path, random or not.
  it("decoupled: the optimiser's own velocity from the moments of the equivalent one", () => {
    const path = decayed(false);
    const mean = (value: (state: (typeof path)[number]) => number) =>
      path.reduce((sum, state) => sum + value(state), 0) / path.length;
    const moments = {
      thetaMeanSquare: mean(({ theta }) => theta * theta),
      crossMean: mean(({ theta, step }) => theta * step),
      velocityVariance: mean(({ step }) => step * step),
      thetaVariance: NaN,
      thetaDegreesOfFreedom: NaN,
      velocityDegreesOfFreedom: NaN,
    };
    const own = decoupledVelocityVariance(moments, rule.learningRate, decay);
    expect(
      relativeError(
        own,
        mean(({ velocity }) => velocity * velocity),
      ),
    ).toBeLessThan(1e-11);
  });

  it('leaves the noise and everything else of a direction alone', () => {
    const direction = { ...rule, batchesPerEpoch: 10, noiseVariance: 2 };
    expect(withCoupledDecay(direction, decay)).toEqual({ ...direction, eigenvalue: 0.65 });
    expect(withDecoupledDecay(direction, decay)).toMatchObject({ batchesPerEpoch: 10, noiseVariance: 2 });
  });
});
