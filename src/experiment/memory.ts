/** Who gets the machine's memory: the values that Hessian products share, and Lanczos. Nothing here changes a result. */
import { ConfigurationError } from '../errors.ts';
import { type HessianAt, relativePrecisionOf } from '../hessian/hessian.ts';
import { availableMemory, inWords, lanczosMemory, refuseWhatDoesNotFit } from '../hessian/memory.ts';
import type { Problem } from '../models/problem.ts';
import type { Backend } from '../tensor/backend.ts';

/** Networks up to this size get all their eigenpairs unless the configuration says otherwise. */
const ALL_PAIRS_UP_TO = 2000;
const LEADING_PAIRS = 100;
/** Of a graphics device, data and basis aside. */
const DEVICE_BYTES = 2 ** 31;

/** How many eigenpairs a run computes. @param eigenpairs as the configuration has it */
export function wantedPairs(eigenpairs: number | null, size: number): number {
  if (eigenpairs === null) return size <= ALL_PAIRS_UP_TO ? size : LEADING_PAIRS;
  return Math.min(eigenpairs, size);
}

/** @throws ConfigurationError where `--memory` is more than there is */
export function refuseMemoryBeyondReach(memoryBytes: number | undefined): void {
  if (memoryBytes === undefined) return;
  const available = availableMemory();
  if (memoryBytes <= available) return;
  throw new ConfigurationError(
    `--memory is ${inWords(memoryBytes)}, and ${inWords(available, Math.floor)} are available: ask for less, or leave it out for half of that`,
  );
}

/** What eigenpairs of a problem's Hessian are expected to take. @throws ConfigurationError where there is not so much */
export function memoryForSpectrum({ size, backend }: Problem, eigenpairs: number | null): number {
  const operator = { size, relativePrecision: relativePrecisionOf(backend) };
  const wanted = wantedPairs(eigenpairs, size);
  refuseWhatDoesNotFit(operator, wanted, availableMemory(), {
    wayOut: (fewerPairs) => `${fewerPairs} (spectrum.eigenpairs), or free memory`,
    onDisk: true,
  });
  return lanczosMemory(operator, wanted);
}

/**
 * Memory for the values that Hessian products share, where the user names none: half of what is free. WebGPU does not tell how
 * much memory a device has: no more than what most have to spare.
 *
 * @param reserved bytes that must be left for other things, should that be more than the other half
 */
export function suggestMemory({ name }: Pick<Backend, 'name'>, reserved = 0): number {
  const available = availableMemory();
  const most = name === 'webgpu' ? DEVICE_BYTES : Infinity;
  return Math.max(0, Math.floor(Math.min(most, available / 2, available - reserved)));
}

/** How a user makes room for Lanczos, other than by asking for fewer pairs. */
export function makeRoom({ savedBytes }: HessianAt): string {
  if (savedBytes === 0) return 'free memory';
  return `lower --memory, of which Hessian products now use ${inWords(savedBytes)}, or free memory`;
}
