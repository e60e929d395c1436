/** The memory Lanczos needs, said before it starts: a space that does not fit is refused, not grown until the system ends the process. */
import { ConfigurationError } from '../errors.ts';
import { FLOAT32_PRECISION, type SymmetricOperator } from './operator.ts';

/** Blocks on their way from and to the native library, partial sums of combinations, and what of both waits to be collected. */
const WORK_BYTES = 3 * 2 ** 28;
/** Vectors of float64 that a step works on, the operator's own included. */
const WORK_VECTORS = 8;

/** What the memory of a Lanczos run depends on beside its pairs. */
export type Sized = Pick<SymmetricOperator, 'size' | 'relativePrecision'>;

/** Bytes of one entry of the space's vectors: as precise as the products are. */
function bytesPerEntry({ relativePrecision = FLOAT32_PRECISION }: Sized): 4 | 8 {
  return relativePrecision < FLOAT32_PRECISION ? 8 : 4;
}

/**
 * Steps Lanczos is expected to take before any is done: four a pair, except where all pairs are wanted. A spectrum that
 * falls like 1/i takes somewhat fewer, and networks' fall faster.
 */
export function stepsAtFirst(eigenpairs: number, size: number): number {
  return eigenpairs === size ? size : Math.min(size, 4 * eigenpairs + 30);
}

/** Steps that spectra of networks usually take: what time is foretold by. Memory is asked for by {@link stepsAtFirst}. */
export const stepsUsually = (eigenpairs: number, size: number): number => Math.min(size, 2 * eigenpairs + 120);

/**
 * Bytes at the peak, when vectors are combined out of the space: 3.90 GB for 1,000 pairs at d = 137,000 in float32.
 *
 * @param steps dimension of the space, n; what is expected unless said otherwise
 * @returns n·d·b for the space, 4(k+1)·d for the vectors returned, 18·n² + 8(k+1)·n for their coordinates, and work
 */
export function lanczosMemory(
  operator: Sized,
  eigenpairs: number,
  steps = stepsAtFirst(eigenpairs, operator.size),
): number {
  const { size } = operator;
  const space = steps * size * bytesPerEntry(operator);
  const vectors = 4 * (eigenpairs + 1) * size;
  // Coordinates in the space, and half a square of what products have beyond the recurrence.
  const coordinates = 18 * steps * steps + 8 * (eigenpairs + 1) * steps;
  return space + vectors + coordinates + Math.min(WORK_BYTES, 4 * (space + vectors)) + 8 * WORK_VECTORS * size;
}

/** Bytes of the space's vectors, which may lie on disk. */
export const spaceBytes = (operator: Sized, eigenpairs: number, steps = stepsAtFirst(eigenpairs, operator.size)) =>
  steps * operator.size * bytesPerEntry(operator);

/** Bytes of the space's vectors that may stay in memory where they also lie on disk. */
export function residentBytes(operator: Sized, eigenpairs: number, memory: number): number {
  return Math.max(0, memory - lanczosMemory(operator, eigenpairs) + spaceBytes(operator, eigenpairs));
}

/** Memory this process may still take. On Linux what the system would give back from its caches counts, as do limits of a container. */
export const availableMemory = (): number => process.availableMemory();

/** A way out of lacking memory. @param fewerPairs `ask for at most 12`, or `ask for fewer` where that is not known */
export type WayOut = (fewerPairs: string) => string;

/** What a refusal for lack of memory says and knows. */
export interface RefusalOptions {
  readonly wayOut?: WayOut;
  /** Dimension reached; the space has grown beyond what was expected. */
  readonly steps?: number;
  /** Whether the space's vectors may lie on disk. */
  readonly onDisk?: boolean;
}

/** @throws ConfigurationError where the work does not fit */
export function refuseWhatDoesNotFit(
  operator: Sized,
  eigenpairs: number,
  available: number,
  { wayOut = (fewerPairs) => `${fewerPairs}, or free memory`, steps, onDisk = false }: RefusalOptions = {},
): void {
  const needed = memoryNeeded(operator, eigenpairs, onDisk, steps);
  if (needed <= available) return;
  const fitting = fittingPairs(operator, available, onDisk);
  const fewerPairs = fitting > 0 && fitting < eigenpairs ? `ask for at most ${fitting}` : 'ask for fewer';
  const pairs = `${eigenpairs} eigenpair${eigenpairs === 1 ? '' : 's'} of ${operator.size} parameters`;
  const grown = steps === undefined ? '' : ` now that ${steps} steps were taken`;
  throw new ConfigurationError(
    `${pairs} need ${inWords(needed)} of memory${grown}, and ${inWords(available, Math.floor)} are available: ${wayOut(fewerPairs)}`,
  );
}

/** Bytes that must be there: with the space on disk, all but its vectors. */
function memoryNeeded(operator: Sized, eigenpairs: number, onDisk: boolean, steps?: number): number {
  return lanczosMemory(operator, eigenpairs, steps) - (onDisk ? spaceBytes(operator, eigenpairs, steps) : 0);
}

/** The most pairs whose expected memory is available. */
function fittingPairs(operator: Sized, available: number, onDisk: boolean): number {
  let fits = 0;
  let tooMany = operator.size + 1;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    // All pairs take fewer steps than nearly all: what counts here is that fewer pairs need less.
    const steps = Math.min(operator.size, 4 * middle + 30);
    if (memoryNeeded(operator, middle, onDisk, steps) <= available) fits = middle;
    else tooMany = middle;
  }
  return fits;
}

/**
 * `45 MB`, `1.23 GB`, `23.4 GB`.
 *
 * @param round up, as for what is needed, unless said otherwise: what is available is rounded down, so that the two never look alike
 */
export function inWords(bytes: number, round: (value: number) => number = Math.ceil): string {
  if (bytes < 1e9) return `${round(bytes / 1e6)} MB`;
  const [unit, name] = bytes < 1e12 ? [1e9, 'GB'] : [1e12, 'TB'];
  const digits = bytes < 10 * unit ? 2 : 1;
  return `${(round(bytes / (unit / 10 ** digits)) / 10 ** digits).toFixed(digits)} ${name}`;
}
