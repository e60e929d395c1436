/** The memory Lanczos needs, said before it starts: a space that does not fit is refused, not grown until the system ends the process. */
import os from 'node:os';
import { ConfigurationError } from '../errors.ts';
import { FLOAT32_PRECISION, type SymmetricOperator } from './operator.ts';

/** Blocks on their way from and to the native library, partial sums of combinations, and what of both waits to be collected. */
const WORK_BYTES = 2 ** 29;
/** Vectors of float64 that a step works on, the operator's own included. */
const WORK_VECTORS = 8;

/** Bytes of one entry of the space's vectors: as precise as the products are. */
export function bytesPerEntry({ relativePrecision = FLOAT32_PRECISION }: SymmetricOperator): 4 | 8 {
  return relativePrecision < FLOAT32_PRECISION ? 8 : 4;
}

/**
 * Steps Lanczos is expected to take before any is done: four a pair, except where all pairs are wanted. A spectrum that
 * falls like 1/i took 3.6 for 1,000 pairs (d = 137,000: 3.65 GB for the whole process, 3.66 expected), networks' fall faster.
 */
export function stepsAtFirst(eigenpairs: number, size: number): number {
  return eigenpairs === size ? size : Math.min(size, 4 * eigenpairs + 30);
}

/**
 * Bytes at the peak, when vectors are combined out of the space.
 *
 * @param steps dimension of the space, n; what is expected unless said otherwise
 * @returns n·d·b for the space, 4(k+1)·d for the vectors returned, 16·n² + 8(k+1)·n for their coordinates, and work
 */
export function lanczosMemory(
  operator: SymmetricOperator,
  eigenpairs: number,
  steps = stepsAtFirst(eigenpairs, operator.size),
): number {
  const { size } = operator;
  const space = steps * size * bytesPerEntry(operator);
  const vectors = 4 * (eigenpairs + 1) * size;
  const coordinates = 16 * steps * steps + 8 * (eigenpairs + 1) * steps;
  return space + vectors + coordinates + Math.min(WORK_BYTES, 4 * (space + vectors)) + 8 * WORK_VECTORS * size;
}

/** Memory this process may still take. On Linux what the system would give back from its caches counts, as do limits of a container. */
export function availableMemory(): number {
  // Absent before Node 20.13.
  return process.availableMemory?.() ?? os.freemem();
}

/**
 * @param steps dimension reached; the space has grown beyond what was expected
 * @throws ConfigurationError where it does not fit
 */
export function refuseWhatDoesNotFit(
  operator: SymmetricOperator,
  eigenpairs: number,
  available: number,
  steps?: number,
): void {
  const needed = lanczosMemory(operator, eigenpairs, steps);
  if (needed <= available) return;
  const fitting = fittingPairs(operator, available);
  const wayOut =
    fitting > 0 && fitting < eigenpairs
      ? `ask for at most ${fitting} (spectrum.eigenpairs)`
      : 'ask for fewer (spectrum.eigenpairs)';
  const grown = steps === undefined ? '' : ` now that they have taken ${steps} steps`;
  throw new ConfigurationError(
    `${eigenpairs} eigenpairs of ${operator.size} parameters need ${inWords(needed)} of memory${grown}, and ${inWords(available)} are available: ${wayOut}, or free memory`,
  );
}

/** The most pairs whose expected memory is available. */
function fittingPairs(operator: SymmetricOperator, available: number): number {
  let fits = 0;
  let tooMany = operator.size + 1;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    // All pairs take fewer steps than nearly all: what counts here is that fewer pairs need less.
    const steps = Math.min(operator.size, 4 * middle + 30);
    if (lanczosMemory(operator, middle, steps) <= available) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/** `1.23 GB`, `45 MB`. */
export function inWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 1)} GB`;
  return `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}
