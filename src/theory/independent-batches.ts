/** Stationary moments for independent batches: an AR(2) process driven by white noise, solved exactly. */
import type { StateCovariance } from './boundary.ts';
import { checkStationary, type Direction, type UpdateRule } from './direction.ts';

/**
 * Stationary weight variance along one direction when batches are independent ("white" noise).
 *
 * σ²_θ = η(1+β)C / (λ(1−β)(2(1+β)−ηλ)).
 *
 * @returns variance in units of the weights squared; Infinity at λ = 0, where the weight is a random walk
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equation 5; Kühn & Rosenow 2023, arXiv 2306.05300
 */
export function independentWeightVariance(direction: Direction): number {
  checkStationary(direction);
  const { learningRate, momentum, eigenvalue, noiseVariance } = direction;
  if (noiseVariance === 0) return 0;
  const gap = 2 * (1 + momentum) - learningRate * eigenvalue;
  return (learningRate * (1 + momentum) * noiseVariance) / (eigenvalue * (1 - momentum) * gap);
}

/**
 * Stationary velocity variance along one direction when batches are independent.
 *
 * σ²_v = 2η²C / ((1−β)(2(1+β)−ηλ)).
 *
 * @returns variance of one update's step, in units of the weights squared
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equation 5; Kühn & Rosenow 2023, arXiv 2306.05300
 */
export function independentVelocityVariance(direction: Direction): number {
  checkStationary(direction);
  const { learningRate, momentum, eigenvalue, noiseVariance } = direction;
  const gap = 2 * (1 + momentum) - learningRate * eigenvalue;
  return (2 * learningRate * learningRate * noiseVariance) / ((1 - momentum) * gap);
}

/**
 * Correlation time 2σ²_θ/σ²_v for independent batches: τ = (1+β)/(ηλ).
 *
 * @returns time in updates; Infinity at λ = 0
 * @throws RangeError outside 0 ≤ ηλ < 2(1+β): the iteration diverges
 * @see docs/concepts/epoch-noise.md, equations 5 and 9
 */
export function independentCorrelationTime(direction: Direction): number {
  checkStationary(direction);
  return (1 + direction.momentum) / (direction.learningRate * direction.eigenvalue);
}

/**
 * Covariance of the state for independent batches, per unit C: ⟨θ²⟩ and ⟨v²⟩ as above, and ⟨θv⟩ = ½⟨v²⟩.
 *
 * @param rule 0 ≤ ηλ < 2(1+β); an infinite weight variance at λ = 0
 * @see docs/concepts/epoch-noise.md, equation 5
 */
export function independentCovariance({ learningRate, momentum, eigenvalue }: UpdateRule): StateCovariance {
  const step = learningRate * eigenvalue;
  const cross = (learningRate * learningRate) / ((1 - momentum) * (2 * (1 + momentum) - step));
  return { theta: ((1 + momentum) * cross) / Math.abs(step), cross, velocity: 2 * cross };
}
