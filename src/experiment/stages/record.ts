/** Burn-in at the final learning rate, then the window: every update's weights, velocity and batch, and the window's mean. */
import { Disposables } from '../../disposables.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import { places } from '../../models/model.ts';
import { type EpochsPlan, runEpochs } from '../../sgd/epochs.ts';
import { loadEpochs } from '../../sgd/epochs-done.ts';
import { type HeavyBall, openHeavyBall } from '../../sgd/heavy-ball.ts';
import type { Evaluator, HistoryRow } from '../../sgd/history.ts';
import type { State } from '../../sgd/motion.ts';
import { type BatchSource, nextEpochs } from '../../sgd/samplers.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { readSafetensors, requireTensor, writeSafetensors } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import { batchesOfRun } from '../batches-of-run.ts';
import type { Context } from '../context.ts';
import { importWindow } from '../import/window.ts';
import { measuredUpdates } from '../measured-updates.ts';
import { measured } from '../profile.ts';
import { lookAtMinimum } from '../record/look.ts';
import { chooseStoreOf, requireSpaceFor } from '../record/store.ts';
import { evaluationInterval, openEvaluator, writeHistory } from '../training-curve.ts';
import { beginWindow } from '../window/open-recorder.ts';
import type { Store } from '../window/store-choice.ts';
import type { Workbench } from '../workbench.ts';

/**
 * Writes weights, batches, trajectory or states between epochs, window curve and mean.
 *
 * @throws ConfigurationError where the learning rate is beyond stability; RunError where the loss grows; DataError where
 * there is no room for the window
 */
export async function recordStage(context: Context): Promise<void> {
  if (context.experiment.import) return await importWindow(context);
  const { directory, experiment, voice, workbench } = context;
  const bench = await workbench();
  const { problem, exact, dataset, batchesPerEpoch, samples } = bench;
  const { sgd, record, train } = experiment;
  requireSpaceFor(context, bench);
  const state = openingState(context);
  const visibility = await lookAtMinimum(context, bench, state.theta);

  const source = batchesOfRun(experiment, samples);
  const shape = [problem.size];
  const file = (name: (typeof RUN_FILES)[keyof typeof RUN_FILES]) => runPath(directory, name);
  const held = new Disposables();
  try {
    const opened = held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum));
    const heavyBall = measuredUpdates(opened);
    const evaluator = held.add(openEvaluator(bench));

    const checkpoint = context.checkpoint('burn-in');
    const done = loadEpochs(checkpoint)?.done;
    const burnIn = planOf(context, 'burn-in', record.burnInEpochs, train.epochs + 1);
    const report = voice.begin('burn-in');
    const before = await runEpochs(heavyBall, state, source, evaluator, burnIn, report, { checkpoint, done });

    const indices = nextEpochs(source, record.epochs);
    writeSafetensors(
      file(RUN_FILES.weights),
      { theta: { shape, data: state.theta }, velocity: { shape, data: state.velocity } },
      { parameters: places(problem.model.shapes), visibility },
    );
    writeSafetensors(file(RUN_FILES.batches), {
      indices: { shape: [record.epochs * batchesPerEpoch, sgd.batchSize], data: indices },
    });

    const store = await chooseStoreOf(context, bench, opened, state, indices);
    const tools = { heavyBall, evaluator, state, indices };
    const { window, mean } = await recordWindow(context, bench, store, tools, before[0]?.batchLoss ?? undefined);
    writeHistory(file(RUN_FILES.windowCurve), [...before, ...window]);
    const { gradient } = await held.add(openFullBatch(exact, dataset.train)).valueAndGradient(mean);
    writeSafetensors(file(RUN_FILES.mean), { theta: { shape, data: mean }, gradient: { shape, data: gradient } });
  } finally {
    held.dispose();
  }
}

function planOf(
  { experiment: { sgd } }: Context,
  phase: 'burn-in' | 'window',
  epochs: number,
  firstEpoch: number,
): EpochsPlan {
  const learningRate = () => sgd.learningRate;
  return {
    phase,
    epochs,
    firstEpoch,
    batchSize: sgd.batchSize,
    learningRate,
    evaluateEvery: evaluationInterval(epochs),
  };
}

/** @returns the history, and the mean of the weights */
async function recordWindow(
  context: Context,
  bench: Workbench,
  store: Store,
  tools: { heavyBall: HeavyBall; evaluator: Evaluator; state: State; indices: Int32Array },
  openingLoss: number | undefined,
): Promise<{ readonly window: HistoryRow[]; readonly mean: Float64Array }> {
  const { record, train } = context.experiment;
  const { size } = bench.problem;
  const { checkpoint, recorder, known } = beginWindow(context, bench, store);
  const sum = known ? requireTensor(known.file, 'sum', 'F64').data : new Float64Array(size);
  try {
    const kept = measured(store === 'trajectory' ? 'trajectory written' : 'states kept', recorder, 'add');
    const window = await runEpochs(
      tools.heavyBall,
      tools.state,
      epochsOf(tools.indices, record.epochs),
      tools.evaluator,
      {
        ...planOf(context, 'window', record.epochs, train.epochs + record.burnInEpochs + 1),
        openingLoss,
        onUpdate({ theta, velocity }) {
          kept.add(theta, velocity);
          for (let i = 0; i < size; i++) sum[i] += theta[i];
        },
      },
      context.voice.begin('window'),
      {
        checkpoint,
        done: known?.done,
        beforeSave() {
          recorder.sync();
          return { sum: { shape: [size], data: sum } };
        },
      },
    );
    recorder.finish();
    return { window, mean: sum.map((value) => value / (record.epochs * bench.batchesPerEpoch)) };
  } finally {
    recorder.abort();
  }
}

/** Epochs whose samples are known already. */
function epochsOf(indices: Int32Array, epochs: number): BatchSource {
  const length = indices.length / epochs;
  let next = 0;
  return { nextEpoch: () => indices.subarray(next * length, ++next * length) };
}

function openingState({ directory, experiment }: Context): State {
  const file = readSafetensors(runPath(directory, RUN_FILES.minimum));
  const array = experiment.precision === 'float32' ? Float32Array : Float64Array;
  const rounded = (name: string): Reals => array.from(requireTensor(file, name, 'F64').data);
  return { theta: rounded('theta'), velocity: rounded('velocity') };
}
