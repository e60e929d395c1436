/** How far the walk of independent batches wanders in h updates: the building block that has no pole at λ = 0. */
import type { UpdateRule } from './direction.ts';

/**
 * Half the mean squared displacement s(h) = ½E(θ_{k+h}−θ_k)² of the stationary process with independent batches, per
 * unit noise variance. It equals ρ(0) − ρ(h) with ρ the autocovariance, but never forms that difference, which loses all
 * digits below ηλ ≈ 1e-5.
 *
 * s(1) = η²/((1−β)(2(1+β)−ηλ)), F = (1+β)s(1), d(1) = s(1); d(h+1) = βd(h) + F − ηλ s(h), s(h+1) = s(h) + d(h+1).
 *
 * @param longest largest h
 * @returns s(0) … s(longest), [longest + 1]
 * @see docs/concepts/epoch-noise.md, equation 6
 */
export function halfSquareDisplacements(rule: UpdateRule, longest: number): Float64Array {
  const { learningRate, momentum, eigenvalue } = rule;
  const step = learningRate * eigenvalue;
  const displacement = new Float64Array(longest + 1);
  const first = (learningRate * learningRate) / ((1 - momentum) * (2 * (1 + momentum) - step));
  const push = (1 + momentum) * first;
  let increment = first;
  for (let lag = 1; lag <= longest; lag++) {
    displacement[lag] = displacement[lag - 1] + increment;
    increment = momentum * increment + push - step * displacement[lag];
  }
  return displacement;
}
