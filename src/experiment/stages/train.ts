/** From random weights to the neighbourhood of a minimum: SGD with a decaying learning rate, then the polish. */
import { Disposables } from '../../disposables.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { lanczos } from '../../hessian/lanczos.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import type { Samples } from '../../models/problem.ts';
import { batchVariance } from '../../noise/batch-variance.ts';
import { perSampleVariance } from '../../noise/per-sample.ts';
import { randomStream } from '../../random.ts';
import { runEpochs } from '../../sgd/epochs.ts';
import { atRest, openHeavyBall } from '../../sgd/heavy-ball.ts';
import { type HistoryRow, historyRow } from '../../sgd/history.ts';
import type { Eigenpairs } from '../../sgd/eigenbasis.ts';
import { type Drift, polish, type PolishResult, type PolishTools } from '../../sgd/polish.ts';
import { batchSource } from '../../sgd/samplers.ts';
import { median } from '../../statistics/median.ts';
import { crossoverEigenvalue, reshuffledWeightVariance } from '../../theory/index.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { expectedDrift } from '../drift.ts';
import { makeRoom } from '../memory.ts';
import { measured } from '../profile.ts';
import { evaluationInterval, openEvaluator, writeHistory } from '../training-curve.ts';
import { chosenSamples, startingWeights, type Workbench } from '../workbench.ts';

/** What `minimum.safetensors` says of how it was reached; null where nothing was polished. */
export interface PolishReport {
  readonly converged: boolean;
  readonly verdict: string;
  readonly medianDrift: number;
  readonly directions: number;
  readonly steps: number;
}

/** The eigenbasis that preconditions the polish is that of this many samples; gradient and curvature are exact. */
export const CURVATURE_SAMPLES = 10_000;
/** The same for large networks, counted in layer outputs. */
export const CURVATURE_UNITS = 2e7;
/** Networks up to this size are polished along all their directions. */
export const ALL_DIRECTIONS_UP_TO = 2000;
export const LEADING_DIRECTIONS = 100;

/** Writes the minimum and the training curve. @throws RunError where the loss grows */
export async function trainStage({ directory, experiment, voice, workbench }: Context): Promise<void> {
  const bench = await workbench();
  const { dataset, problem } = bench;
  const { train, sgd, seed } = experiment;
  const history: HistoryRow[] = [];
  const state = atRest(startingWeights(experiment, bench), experiment.precision);
  const held = new Disposables();
  try {
    const evaluator = held.add(openEvaluator(bench));
    if (train.epochs > 0) {
      const heavyBall = measured(
        'SGD updates',
        held.add(openHeavyBall(problem, dataset.train, sgd.batchSize, sgd.momentum)),
        'advance',
        ({ losses }) => losses.length,
      );
      const source = batchSource(
        'reshuffle',
        bench.samples,
        sgd.batchSize,
        randomStream(seed, 'sgd/train'),
        sgd.dropLast,
      );
      const plan = {
        phase: 'train' as const,
        epochs: train.epochs,
        batchSize: sgd.batchSize,
        firstEpoch: 1,
        learningRate: (epoch: number) => train.initialLearningRate * train.decayPerEpoch ** epoch,
        evaluateEvery: evaluationInterval(train.epochs),
      };
      history.push(...(await runEpochs(heavyBall, state, source, evaluator, plan, voice.begin('training'))));
      // Before the polish needs the memory.
      heavyBall.dispose();
    }

    let theta = Float64Array.from(state.theta);
    let velocity = Float64Array.from(state.velocity);
    let report: PolishReport | null = null;
    if (experiment.polish.method === 'newton-cg') {
      const before = { phase: 'polish' as const, epoch: train.epochs, learningRate: null, batchLoss: null };
      history.push(historyRow(evaluator, before, state.theta));
      const result = await polishFrom(theta, experiment, bench, voice.begin('polish'));
      theta = Float64Array.from(result.theta);
      velocity = new Float64Array(theta.length);
      const after = { ...before, epoch: train.epochs + 1 };
      history.push(historyRow(evaluator, after, theta));
      report = summarise(result);
      if (result.converged) voice.say(report.verdict);
      else voice.warn(`the polish did not reach its goal: ${report.verdict}`);
    }
    writeHistory(runPath(directory, RUN_FILES.training), history);
    const shape = [problem.size];
    writeSafetensors(
      runPath(directory, RUN_FILES.minimum),
      { theta: { shape, data: theta }, velocity: { shape, data: velocity } },
      { polish: report, sources: dataset.sources },
    );
  } finally {
    held.dispose();
  }
}

