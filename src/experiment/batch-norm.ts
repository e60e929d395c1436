/**
 * Batch normalisation in a run: trained with the statistics of every batch, which are then taken on the whole training set
 * and kept with the minimum. All that comes after, from the polish on, computes with these constants.
 */
import { existsSync } from 'node:fs';
import { type Disposable, openTogether } from '../disposables.ts';
import { DataError } from '../errors.ts';
import { openFullBatch } from '../models/full-batch.ts';
import { openPopulationStatistics } from '../models/population-statistics.ts';
import type { Problem, Samples } from '../models/problem.ts';
import { randomStream } from '../random.ts';
import type { Evaluator } from '../sgd/history.ts';
import { batchSource } from '../sgd/samplers.ts';
import { RUN_FILES, runPath } from '../store/run-directory.ts';
import { readSafetensors, requireTensor } from '../store/safetensors.ts';
import type { Reals } from '../tensor/types.ts';
import type { Experiment } from './schema.ts';
import type { Workbench } from './workbench.ts';

/** What minimum.safetensors calls the statistics: F32 [2, C], means and variances. */
export const BATCH_STATISTICS = 'batch_statistics';

/** A network with batch normalisation while it is trained. */
export interface Unfrozen extends Disposable {
  /** For the updates only. */
  readonly problem: Problem;
  /** Both splits, with the statistics that freezing would give at those weights. */
  readonly evaluator: Evaluator;
  /** Means, then variances, over one shuffled epoch of batches at θ. */
  statisticsAt(theta: Reals): Promise<Float32Array>;
}

/** The network of a workbench as it is trained; undefined where that is no other. */
export function openUnfrozen(bench: Workbench, { seed, sgd }: Experiment): Unfrozen | undefined {
  const { problem, dataset, samples } = bench;
  const { batchNorm } = problem.model;
  if (!batchNorm) return undefined;
  const random = randomStream(seed, 'batch-norm/statistics');
  const batches = batchSource('reshuffle', samples, sgd.batchSize, random, sgd.dropLast).nextEpoch();
  return openTogether((held) => {
    const population = held.add(openPopulationStatistics(problem, dataset.train, batches, sgd.batchSize));
    // Train and test split are evaluated one after the other at the same weights.
    let known: { readonly theta: Reals; readonly statistics: Float32Array } | undefined;
    const statisticsAt = async (theta: Reals) => {
      if (!known?.theta.every((weight, i) => weight === theta[i]))
        known = { theta: theta.slice(), statistics: await population.at(theta) };
      return known.statistics;
    };
    const evaluated = (split: Samples) => ({
      async evaluate(theta: Reals) {
        const full = openFullBatch(frozenAt(bench, await statisticsAt(theta)).problem, split);
        try {
          return await full.evaluate(theta);
        } finally {
          full.dispose();
        }
      },
    });
    return {
      problem: { ...problem, model: batchNorm.training },
      evaluator: { train: evaluated(dataset.train), test: dataset.test && evaluated(dataset.test) },
      statisticsAt,
      dispose: () => held.dispose(),
    };
  });
}

/** The workbench with a network that is frozen at these statistics. */
export function frozenAt(bench: Workbench, statistics: Float32Array): Workbench {
  const model = bench.problem.model.batchNorm?.freeze(statistics);
  if (!model) return bench;
  return { ...bench, problem: { ...bench.problem, model }, exact: { ...bench.exact, model } };
}

/**
 * The workbench with the network that a run has trained: frozen at the statistics of its minimum, if it has any.
 *
 * @throws DataError where these are missing or do not fit
 */
export function frozenAsTrained(directory: string, bench: Workbench): Workbench {
  const { batchNorm } = bench.problem.model;
  const path = runPath(directory, RUN_FILES.minimum);
  if (!batchNorm || !existsSync(path)) return bench;
  const { shape, data } = requireTensor(readSafetensors(path), BATCH_STATISTICS, 'F32');
  if (shape.join() !== `2,${batchNorm.channels}`)
    throw new DataError(
      `${path}: tensor ${BATCH_STATISTICS} is [${shape.join(', ')}]; expected [2, ${batchNorm.channels}]: train again`,
    );
  return frozenAt(bench, data);
}
