/**
 * `epochnoise probe`: which learning rate to record at. A short look at the curvature where the training ended, and what each
 * choice would make of the window. Reads a run directory, writes nothing, and takes no lock.
 */
import { RunError } from '../errors.ts';
import type { SummaryWarning } from '../report/summary.ts';
import { requireRunDirectory, RUN_FILES, runPath } from '../store/run-directory.ts';
import { readSafetensors, requireTensor } from '../store/safetensors.ts';
import { frozenAsTrained } from './batch-norm.ts';
import type { Voice } from './context.ts';
import { refuseMemoryBeyondReach, refuseMemoryBeyondReachOf } from './memory.ts';
import { readFinished } from './pipeline.ts';
import { type Recommendation, recommend } from './probe/advice.ts';
import { type Choice, choiceOf, learningRateFor } from './probe/choices.ts';
import { costOfPairs, costOfRun, type RunCost, type SpectrumCost, stepsPerPair, timeUpdates } from './probe/cost.ts';
import { type ProbedCurvature, probeCurvature, SUBSET } from './probe/curvature.ts';
import { countDirections } from './probe/decay.ts';
import { probeWarnings } from './probe/warnings.ts';
import { type WindowOutlook, windowOutlooks } from './probe/window.ts';
import { enterSection, inSection, OPENING } from './profile.ts';
import { runAgain } from './run-again.ts';
import { requireSameData } from './same-data.ts';
import type { Experiment } from './schema.ts';
import { chosenSamples, openWorkbench } from './workbench.ts';

/** What a probe may be told. */
export interface ProbeOptions {
  /** Samples of the Hessian whose eigenpairs are sought; all where there are no more. */
  readonly samples: number;
  /** Lanczos steps. */
  readonly iterations: number;
  readonly memoryBytes?: number;
}

/** A choice, with what a spectrum down to a tenth of its crossover is expected to take; null where that is not known. */
export interface PricedChoice extends Choice {
  readonly toTenth: SpectrumCost | null;
}

/** The JSON document. Apart from what is called seconds it is the same for the same run directory and machine. */
export interface Probe {
  readonly schemaVersion: number;
  readonly directory: string;
  readonly experiment: Pick<Experiment, 'sgd' | 'record' | 'spectrum' | 'polish'>;
  readonly parameters: number;
  /** N. */
  readonly samples: number;
  /** M. */
  readonly batchesPerEpoch: number;
  readonly curvature: ProbedCurvature;
  /** p of λ ∝ rank^−p, with which eigenvalues are extrapolated. */
  readonly decayExponent: number | null;
  /** The learning rate of the configuration. */
  readonly configured: PricedChoice;
  /** With λ_cross at some of the eigenvalues, the largest first. */
  readonly choices: readonly PricedChoice[];
  readonly recommendation: Recommendation & { readonly choice: PricedChoice };
  readonly window: readonly WindowOutlook[];
  readonly cost: RunCost;
  readonly warnings: readonly SummaryWarning[];
  /** What goes on with the recommended learning rate; null where the window was recorded elsewhere, and has to be again. */
  readonly command: string | null;
}

const SCHEMA_VERSION = 1;
/** Ranks that are shown, as far as they are known. */
const RANKS = [1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000];

/**
 * Probes the weights at the end of a run's `train` stage.
 *
 * @throws DataError where there is no run, or its training is missing or out of date; RunError where no pair converged
 */
export async function probe(
  directory: string,
  voice: Voice,
  { samples, iterations, memoryBytes }: ProbeOptions,
): Promise<Probe> {
  await refuseMemoryBeyondReach(memoryBytes);
  const target = requireRunDirectory(directory);
  const { experiment, choices: machine } = readFinished(target, 'train');
  const minimum = readSafetensors(runPath(target, RUN_FILES.minimum));
  const theta = requireTensor(minimum, 'theta', 'F64').data;
  const opened = await inSection(OPENING, () => openWorkbench(experiment, machine, voice, { memoryBytes }));
  await refuseMemoryBeyondReachOf(opened.problem.backend, memoryBytes);
  requireSameData(target, opened.dataset.sources);
  const bench = frozenAsTrained(target, opened);
  enterSection('probe');

  const { sgd, seed } = experiment;
  const { size } = bench.problem;
  const { curvature, secondsPerProduct, sharedBytes } = await probeCurvature(
    bench,
    theta,
    seed,
    { samples, iterations },
    voice,
  );
  const eigenvalues = curvature.spectrum.map(({ eigenvalue }) => eigenvalue);
  if (eigenvalues.length === 0)
    throw new RunError(
      `none of the eigenpairs converged in ${curvature.iterations} Lanczos iterations: give more (--iterations)`,
    );
  const subset = chosenSamples(bench, seed, { count: curvature.samples, purpose: SUBSET });
  const secondsPerUpdate = await timeUpdates(bench, subset, theta, sgd, voice.begin('time of updates'));

  const pace = {
    secondsPerUpdate,
    secondsPerProduct,
    stepsPerPair: stepsPerPair(curvature, experiment.spectrum.tolerance),
  };
  const spectrum = countDirections(eigenvalues, size);
  const largest = Math.max(eigenvalues[0], ...curvature.spectrum.map(({ inSample }) => inSample));
  const setting = { experiment, bench, trace: curvature.trace, largest, spectrum };
  const priced = (choice: Choice): PricedChoice => {
    const { above, suppressed } = choice;
    const pairs = above && suppressed ? above.count + suppressed.count : null;
    return {
      ...choice,
      toTenth: pairs === null ? null : costOfPairs(pairs, pace, experiment.spectrum.samples, bench),
    };
  };
  const recommendation = recommend(eigenvalues, size, setting);
  const outlooks = windowOutlooks(setting);
  return {
    schemaVersion: SCHEMA_VERSION,
    directory: target,
    experiment: { sgd, record: experiment.record, spectrum: experiment.spectrum, polish: experiment.polish },
    parameters: size,
    samples: bench.samples,
    batchesPerEpoch: bench.batchesPerEpoch,
    curvature,
    decayExponent: spectrum.exponent,
    configured: priced(choiceOf(sgd.learningRate, setting)),
    choices: RANKS.filter((rank) => rank <= eigenvalues.length).map((rank) =>
      priced(choiceOf(learningRateFor(eigenvalues[rank - 1], setting), setting)),
    ),
    recommendation: { ...recommendation, choice: priced(recommendation.choice) },
    window: outlooks,
    cost: costOfRun(experiment, bench, pace),
    warnings: probeWarnings({
      experiment,
      setting,
      curvature,
      recommendation,
      outlooks,
      lacksMemory: sharedBytes > bench.savedBytes,
    }),
    command:
      experiment.import === null
        ? runAgain(target, '--set', `sgd.learningRate=${recommendation.choice.learningRate}`)
        : null,
  };
}
