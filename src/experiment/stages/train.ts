/** From random weights to the neighbourhood of a minimum: SGD with a decaying learning rate, then the polish. */
import { resolve, sep } from 'node:path';
import { Disposables } from '../../disposables.ts';
import { runEpochs } from '../../sgd/epochs.ts';
import { loadEpochs } from '../../sgd/epochs-done.ts';
import { openHeavyBall } from '../../sgd/heavy-ball.ts';
import { type HistoryRow, historyRow } from '../../sgd/history.ts';
import { atRest } from '../../sgd/motion.ts';
import type { PolishResult } from '../../sgd/polish.ts';
import { sha256File } from '../../store/atomic.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import { batchesOfTraining } from '../batches-of-run.ts';
import { BATCH_STATISTICS, frozenAt, openUnfrozen } from '../batch-norm.ts';
import type { Context } from '../context.ts';
import { importOpening } from '../import/opening.ts';
import { measuredUpdates } from '../measured-updates.ts';
import type { Experiment } from '../schema.ts';
import { polishFrom } from '../train/polishing.ts';
import { evaluationInterval, openEvaluator, writeHistory } from '../training-curve.ts';
import { startingPoint, type StartingPoint } from '../workbench.ts';

/** What `minimum.safetensors` says of how it was reached; null where nothing was polished. */
export interface PolishReport {
  readonly converged: boolean;
  readonly verdict: string;
  readonly medianDrift: number;
  readonly directions: number;
  readonly steps: number;
}

/** Writes the minimum and the training curve. @throws RunError where the loss grows */
export async function trainStage(context: Context): Promise<void> {
  if (context.experiment.import) return await importOpening(context);
  const { directory, experiment, voice } = context;
  let bench = await context.workbench();
  const { dataset, problem } = bench;
  const { train, sgd } = experiment;
  const history: HistoryRow[] = [];
  const start = startingPoint(experiment, bench);
  const state = atRest(start.theta, experiment.precision);
  const held = new Disposables();
  try {
    // Statistics that come with the weights hold from the beginning.
    let { statistics } = start;
    if (statistics) bench = frozenAt(bench, statistics);
    const unfrozen = statistics ? undefined : openUnfrozen(bench, experiment);
    if (unfrozen) held.add(unfrozen);
    let evaluator = unfrozen?.evaluator ?? held.add(openEvaluator(bench));
    if (train.epochs > 0) {
      const heavyBall = measuredUpdates(
        held.add(openHeavyBall(unfrozen?.problem ?? problem, dataset.train, sgd.batchSize, sgd.momentum)),
      );
      const source = batchesOfTraining(experiment, bench.samples);
      const plan = {
        phase: 'train' as const,
        epochs: train.epochs,
        batchSize: sgd.batchSize,
        firstEpoch: 1,
        learningRate: (epoch: number) => train.initialLearningRate * train.decayPerEpoch ** epoch,
        evaluateEvery: evaluationInterval(train.epochs),
      };
      const checkpoint = context.checkpoint('training');
      const done = loadEpochs(checkpoint)?.done;
      const report = voice.begin('training');
      history.push(...(await runEpochs(heavyBall, state, source, evaluator, plan, report, { checkpoint, done })));
      // Before the polish needs the memory.
      heavyBall.dispose();
    }

    if (unfrozen) {
      statistics = await unfrozen.statisticsAt(state.theta);
      unfrozen.dispose();
      bench = frozenAt(bench, statistics);
      evaluator = held.add(openEvaluator(bench));
    }

    let theta = Float64Array.from(state.theta);
    let velocity = Float64Array.from(state.velocity);
    let report: PolishReport | null = null;
    if (experiment.polish.method === 'newton-cg') {
      const before = { phase: 'polish' as const, epoch: train.epochs, learningRate: null, batchLoss: null };
      history.push(await historyRow(evaluator, before, state.theta));
      const result = await polishFrom(theta, context, bench, voice.begin('polish'));
      theta = Float64Array.from(result.theta);
      velocity = new Float64Array(theta.length);
      const after = { ...before, epoch: train.epochs + 1 };
      history.push(await historyRow(evaluator, after, theta));
      report = summarise(result);
      if (result.converged) voice.say(report.verdict);
      else voice.warn(`the polish did not reach its goal: ${report.verdict}`);
    }
    writeHistory(runPath(directory, RUN_FILES.training), history);
    const shape = [problem.size];
    writeSafetensors(
      runPath(directory, RUN_FILES.minimum),
      {
        theta: { shape, data: theta },
        velocity: { shape, data: velocity },
        ...(statistics && { [BATCH_STATISTICS]: { shape: [2, statistics.length / 2], data: statistics } }),
      },
      { polish: report, sources: dataset.sources, ...describeWeights(train.weights, start) },
    );
  } finally {
    held.dispose();
  }
}

/** Where weights come from that were trained elsewhere; nothing for others. */
function describeWeights(weights: Experiment['train']['weights'], { names }: StartingPoint): object {
  if (!weights) return {};
  const { path, layout } = weights;
  return { weights: { file: path.split(sep).join('/'), sha256: sha256File(resolve(path)), layout, names } };
}

function summarise({ converged, verdict, drift, steps }: PolishResult): PolishReport {
  return { converged, verdict, medianDrift: drift.median, directions: drift.directions, steps: steps.length };
}
