/**
 * What one Hessian eigendirection and the optimiser's settings are to the theory: a handful of numbers. Depends on
 * nothing; everything else in this folder takes these.
 */

/** Constant-step heavy-ball descent along one eigendirection: v ← βv − η(λθ + δg), θ ← θ + v. */
export interface UpdateRule {
  /** Learning rate η > 0. */
  readonly learningRate: number;
  /** Momentum β, 0 ≤ β < 1. */
  readonly momentum: number;
  /** Eigenvalue λ of the Hessian of the total objective, its L2 term included. */
  readonly eigenvalue: number;
}

/** One Hessian eigendirection of a training run. */
export interface Direction extends UpdateRule {
  /** Updates per epoch M = N/S, at least 2. */
  readonly batchesPerEpoch: number;
  /** Noise variance C: variance of one batch's gradient along the direction, at fixed weights. */
  readonly noiseVariance: number;
}

/** How batches are drawn: a fresh shuffle every epoch, one shuffle for all epochs, or independent draws. */
export type Sampler = 'reshuffle' | 'shuffle-once' | 'with-replacement';

/** The three samplers, in the order in which they are shown. */
export const SAMPLERS: readonly Sampler[] = ['reshuffle', 'shuffle-once', 'with-replacement'];

/**
 * Eigenvalue below which the weight variance is suppressed by the noise's anti-correlation: λ_cross = 3(1−β)/(ηM).
 * The crossover is soft: at λ_cross itself the reshuffled variance is about half that of independent batches.
 *
 * @returns eigenvalue, in the units of 1/learning rate
 * @throws RangeError unless η > 0, 0 ≤ β < 1 and M is a whole number ≥ 2
 * @see docs/concepts/epoch-noise.md, equation 3; Kühn & Rosenow 2023, arXiv 2306.05300
 */
export function crossoverEigenvalue(run: {
  readonly learningRate: number;
  readonly momentum: number;
  readonly batchesPerEpoch: number;
}): number {
  checkOptimiser(run.learningRate, run.momentum, run.batchesPerEpoch);
  return (3 * (1 - run.momentum)) / (run.learningRate * run.batchesPerEpoch);
}

/** Relaxation rate κ = ηλ/(1−β) of a slow direction, per update. */
export function relaxationRate(rule: UpdateRule): number {
  return (rule.learningRate * rule.eigenvalue) / (1 - rule.momentum);
}

/** Whether the iteration converges without noise, or stands still: 0 ≤ ηλ < 2(1+β). */
export function isStable(rule: UpdateRule): boolean {
  const step = rule.learningRate * rule.eigenvalue;
  return step >= 0 && step < 2 * (1 + rule.momentum);
}

/**
 * Refuses settings that describe no optimiser.
 *
 * @throws RangeError unless η > 0 and 0 ≤ β < 1, M is a whole number ≥ 2, and λ and C are finite with C ≥ 0
 */
export function checkDirection(direction: Direction): void {
  const { learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance } = direction;
  checkOptimiser(learningRate, momentum, batchesPerEpoch);
  if (!Number.isFinite(eigenvalue)) throw new RangeError(`eigenvalue ${eigenvalue} is not a finite number`);
  if (!(noiseVariance >= 0 && noiseVariance < Infinity))
    throw new RangeError(`noise variance ${noiseVariance} is not a finite number of at least 0`);
}

/**
 * Refuses optimiser settings outside the theory.
 *
 * @throws RangeError unless η > 0, 0 ≤ β < 1 and M is a whole number ≥ 2
 */
export function checkOptimiser(learningRate: number, momentum: number, batchesPerEpoch: number): void {
  if (!(learningRate > 0 && learningRate < Infinity))
    throw new RangeError(`learning rate ${learningRate} is not a positive number`);
  if (!(momentum >= 0 && momentum < 1)) throw new RangeError(`momentum ${momentum} is not in 0 ≤ β < 1`);
  if (!(Number.isInteger(batchesPerEpoch) && batchesPerEpoch >= 2))
    throw new RangeError(`batches per epoch ${batchesPerEpoch} is not a whole number of at least 2`);
}

/**
 * Refuses directions without a stationary state.
 *
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges; or for settings {@link checkDirection} refuses
 */
export function checkStationary(direction: Direction): void {
  checkDirection(direction);
  if (isStable(direction)) return;
  const { learningRate, momentum, eigenvalue } = direction;
  throw new RangeError(
    `learning rate × eigenvalue = ${learningRate * eigenvalue} has no stationary state: expected 0 ≤ ηλ < ${2 * (1 + momentum)}`,
  );
}
