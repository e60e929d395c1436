/** Weight decay moves a direction to another one of the same theory. */
import type { UpdateRule } from './direction.ts';
import type { PropagatedMoments } from './propagated-window.ts';

/**
 * L2 regularisation inside the gradient (PyTorch's `SGD(weight_decay=μ)`): λ → λ + μ, the noise variance unchanged.
 *
 * @param rule with the eigenvalue of the loss alone
 * @param decay μ
 * @see docs/concepts/epoch-noise.md, equation 21
 */
export function withCoupledDecay<Rule extends UpdateRule>(rule: Rule, decay: number): Rule {
  return { ...rule, eigenvalue: rule.eigenvalue + decay };
}

/**
 * Decay outside the gradient, θ_k = (1−ημ)θ_{k−1} + v_k: the weight moves exactly as under heavy ball with
 * β' = β(1−ημ), λ' = λ + μ(1−β). The optimiser's velocity is then not θ_k − θ_{k−1}: {@link decoupledVelocityVariance}.
 *
 * @param rule with the eigenvalue of the loss alone
 * @param decay μ
 * @see docs/concepts/epoch-noise.md, equation 22
 */
export function withDecoupledDecay<Rule extends UpdateRule>(rule: Rule, decay: number): Rule {
  return {
    ...rule,
    momentum: rule.momentum * (1 - rule.learningRate * decay),
    eigenvalue: rule.eigenvalue + decay * (1 - rule.momentum),
  };
}

/**
 * Mean square of the optimiser's own velocity under decoupled decay, v_k = θ_k − (1−ημ)θ_{k−1}, from the moments of the
 * equivalent heavy ball.
 *
 * @param moments of the rule that {@link withDecoupledDecay} gives
 * @see docs/concepts/epoch-noise.md, equation 22
 */
export function decoupledVelocityVariance(moments: PropagatedMoments, learningRate: number, decay: number): number {
  const shrink = learningRate * decay;
  const { thetaMeanSquare, crossMean, velocityVariance } = moments;
  const earlierSquare = thetaMeanSquare - 2 * crossMean + velocityVariance;
  return velocityVariance + 2 * shrink * (crossMean - velocityVariance) + shrink * shrink * earlierSquare;
}
