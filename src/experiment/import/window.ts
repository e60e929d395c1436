/** A window that was recorded elsewhere, in place of one of our own. */
import { Disposables } from '../../disposables.ts';
import { ConfigurationError } from '../../errors.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import { places } from '../../models/model.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { lookAtMinimum } from '../record/look.ts';
import { writeHistory } from '../training-curve.ts';
import { createTrajectory } from '../window/trajectory.ts';
import type { Workbench } from '../workbench.ts';
import { requireOwnUpdates } from './agreement.ts';
import { refuseOtherOrder } from './order.ts';
import { type OrderedRecording, readBatchesOf, readOpeningOf, type Recording, statesOf } from './recording.ts';
import { recordingOf } from './recording-of-run.ts';

/**
 * Writes weights, batches, trajectory, an empty window curve and the mean.
 *
 * @throws DataError where the recording is damaged; ConfigurationError where it is not what the configuration says: another
 * number of updates, another sampler, or, where there is a network, other updates than that network makes
 */
export async function importWindow(context: Context): Promise<void> {
  const { directory, experiment } = context;
  const bench = await context.workbench();
  const { problem, batchesPerEpoch, samples, exact, dataset } = bench;
  const hasNetwork = experiment.model.name !== 'none';
  const recording = recordingOf(experiment, problem.model, samples);
  requireWholeEpochs(recording, experiment.record.epochs, batchesPerEpoch);
  const opening = readOpeningOf(recording);
  const indices = hasNetwork || recording.batchSize !== null ? readBatchesOf(recording, samples) : new Int32Array(0);
  if (indices.length > 0) refuseOtherOrder({ indices, samples, batchesPerEpoch, path: recording.path }, experiment.sgd);
  const visibility = hasNetwork ? await lookAtMinimum(context, bench, opening.theta) : null;
  if (hasNetwork) await requireOwnUpdates(context, bench, recording, indices);

  const array = experiment.precision === 'float32' ? Float32Array : Float64Array;
  const shape = [problem.size];
  const file = (name: (typeof RUN_FILES)[keyof typeof RUN_FILES]) => runPath(directory, name);
  writeSafetensors(
    file(RUN_FILES.weights),
    {
      theta: { shape, data: array.from(opening.theta) },
      velocity: { shape, data: array.from(opening.velocity) },
    },
    { parameters: places(problem.model.shapes), visibility },
  );
  const { batchSize } = experiment.sgd;
  writeSafetensors(file(RUN_FILES.batches), {
    indices: { shape: [indices.length / batchSize, batchSize], data: indices },
  });
  const theta = await copyStates(context, bench, recording);
  writeHistory(file(RUN_FILES.windowCurve), []);
  writeSafetensors(file(RUN_FILES.mean), {
    theta: { shape, data: theta },
    gradient: { shape, data: hasNetwork ? await gradientAt(theta, { exact, dataset }) : theta.map(() => NaN) },
  });
}

function requireWholeEpochs({ path, updates }: Recording, epochs: number, batchesPerEpoch: number): void {
  if (updates === epochs * batchesPerEpoch) return;
  throw new ConfigurationError(
    `${path} has ${updates} updates, but a window of record.epochs = ${epochs} epochs of M = ${batchesPerEpoch} batches has ${epochs * batchesPerEpoch}: record whole epochs from the beginning of one`,
  );
}

/** @returns θ̄ [d] */
async function copyStates(
  { directory, experiment: { precision }, voice }: Context,
  { problem: { size } }: Workbench,
  recording: OrderedRecording,
): Promise<Float64Array> {
  const report = voice.begin('recording');
  const { updates } = recording;
  const recorder = createTrajectory(directory, updates, size, precision);
  const sum = new Float64Array(size);
  let done = 0;
  try {
    for (const { theta, velocity } of statesOf(recording)) {
      recorder.add(theta, velocity);
      for (let i = 0; i < size; i++) sum[i] += theta[i];
      await report(++done, updates);
    }
    recorder.finish();
  } finally {
    recorder.abort();
  }
  return sum.map((value) => value / updates);
}

async function gradientAt(
  theta: Float64Array,
  { exact, dataset }: Pick<Workbench, 'exact' | 'dataset'>,
): Promise<Float64Array> {
  const held = new Disposables();
  try {
    return (await held.add(openFullBatch(exact, dataset.train)).valueAndGradient(theta)).gradient;
  } finally {
    held.dispose();
  }
}