function summarise({ converged, verdict, drift, steps }: PolishResult): PolishReport {
  return { converged, verdict, medianDrift: drift.median, directions: drift.directions, steps: steps.length };
}

async function polishFrom(
  start: Float64Array,
  experiment: Context['experiment'],
  bench: Workbench,
  report: Parameters<typeof polish>[3],
): Promise<PolishResult> {
  const { problem, exact, dataset, batchesPerEpoch } = bench;
  const { sgd, seed } = experiment;
  const affordable = Math.floor(CURVATURE_UNITS / problem.model.unitsPerSample);
  const count = Math.max(Math.min(CURVATURE_SAMPLES, affordable), 2);
  const subset = chosenSamples(bench, seed, { count, purpose: 'polish/subset' });
  const crossover = crossoverEigenvalue({ ...sgd, batchesPerEpoch });
  const held = new Disposables();
  try {
    const full = measured(
      'gradients on all samples',
      held.add(openFullBatch(exact, dataset.train)),
      'valueAndGradient',
    );
    const curvature = held.add(openHessian(problem, subset, bench.savedBytes));
    const whole = held.add(openHessian(problem, dataset.train, bench.savedBytes));
    const tools: PolishTools = {
      valueAndGradient: (theta) => full.valueAndGradient(theta),
      hessianAt: (theta) => measured('Hessian products', whole.at(theta), 'apply'),
      async eigenpairsAt(theta) {
        const operator = measured('Hessian products', curvature.at(theta), 'apply');
        try {
          return await lanczos(operator, {
            eigenpairs: problem.size <= ALL_DIRECTIONS_UP_TO ? problem.size : LEADING_DIRECTIONS,
            openBasis: basisOn(problem.backend),
            tolerance: 1e-3,
            seed,
            certify: false,
            wayOut: () => makeRoom(operator),
            onProgress: ({ iteration, expected }) => report(iteration, expected, 'eigendirections of the curvature'),
          });
        } finally {
          operator.dispose();
        }
      },
      drift: (theta, pairs) => driftAlong(theta, pairs, experiment, bench, subset, crossover, report),
    };
    return await polish(start, tools, { ...experiment.polish, smallestCurvature: crossover / 100 }, report);
  } finally {
    held.dispose();
  }
}

/** Drift of a gradient over the window in predicted standard deviations, noise measured on the subset. */
async function driftAlong(
  theta: Float64Array,
  { eigenvalues, eigenvectors }: Eigenpairs,
  { sgd, record }: Context['experiment'],
  { problem, samples, batchesPerEpoch }: Workbench,
  subset: Samples,
  crossover: number,
  report: Parameters<typeof polish>[3],
): Promise<(gradientAlong: Float64Array) => Drift> {
  // Where the learning rate is beyond stability nothing is predicted; recording refuses it if that is so at the minimum.
  const limit = (2 * (1 + sgd.momentum)) / sgd.learningRate;
  const chosen = [...eigenvalues.keys()].filter((i) => eigenvalues[i] > crossover / 100 && eigenvalues[i] < limit);
  const size = theta.length;
  const rows = new Float32Array(chosen.length * size);
  chosen.forEach((pair, row) => rows.set(eigenvectors.subarray(pair * size, (pair + 1) * size), row * size));
  const perSample = await perSampleVariance(problem, subset, theta, rows, (done, total) =>
    report(done, total, 'noise along the eigendirections'),
  );
  const updates = record.epochs * batchesPerEpoch;
  const deviations = chosen.map((pair, row) => {
    const noiseVariance = batchVariance(perSample[row], {
      samples,
      batchSize: sgd.batchSize,
      withReplacement: false,
    });
    const eigenvalue = eigenvalues[pair];
    return Math.sqrt(reshuffledWeightVariance({ ...sgd, batchesPerEpoch, eigenvalue, noiseVariance }));
  });
  return (gradientAlong) => {
    const drifts = chosen.map(
      (pair, row) => Math.abs(expectedDrift(gradientAlong[pair], eigenvalues[pair], updates, sgd)) / deviations[row],
    );
    return { median: median(drifts), directions: chosen.length };
  };
}
