/** The leading eigenpairs of a symmetric operator, by Lanczos with full reorthogonalisation. */
import { setImmediate } from 'node:timers/promises';
import { RunError } from '../errors.ts';
import { randomStream } from '../random.ts';
import type { OpenBasis } from './basis.ts';
import { residualOverGap } from './gaps.ts';
import { KrylovSpace, type RitzPairs } from './krylov.ts';
import { availableMemory, refuseWhatDoesNotFit, stepsAtFirst, type WayOut } from './memory.ts';
import type { SymmetricOperator } from './operator.ts';
import { PlainBasis } from './plain-basis.ts';
import { freshResiduals } from './residuals.ts';

/** What is wanted of {@link lanczos}. */
export interface LanczosOptions {
  /** How many of the algebraically largest eigenpairs, 1 … d. */
  readonly eigenpairs: number;
  /** Residual ‖Hv−λv‖ at which a pair is converged, in units of the largest |λ|; 1e-5 unless said otherwise. */
  readonly tolerance?: number;
  /** Seed of the start vectors; 1 unless said otherwise. */
  readonly seed?: number;
  /**
   * Whether residuals are recomputed with fresh products, k+1 more of them; yes unless said otherwise. Without, residuals
   * and Rayleigh quotients are those of the space the pairs were taken from.
   */
  readonly certify?: boolean;
  /** Who keeps the space's vectors, and computes with them; arrays and plain loops unless said otherwise. */
  readonly openBasis?: OpenBasis;
  /** Bytes that may be taken; what is available unless said otherwise. {@link lanczosMemory} says what is needed. */
  readonly memory?: number;
  /** What a refusal for lack of memory advises: to ask for fewer pairs, or to free memory, unless said otherwise. */
  readonly wayOut?: WayOut;
  /** Called, and awaited, after every product. */
  readonly onProgress?: (state: LanczosProgress) => void | Promise<void>;
  /** Ends the work with the signal's reason, between two products. */
  readonly signal?: AbortSignal;
}

/** Where Lanczos is. */
export interface LanczosProgress {
  /** Growing the space; checking that no copy of an eigenvalue is missing; recomputing residuals. */
  readonly stage: 'growing' | 'checking' | 'residuals';
  /** Products of this stage so far. */
  readonly iteration: number;
  /** Products this stage is expected to take (an estimate, except where all d pairs are wanted and for residuals). */
  readonly expected: number;
  /** Leading pairs that are converged, as of the last look. */
  readonly converged: number;
  /** Leading pairs wanted. */
  readonly wanted: number;
}

/** Eigenpairs, and how far they are to be trusted. */
export interface Eigenpairs {
  /** [k], descending. */
  readonly eigenvalues: Float64Array;
  /** [k, d] row-major, unit rows. */
  readonly eigenvectors: Float32Array;
  /** ‖Hv−λv‖ [k], recomputed with a fresh product of each stored vector (where they are certified). */
  readonly residuals: Float64Array;
  /** {@link residualOverGap} [k]: how far vectors may be turned into those of neighbouring eigenvalues, Ritz values after the k-th included. */
  readonly residualOverGap: Float64Array;
  /** vᵀHv [k] of the same products. */
  readonly rayleighQuotients: Float64Array;
  /** Dimension of the space the pairs were taken from. */
  readonly iterations: number;
  /** Products spent, those of checks and residuals included. */
  readonly products: number;
  /** How many of the k recomputed residuals are within the tolerance. */
  readonly converged: number;
  /** The most negative Ritz value, converged or not (an upper bound of the smallest eigenvalue), and its recomputed residual. */
  readonly lowest: { readonly eigenvalue: number; readonly residual: number };
  /** The largest |vᵢᵀHvⱼ − vⱼᵀHvᵢ| seen, over the largest ‖Hv‖: about 1e-7 in float32; much more says the operator is not symmetric. */
  readonly asymmetry: number;
}

const PLAIN: OpenBasis = (size, storage) => new PlainBasis(size, storage);
const DEFAULT_TOLERANCE = 1e-5;
/** Growing stops at this part of the tolerance: the recomputed residual holds the products' rounding as well. */
const STOP = 0.5;
/** Between two looks at the Ritz pairs the space grows by this part of its dimension. */
const LOOK_EVERY = 1 / 32;
/** Chance of overlooking a missing copy of an eigenvalue. */
const OVERSIGHT = 0.01;

