/**
 * The polish of a run: its tools on the run's network. After an interruption it is done again from its beginning, and what
 * an earlier process has computed (products, gradients, eigenbases) is read.
 */
import { Disposables } from '../../disposables.ts';
import { type HessianAt, type HessianFamily, openHessian } from '../../hessian/hessian.ts';
import { lanczos } from '../../hessian/lanczos.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { openFullBatch } from '../../models/full-batch.ts';
import type { Samples } from '../../models/problem.ts';
import { batchVariance } from '../../noise/batch-variance.ts';
import { perSampleVariance } from '../../noise/per-sample.ts';
import type { Eigenpairs } from '../../sgd/eigenbasis.ts';
import { type Drift, type Operator, polish, type PolishResult, type PolishTools } from '../../sgd/polish.ts';
import { median } from '../../statistics/median.ts';
import type { Checkpoint } from '../../store/checkpoint.ts';
import { type Journal, openJournal } from '../../store/journal.ts';
import { crossoverEigenvalue, reshuffledWeightVariance } from '../../theory/index.ts';
import type { Context } from '../context.ts';
import { expectedDrift } from '../drift.ts';
import { makeRoom } from '../memory.ts';
import { measured } from '../profile.ts';
import { affordableSamples, chosenSamples, type Workbench } from '../workbench.ts';

/** The eigenbasis that preconditions the polish is that of this many samples; gradient and curvature are exact. */
export const CURVATURE_SAMPLES = 10_000;
/** The same for large networks, counted in layer outputs. */
export const CURVATURE_UNITS = 2e7;
/** Networks up to this size are polished along all their directions. */
export const ALL_DIRECTIONS_UP_TO = 2000;
export const LEADING_DIRECTIONS = 100;

/** @param start θ [d] */
export async function polishFrom(
  start: Float64Array,
  { experiment, checkpoint }: Context,
  bench: Workbench,
  report: Parameters<typeof polish>[3],
): Promise<PolishResult> {
  const { problem, exact, dataset, batchesPerEpoch } = bench;
  const { sgd, seed } = experiment;
  const count = Math.min(CURVATURE_SAMPLES, affordableSamples(bench, CURVATURE_UNITS));
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
    // A value before the gradient; a product has none.
    const journal = openJournal(checkpoint('polish'), 1 + problem.size);
    held.add({ dispose: () => journal.close() });
    let bases = 0;
    const tools: PolishTools = {
      async valueAndGradient(theta) {
        const [value, gradient] = split(
          await journal.recall(theta, async () => {
            const there = await full.valueAndGradient(theta);
            return joined(there.value, there.gradient);
          }),
        );
        return { value, gradient };
      },
      hessianAt: (theta) => rememberedHessian(whole, theta, problem.size, journal),
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
            checkpoint: checkpoint(`eigenbasis-${++bases}`),
            onProgress: ({ iteration, expected }) => report(iteration, expected, 'eigendirections of the curvature'),
          });
        } finally {
          operator.dispose();
        }
      },
      drift: (theta, pairs) =>
        driftAlong(theta, pairs, experiment, bench, subset, crossover, report, checkpoint(`noise-${bases}`)),
    };
    return await polish(start, tools, { ...experiment.polish, smallestCurvature: crossover / 100 }, report);
  } finally {
    held.dispose();
  }
}

/** Opened only where a product is not known yet. */
function rememberedHessian(family: HessianFamily, theta: Float64Array, size: number, journal: Journal): Operator {
  let opened: HessianAt | undefined;
  return {
    size,
    async apply(vector) {
      const compute = async () => {
        opened ??= measured('Hessian products', family.at(theta), 'apply');
        return joined(0, await opened.apply(vector));
      };
      return split(await journal.recall(vector, compute))[1];
    },
    dispose: () => opened?.dispose(),
  };
}

function joined(value: number, vector: Float64Array): Float64Array {
  const all = new Float64Array(1 + vector.length);
  all[0] = value;
  all.set(vector, 1);
  return all;
}

const split = (all: Float64Array): readonly [number, Float64Array] => [all[0], all.subarray(1)];

/** Drift of a gradient over the window in predicted standard deviations, noise measured on the subset. */
async function driftAlong(
  theta: Float64Array,
  { eigenvalues, eigenvectors }: Eigenpairs,
  { sgd, record }: Context['experiment'],
  { problem, samples, batchesPerEpoch }: Workbench,
  subset: Samples,
  crossover: number,
  report: Parameters<typeof polish>[3],
  checkpoint: Checkpoint,
): Promise<(gradientAlong: Float64Array) => Drift> {
  // Where the learning rate is beyond stability nothing is predicted; recording refuses it if that is so at the minimum.
  const limit = (2 * (1 + sgd.momentum)) / sgd.learningRate;
  const chosen = [...eigenvalues.keys()].filter((i) => eigenvalues[i] > crossover / 100 && eigenvalues[i] < limit);
  const size = theta.length;
  const rows = new Float32Array(chosen.length * size);
  chosen.forEach((pair, row) => rows.set(eigenvectors.subarray(pair * size, (pair + 1) * size), row * size));
  const tell = (done: number, total: number) => report(done, total, 'noise along the eigendirections');
  const perSample = await perSampleVariance(problem, subset, theta, rows, tell, checkpoint);
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
