/** Which learning rate, momentum and weight decay recorded updates show, where they are not the stated ones. */
import { solveLinear } from '../../theory/linear-solve.ts';

/** The three numbers of the optimiser. */
export interface Rates {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** One update in the terms of v ← βv − ηg − ημθ, [d] each. */
export interface Terms {
  /** v before. */
  readonly velocity: ArrayLike<number>;
  /** −η(g + μθ) with the stated numbers. */
  readonly step: ArrayLike<number>;
  readonly theta: ArrayLike<number>;
  /** Recorded v after, less what the stated numbers make of it. */
  readonly left: ArrayLike<number>;
}

/** A number is another one where it is off by so many standard errors, and by such a part: of 1 − β for the momentum. */
const CLEARLY = 6;
const PART = 2e-3;

/** What the updates show. */
export interface OtherRates {
  /** The stated numbers that are clearly others, with the values that would explain the updates. */
  readonly rates: Partial<Rates>;
  /** What no number explains, as a part of the steps. */
  readonly unexplained: number;
}

/** Least squares of what is left over in the three terms. Where rounding makes the difference no number stands out. */
export function otherRates(updates: readonly Terms[], { learningRate, momentum, weightDecay }: Rates): OtherRates {
  const normal = [0, 1, 2].map(() => [0, 0, 0]);
  const right = [0, 0, 0];
  let [sum, count] = [0, 0];
  for (const { velocity, step, theta, left } of updates)
    for (let i = 0; i < left.length; i++) {
      const row = [velocity[i], step[i], theta[i]];
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) normal[a][b] += row[a] * row[b];
        right[a] += row[a] * left[i];
      }
      sum += left[i] ** 2;
      count++;
    }
  const solve = (of: readonly number[]) =>
    solveLinear(
      normal.map((row) => row.slice()),
      of.slice(),
    );
  const found = solve(right);
  const unexplained = Math.max(0, sum - found.reduce((dot, value, a) => dot + value * right[a], 0));
  // Rounding that is much the same in every update, as of the same weights to fewer digits, counts once for all of them.
  const variance = (unexplained / count) * updates.length;
  const errors = [0, 1, 2].map((a) => Math.sqrt(variance * solve([0, 1, 2].map((b) => +(a === b)))[a]));
  const [dMomentum, dStep, dTheta] = found.map((value, a) => (Math.abs(value) > CLEARLY * errors[a] ? value : 0));
  // A step that is longer by 1 + s has ημ longer too; what is along θ beyond that is weight decay.
  const rate = learningRate * (1 + dStep);
  const decay = (learningRate * weightDecay * (1 + dStep) - dTheta) / rate;
  const rates = {
    ...(Math.abs(dStep) > PART && { learningRate: rate }),
    ...(Math.abs(dMomentum) > PART * (1 - momentum) && { momentum: momentum + dMomentum }),
    ...(Math.abs(decay - weightDecay) > PART * weightDecay && dTheta !== 0 && { weightDecay: decay }),
  };
  return { rates, unexplained: Math.sqrt(unexplained / normal[1][1]) };
}