/**
 * The `eigenpairs` algebraically largest eigenpairs of a symmetric operator.
 *
 * Lanczos (Paige 1972; Parlett, The Symmetric Eigenvalue Problem, ch. 13) from a seeded random vector, made
 * orthogonal to all vectors at every step, so that no spurious copies of an eigenvalue appear. It grows until the residual
 * estimates |β·s| of all wanted pairs are within half the tolerance; where the space becomes invariant it goes on from a random vector orthogonal to it, so that all d pairs can be had, degenerate ones too (d steps).
 *
 * One start vector sees one direction of a degenerate eigenspace. With k < d the converged space is therefore probed with a
 * second Lanczos run in its orthogonal complement, about ten products, until an eigenvalue above the k-th that was missed
 * has less than a 1 % chance (Kuczyński & Woźniakowski 1992, SIAM J. Matrix Anal. Appl. 13, 1094, theorem 4.2); if one is found, the
 * converged vectors are kept and the search goes on orthogonal to them.
 *
 * Memory: {@link lanczosMemory}. Time apart from the products, n the dimension reached: n²·d multiplications to stay
 * orthogonal, n³ for the coordinates, k·n·d for the vectors.
 *
 * @returns the same bytes for the same operator, options and seed
 * @throws RunError if k is not in 1 … d, or a product is not finite; ConfigurationError where the space does not fit into
 * the memory, before the first product or, where more steps are needed than expected, before the step that does not fit
 */
export async function lanczos(operator: SymmetricOperator, options: LanczosOptions): Promise<Eigenpairs> {
  const { eigenpairs: wanted, tolerance = DEFAULT_TOLERANCE, seed = 1, certify = true } = options;
  const { openBasis = PLAIN, memory = availableMemory(), wayOut, onProgress, signal } = options;
  const { size } = operator;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > size)
    throw new RunError(`${wanted} eigenpairs of an operator of size ${size}; ask for 1 to ${size}`);
  if (!(tolerance >= 0)) throw new RunError(`tolerance ${tolerance} of eigenpairs; expected 0 or more`);

  refuseWhatDoesNotFit(operator, wanted, memory, wayOut);

  let converged = 0;
  const tell = async (stage: LanczosProgress['stage'], iteration: number, expected: number) => {
    await onProgress?.({ stage, iteration, expected, converged, wanted });
    if (!signal) return;
    // Products may never leave the thread: let the event through that would abort.
    await setImmediate();
    signal.throwIfAborted();
  };
  signal?.throwIfAborted();

  const space = new KrylovSpace(operator, randomStream(seed, 'hessian/lanczos'), openBasis);
  const expectedAtFirst = stepsAtFirst(wanted, size);
  let found: LeadingPairs;
  try {
    await grow();
    found = leadingPairs(space, wanted);
  } finally {
    // The vectors are there: the space makes room before they are put to the test.
    space.dispose();
  }

  const { values, vectors, estimates } = found;
  const { rayleighQuotients, residuals } = certify
    ? await freshResiduals(operator, vectors, values, (done) => tell('residuals', done, wanted + 1))
    : { rayleighQuotients: values, residuals: estimates };
  const largest = Math.max(Math.abs(values[0]), Math.abs(values[wanted]));
  const within = residuals.subarray(0, wanted).filter((residual) => residual <= tolerance * largest);
  return {
    eigenvalues: values.slice(0, wanted),
    // Not a copy: these are most of the memory that is left.
    eigenvectors: vectors.subarray(0, wanted * size),
    residuals: residuals.slice(0, wanted),
    residualOverGap: residualOverGap(values.slice(0, wanted), residuals.slice(0, wanted), found.beyond),
    rayleighQuotients: rayleighQuotients.slice(0, wanted),
    iterations: found.iterations,
    products: space.products + (certify ? wanted + 1 : 0),
    converged: within.length,
    lowest: { eigenvalue: values[wanted], residual: residuals[wanted] },
    asymmetry: space.asymmetry,
  };

  /** Grows the space until it holds all wanted pairs, or is complete. */
  async function grow(): Promise<void> {
    let lookAt = 1;
    for (;;) {
      if (space.count >= expectedAtFirst) refuseWhatDoesNotFit(operator, wanted, memory, wayOut, space.count + 1);
      await space.step();
      if (space.count >= lookAt || space.isComplete) {
        lookAt = space.count + Math.max(1, Math.floor(space.count * (wanted === size ? 4 : 1) * LOOK_EVERY));
        const pairs = space.ritz();
        const goal = STOP * tolerance * largestMagnitude(pairs);
        converged = leadingConverged(pairs, wanted, goal);
        if (converged === wanted && wanted < size && !space.isComplete) {
          const level = pairs.values[wanted - 1] + 2 * goal;
          const above = lookAbove(space, level, goal, pairs);
          if (above === 'nothing') return;
          if (above === 'something') {
            const missed = await probe(space, level, goal, pairs, tell);
            if (!missed) return;
            space.keepConverged(goal);
            lookAt = space.count + 1;
          }
        }
      }
      await tell('growing', space.count, expectedSteps(space.count, converged, wanted, size));
      if (space.isComplete) return;
    }
  }
}

