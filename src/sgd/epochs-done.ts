/** What epochs have come to between two calls of the optimiser: all that the rest of a phase depends on. */
import type { Checkpoint } from '../store/checkpoint.ts';
import type { SafetensorsFile, WritableTensor } from '../store/safetensors.ts';
import type { Reals } from '../tensor/types.ts';
import type { HistoryRow } from './history.ts';
import type { State } from './motion.ts';

/** So much of a phase. */
export interface EpochsDone {
  readonly state: State;
  /** Rows of the epochs that are over. */
  readonly history: readonly HistoryRow[];
  /** The loss that a growing one is held against, once it is known. */
  readonly openingLoss: number | undefined;
  /** Epochs that are over, batches done of the next, and the sum of their losses. */
  readonly epoch: number;
  readonly batches: number;
  readonly lossSum: number;
}

/** Nothing yet: the state is the one that is given. */
export const epochsBegun = (): Omit<EpochsDone, 'state'> => ({
  history: [],
  openingLoss: undefined,
  epoch: 0,
  batches: 0,
  lossSum: 0,
});

/** Saves epochs, with what else belongs to them. */
export function saveEpochs(
  checkpoint: Checkpoint,
  { state, ...counts }: EpochsDone,
  more: Readonly<Record<string, WritableTensor>> = {},
): void {
  const shape = [state.theta.length];
  const tensors = { theta: { shape, data: state.theta }, velocity: { shape, data: state.velocity } };
  checkpoint.save({ ...more, ...tensors }, { epochs: counts });
}

/** What an earlier process has saved, with the file it is from; null where there is nothing. */
export function loadEpochs(
  checkpoint: Checkpoint,
): { readonly done: EpochsDone; readonly file: SafetensorsFile } | null {
  const file = checkpoint.load();
  if (!file) return null;
  const [theta, velocity] = ['theta', 'velocity'].map((name) => file.tensors[name].data as Reals);
  const counts = file.metadata.epochs as Omit<EpochsDone, 'state'>;
  return { done: { ...counts, state: { theta, velocity } }, file };
}
