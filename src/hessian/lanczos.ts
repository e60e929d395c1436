/** The leading eigenpairs of a symmetric operator, by Lanczos with full reorthogonalisation. */
import { setImmediate } from 'node:timers/promises';
import { RunError } from '../errors.ts';
import { randomStream } from '../random.ts';
import { AT_THE_END, type Checkpoint } from '../store/checkpoint.ts';
import type { OpenBasis } from './basis.ts';
import { certify } from './certify.ts';
import { type FoundPairs, FoundStore, loadFound, takePairs } from './found-pairs.ts';
import { residualOverGap } from './gaps.ts';
import { KrylovSpace, storageFor, type SpectralMeasure } from './krylov.ts';
import { availableMemory, refuseWhatDoesNotFit, residentBytes, type WayOut } from './memory.ts';
import type { SymmetricOperator } from './operator.ts';
import { PlainBasis } from './plain-basis.ts';
import { nothingKnown, type FreshResiduals } from './residuals.ts';
import { search, type SearchState } from './search.ts';
import { SpaceLog } from './space-log.ts';

/** What is wanted of {@link lanczos}. */
export interface LanczosOptions {
  /** How many of the algebraically largest eigenpairs, 1 … d. */
  readonly eigenpairs: number;
  /** Residual ‖Hv−λv‖ at which a pair is converged, in units of the largest |λ|; 1e-5 unless said otherwise. */
  readonly tolerance?: number;
  /** Seed of the start vectors; 1 unless said otherwise. */
  readonly seed?: number;
  /**
   * Whether residuals are recomputed from products; yes unless said otherwise. That takes k+1 fresh ones, or 33 where d and k
   * are large (certify.ts). Without, residuals and Rayleigh quotients are those of the recurrence.
   */
  readonly certify?: boolean;
  /** Who keeps the space's vectors, and computes with them; arrays and plain loops unless said otherwise. */
  readonly openBasis?: OpenBasis;
  /** Bytes that may be taken; what is available unless said otherwise. {@link lanczosMemory} says what is needed. */
  readonly memory?: number;
  /** What a refusal for lack of memory advises: to ask for fewer pairs, or to free memory, unless said otherwise. */
  readonly wayOut?: WayOut;
  /** Where the work is kept as it goes on, and what an earlier process has left there; nothing is kept unless said otherwise. */
  readonly checkpoint?: Checkpoint;
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
  /** ‖Hv−λv‖ [k], recomputed from products (where they are certified). */
  readonly residuals: Float64Array;
  /** How many of them with fresh products, and how far these are from the recorded ones, in units of the largest |λ|. */
  readonly certified: { readonly fresh: number; readonly disagreement: number | null };
  /** What the start vector sees of the whole spectrum. */
  readonly measure: SpectralMeasure;
  /** {@link residualOverGap} of every pair: how far vectors may be turned into those of neighbouring eigenvalues, Ritz values after the k-th included. */
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
  const { eigenpairs: wanted, tolerance = DEFAULT_TOLERANCE, checkpoint, onProgress, signal } = options;
  const { size } = operator;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > size)
    throw new RunError(`${wanted} eigenpairs of an operator of size ${size}; ask for 1 to ${size}`);
  if (!(tolerance >= 0)) throw new RunError(`tolerance ${tolerance} of eigenpairs; expected 0 or more`);

  const tell = async (stage: LanczosProgress['stage'], iteration: number, expected: number, converged = wanted) => {
    await onProgress?.({ stage, iteration, expected, converged, wanted });
    if (!signal) return;
    // Products may never leave the thread: let the event through that would abort.
    await setImmediate();
    signal.throwIfAborted();
  };
  signal?.throwIfAborted();

  const earlier = checkpoint ? loadFound(checkpoint) : null;
  const found = earlier?.found ?? (await findPairs(operator, options, tolerance, tell));
  const fresh = earlier?.fresh ?? nothingKnown(wanted + 1);
  const store = checkpoint ? new FoundStore(checkpoint, found, earlier?.checksum ?? null) : null;
  if (!earlier && store?.isDue(AT_THE_END)) store.save(fresh);
  return await putToTest(operator, options, tolerance, found, { store, known: fresh }, tell);
}

type Tell = (stage: LanczosProgress['stage'], iteration: number, expected: number, converged?: number) => Promise<void>;

/** Grows a space, or goes on with an earlier process's, and takes the pairs out of it. */
async function findPairs(
  operator: SymmetricOperator,
  { eigenpairs: wanted, seed = 1, openBasis = PLAIN, memory = availableMemory(), wayOut, checkpoint }: LanczosOptions,
  tolerance: number,
  tell: Tell,
): Promise<FoundPairs> {
  const onDisk = checkpoint !== undefined;
  const makeSureOfMemory = (steps?: number) =>
    refuseWhatDoesNotFit(operator, wanted, memory, { wayOut, steps, onDisk });
  makeSureOfMemory();
  const log = checkpoint ? new SpaceLog(checkpoint, operator.size, storageFor(operator)) : null;
  try {
    const left = log?.restore() ?? null;
    if (!left) log?.begin();
    const resident = onDisk ? residentBytes(operator, wanted, memory) : Infinity;
    const space = new KrylovSpace(operator, randomStream(seed, 'hessian/lanczos'), openBasis, log, resident);
    try {
      if (left) space.resume(left.state);
      const plan = { wanted, tolerance, makeSureOfMemory, tell };
      await search(space, plan, left?.search as SearchState | undefined, log);
      return await takePairs(space, wanted);
    } finally {
      // The vectors are there: the space makes room before they are put to the test.
      space.dispose();
    }
  } finally {
    log?.close();
  }
}

async function putToTest(
  operator: SymmetricOperator,
  { eigenpairs: wanted, certify: isCertified = true }: LanczosOptions,
  tolerance: number,
  found: FoundPairs,
  { store, known }: { readonly store: FoundStore | null; readonly known: FreshResiduals },
  tell: Tell,
): Promise<Eigenpairs> {
  const { values, vectors, estimates, iterations, asymmetry, measure } = found;
  const largest = Math.max(Math.abs(values[0]), Math.abs(values[wanted]));
  const { rayleighQuotients, residuals, fresh, disagreement } = isCertified
    ? await certify(
        operator,
        found,
        { tolerance, largest },
        (done, total) => tell('residuals', done, total),
        store,
        known,
      )
    : { rayleighQuotients: values, residuals: estimates, fresh: 0, disagreement: null };
  const within = residuals.subarray(0, wanted).filter((residual) => residual <= tolerance * largest);
  return {
    eigenvalues: values.slice(0, wanted),
    // Not a copy: these are most of the memory that is left.
    eigenvectors: vectors.subarray(0, wanted * operator.size),
    residuals: residuals.slice(0, wanted),
    residualOverGap: residualOverGap(values.slice(0, wanted), residuals.slice(0, wanted), found.beyond),
    rayleighQuotients: rayleighQuotients.slice(0, wanted),
    certified: { fresh, disagreement },
    measure,
    iterations,
    products: found.products + fresh,
    converged: within.length,
    lowest: { eigenvalue: values[wanted], residual: residuals[wanted] },
    asymmetry,
  };
}