/** What is taken from a space before it is freed. */
interface LeadingPairs {
  /** [k+1]: the k leading ones, and the lowest. */
  readonly values: Float64Array;
  /** [k+1, d] row-major. */
  readonly vectors: Float32Array;
  /** Residuals as the space itself knows them [k+1]. */
  readonly estimates: Float64Array;
  /** Ritz values after the k-th. */
  readonly beyond: Float64Array;
  /** Dimension of the space. */
  readonly iterations: number;
}

function leadingPairs(space: KrylovSpace, wanted: number): LeadingPairs {
  const iterations = space.count;
  const chosen = [...Array(wanted).keys(), iterations - 1];
  const { values: all, residuals } = space.ritz();
  const estimates = Float64Array.from(chosen, (pair) => residuals[pair]);
  return { ...space.ritzVectors(chosen), estimates, beyond: all.slice(wanted), iterations };
}

/** Runs a second Lanczos in the orthogonal complement of a converged space, and forgets it. @returns whether it met anything above the level */
async function probe(
  space: KrylovSpace,
  level: number,
  goal: number,
  pairs: RitzPairs,
  tell: (stage: 'checking', iteration: number, expected: number) => Promise<void>,
): Promise<boolean> {
  space.startPart();
  const before = space.count;
  const expected = Math.min(stepsToExclude(1 / 2, space.dimensionLeft), space.dimensionLeft);
  let found: ReturnType<typeof lookAbove> = 'unknown';
  while (found === 'unknown') {
    await space.step();
    found = lookAbove(space, level, goal, pairs);
    const done = space.count - before;
    await tell('checking', done, Math.max(done, expected));
  }
  space.dropPart();
  return found === 'something';
}

/**
 * Whether the complement in which the growing part started holds an eigenvalue above a level. Nothing: its largest Ritz value has converged
 * below, or is so far below that after m steps from a random vector in D dimensions an eigenvalue λ at the level would have shown:
 * P(λ − θ > ε(λ − λ_min)) ≤ 1.648 √D exp(−√ε(2m−1)).
 */
function lookAbove(
  space: KrylovSpace,
  level: number,
  goal: number,
  whole: RitzPairs,
): 'nothing' | 'something' | 'unknown' {
  const part = space.ritz(space.partStart);
  const top = part.values[0];
  if (top > level) return 'something';
  if (part.residuals[0] <= goal || space.isInvariant || space.isComplete) return 'nothing';
  const steps = part.values.length;
  const epsilon = (logOversight(space.dimensionLeft + steps) / (2 * steps - 1)) ** 2;
  const smallest = Math.min(whole.values[whole.values.length - 1], part.values[steps - 1]);
  return epsilon < 1 && (top - epsilon * smallest) / (1 - epsilon) <= level ? 'nothing' : 'unknown';
}

/** √ε(2m−1) at which the chance of the bound above falls to {@link OVERSIGHT}. */
function logOversight(dimension: number): number {
  return Math.log((1.648 * Math.sqrt(dimension)) / OVERSIGHT);
}

/** Steps after which the bound above excludes what lies a fraction ε of the spectrum's width higher. */
function stepsToExclude(epsilon: number, dimension: number): number {
  return Math.ceil((logOversight(dimension) / Math.sqrt(epsilon) + 1) / 2);
}

function largestMagnitude({ values }: RitzPairs): number {
  return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
}

/** How many of the leading pairs are converged, up to the first that is not. */
function leadingConverged({ residuals }: RitzPairs, wanted: number, goal: number): number {
  const last = Math.min(wanted, residuals.length);
  for (let i = 0; i < last; i++) if (residuals[i] > goal) return i;
  return last;
}

/** A guess: four steps a pair at first, then the rate seen so far. */
function expectedSteps(count: number, converged: number, wanted: number, size: number): number {
  if (wanted === size) return size;
  if (converged === wanted) return count;
  const steps = converged < wanted / 8 ? stepsAtFirst(wanted, size) : (count * wanted) / converged;
  return Math.min(size, Math.max(count + 1, Math.ceil(steps)));
}
