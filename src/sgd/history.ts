/** What a run was like, epoch by epoch: the training curve. */
import type { Evaluation, FullBatch } from '../models/full-batch.ts';
import type { Reals } from '../tensor/types.ts';

/** What a run goes through, in this order. */
export type Phase = 'train' | 'polish' | 'burn-in' | 'window';

/** The state after an epoch (or an iteration of the polish). What was not measured is null. */
export interface HistoryRow {
  readonly phase: Phase;
  /** Epochs since the start of the run; iterations of the polish share the epoch before it. */
  readonly epoch: number;
  readonly learningRate: number | null;
  /** Mean over the epoch of the batches' losses, without L2. */
  readonly batchLoss: number | null;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** Evaluates train and test split. */
export interface Evaluator {
  readonly train: Pick<FullBatch, 'evaluate'>;
  readonly test: Pick<FullBatch, 'evaluate'> | null;
}

/** A row with both splits evaluated, or, without `theta`, only what the epoch itself gave. */
export async function historyRow(
  { train, test }: Evaluator,
  known: Pick<HistoryRow, 'phase' | 'epoch' | 'learningRate' | 'batchLoss'>,
  theta?: Reals,
): Promise<HistoryRow> {
  const onTrain: Evaluation | undefined = theta && (await train.evaluate(theta));
  const onTest: Evaluation | undefined = theta && (await test?.evaluate(theta));
  return {
    ...known,
    trainLoss: onTrain?.loss ?? null,
    trainAccuracy: onTrain?.accuracy ?? null,
    testLoss: onTest?.loss ?? null,
    testAccuracy: onTest?.accuracy ?? null,
  };
}
