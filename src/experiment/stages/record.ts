/** Burn-in at the final learning rate, then the window: every update's weights, velocity and batch, and the window's mean. */
import { Disposables } from '../../disposables.ts';
import { ConfigurationError } from '../../errors.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { lanczos } from '../../hessian/lanczos.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import { places } from '../../models/model.ts';
import { type EpochsPlan, runEpochs } from '../../sgd/epochs.ts';
import { openHeavyBall, type State } from '../../sgd/heavy-ball.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { readSafetensors, requireTensor, writeSafetensors } from '../../store/safetensors.ts';
import type { Reals } from '../../tensor/types.ts';
import { crossoverEigenvalue } from '../../theory/index.ts';
import { batchesOfRun } from '../batches-of-run.ts';
import type { Context } from '../context.ts';
import { makeRoom } from '../memory.ts';
import { measured } from '../profile.ts';
import { evaluationInterval, openEvaluator, writeHistory } from '../training-curve.ts';
import { createTrajectory } from '../trajectory.ts';
import { estimateVisibility, type Visibility, visibilityInWords, warningOfInvisibility } from '../visibility.ts';
import type { Workbench } from '../workbench.ts';

/** The largest eigenvalue is wanted to tell stability only. */
const STABILITY_TOLERANCE = 1e-2;

/**
 * Writes weights, batches, trajectory, window curve and mean.
 *
 * @throws ConfigurationError where the learning rate is beyond stability; RunError where the loss grows
 */
export async function recordStage(context: Context): Promise<void> {
  const { directory, experiment, voice, workbench } = context;
  const bench = await workbench();
  const { problem, exact, dataset, batchesPerEpoch, samples } = bench;
  const { sgd, record, train, precision } = experiment;
  const state = openingState(context);
  const visibility = await lookAtMinimum(context, bench, state.theta);

  const source = batchesOfRun(experiment, samples);
  const updates = record.epochs * batchesPerEpoch;
  const indices = new Int32Array(updates * sgd.batchSize);
  const sum = new Float64Array(problem.size);
  const plan = (phase: 'burn-in' | 'window', epochs: number, firstEpoch: number): EpochsPlan => ({
    phase,
    epochs,
    firstEpoch,
    batchSize: sgd.batchSize,
    learningRate: () => sgd.learningRate,
    evaluateEvery: evaluationInterval(epochs),
  });
  const held = new Disposables();
  try {
    const heavyBall = measured(
      'SGD updates',
      held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum)),
      'advance',
      ({ losses }) => losses.length,
    );
    const evaluator = held.add(openEvaluator(bench));
    const written = createTrajectory(directory, updates, problem.size, precision);
    held.add({ dispose: () => written.abort() });
    const trajectory = measured('trajectory written', written, 'add');

    const burnIn = plan('burn-in', record.burnInEpochs, train.epochs + 1);
    const before = await runEpochs(heavyBall, state, source, evaluator, burnIn, voice.begin('burn-in'));
    const opening = { theta: state.theta.slice(), velocity: state.velocity.slice() };

    const window = await runEpochs(
      heavyBall,
      state,
      source,
      evaluator,
      {
        ...plan('window', record.epochs, train.epochs + record.burnInEpochs + 1),
        openingLoss: before[0]?.batchLoss ?? undefined,
        onUpdate({ theta, velocity }, update, batch) {
          trajectory.add(theta, velocity);
          indices.set(batch, update * sgd.batchSize);
          for (let i = 0; i < sum.length; i++) sum[i] += theta[i];
        },
      },
      voice.begin('window'),
    );
    trajectory.finish();

    const shape = [problem.size];
    const file = (name: (typeof RUN_FILES)[keyof typeof RUN_FILES]) => runPath(directory, name);
    writeHistory(file(RUN_FILES.windowCurve), [...before, ...window]);
    writeSafetensors(
      file(RUN_FILES.weights),
      { theta: { shape, data: opening.theta }, velocity: { shape, data: opening.velocity } },
      { parameters: places(problem.model.shapes), visibility },
    );
    writeSafetensors(file(RUN_FILES.batches), { indices: { shape: [updates, sgd.batchSize], data: indices } });
    const mean = sum.map((value) => value / updates);
    const { gradient } = held.add(openFullBatch(exact, dataset.train)).valueAndGradient(mean);
    writeSafetensors(file(RUN_FILES.mean), { theta: { shape, data: mean }, gradient: { shape, data: gradient } });
  } finally {
    held.dispose();
  }
}

function openingState({ directory, experiment }: Context): State {
  const file = readSafetensors(runPath(directory, RUN_FILES.minimum));
  const array = experiment.precision === 'float32' ? Float32Array : Float64Array;
  const rounded = (name: string): Reals => array.from(requireTensor(file, name, 'F64').data);
  return { theta: rounded('theta'), velocity: rounded('velocity') };
}

/**
 * What the curvature at the minimum says before the window is recorded.
 *
 * @throws ConfigurationError where the learning rate is beyond the stability of the stiffest direction: 2(1+β)/λ_max
 */
async function lookAtMinimum(
  { experiment: { sgd, seed }, voice }: Context,
  bench: Workbench,
  theta: Reals,
): Promise<Visibility> {
  const { batchesPerEpoch } = bench;
  const samples = batchesPerEpoch * sgd.batchSize;
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(bench.problem, bench.dataset.train, bench.savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    const report = voice.begin('largest curvature');
    const { eigenvalues } = await lanczos(operator, {
      eigenpairs: 1,
      tolerance: STABILITY_TOLERANCE,
      seed,
      wayOut: () => makeRoom(operator),
      onProgress: ({ iteration, expected }) => report(iteration, expected),
    });
    const limit = (2 * (1 + sgd.momentum)) / eigenvalues[0];
    if (sgd.learningRate >= limit && eigenvalues[0] > 0)
      throw new ConfigurationError(
        `sgd.learningRate is ${sgd.learningRate}, but the largest Hessian eigenvalue here is ${eigenvalues[0].toPrecision(4)}, where heavy ball diverges from ${limit.toPrecision(4)} = 2(1+β)/λ_max on: lower it below that`,
      );
    const crossover = crossoverEigenvalue({ ...sgd, batchesPerEpoch });
    const settings = { weightDecay: sgd.weightDecay, samples, crossover, seed };
    const visibility = await estimateVisibility(operator, settings, voice.begin('trace of the Hessian'));
    voice.say(visibilityInWords(visibility));
    const warning = warningOfInvisibility(visibility);
    if (warning && sgd.sampler !== 'with-replacement') voice.warn(warning);
    return visibility;
  } finally {
    held.dispose();
  }
}
