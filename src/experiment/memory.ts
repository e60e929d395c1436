/** Who gets the machine's memory: the values that Hessian products share, and Lanczos. Nothing here changes a result. */
import { ConfigurationError } from '../errors.ts';
import { type HessianAt, relativePrecisionOf } from '../hessian/hessian.ts';
import { availableMemory, inWords, lanczosMemory, refuseWhatDoesNotFit } from '../hessian/memory.ts';
import type { Problem } from '../models/problem.ts';
import type { Backend } from '../tensor/backend.ts';
import { freeCardMemory } from './card-memory.ts';

/** Networks up to this size get all their eigenpairs unless the configuration says otherwise. */
const ALL_PAIRS_UP_TO = 2000;
const LEADING_PAIRS = 100;
/** Of a device that does not tell how much it has, data and basis aside: no more than what most have to spare. */
const DEVICE_BYTES = 2 ** 31;

/** How many eigenpairs a run computes. @param eigenpairs as the configuration has it */
export function wantedPairs(eigenpairs: number | null, size: number): number {
  if (eigenpairs === null) return size <= ALL_PAIRS_UP_TO ? size : LEADING_PAIRS;
  return Math.min(eigenpairs, size);
}

/** Whether the values that Hessian products share lie on a card of NVIDIA's, and not in the memory of this process. */
export const keepsOnCard = ({ name, isDevice, stateInSession }: Keeper): boolean =>
  name === 'tensorflow' && isDevice && stateInSession;

/** What says where a back end keeps values. */
type Keeper = Pick<Backend, 'name' | 'isDevice' | 'stateInSession'>;

/** Free bytes of the card on which values lie; null where they lie elsewhere, or where that is not known. */
const cardOf = async (backend: Keeper): Promise<number | null> =>
  keepsOnCard(backend) ? await freeCardMemory() : null;

/**
 * Before there is a back end: what a card has will do, too.
 *
 * @throws ConfigurationError where `--memory` is more than there is
 */
export async function refuseMemoryBeyondReach(memoryBytes: number | undefined): Promise<void> {
  if (memoryBytes === undefined) return;
  const available = availableMemory();
  if (memoryBytes <= available) return;
  const card = await freeCardMemory();
  if (card === null || memoryBytes > card) throw beyondReach(memoryBytes, available);
}

/** @throws ConfigurationError where `--memory` is more than there is in the place where the back end keeps values */
export async function refuseMemoryBeyondReachOf(backend: Keeper, memoryBytes: number | undefined): Promise<void> {
  if (memoryBytes === undefined) return;
  const card = await cardOf(backend);
  const available = card ?? availableMemory();
  if (memoryBytes > available) throw beyondReach(memoryBytes, available, card === null ? '' : ' on the GPU');
}

const beyondReach = (memoryBytes: number, available: number, where = ''): ConfigurationError =>
  new ConfigurationError(
    `--memory is ${inWords(memoryBytes)}, and ${inWords(available, Math.floor)} are available${where}: ask for less, or leave it out for half of that`,
  );

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
 * Memory for the values that Hessian products share, where the user names none: half of what is free where they lie.
 *
 * @param reserved bytes that must be left for other things, should that be more than the other half
 * @param card free bytes of a card; it is looked for unless said otherwise
 */
export async function suggestMemory(backend: Keeper, reserved = 0, card = cardOf(backend)): Promise<number> {
  const free = await card;
  const available = free ?? availableMemory();
  const most = backend.isDevice && free === null ? DEVICE_BYTES : Infinity;
  return Math.max(0, Math.floor(Math.min(most, available / 2, available - reserved)));
}

/** How a user makes room for Lanczos, other than by asking for fewer pairs. */
export function makeRoom({ savedBytes }: HessianAt): string {
  if (savedBytes === 0) return 'free memory';
  return `lower --memory, of which Hessian products now use ${inWords(savedBytes)}, or free memory`;
}
