/** What the rest of a run costs on this machine, now: measured on a few updates and products, and multiplied. */
import type { Samples } from '../../models/problem.ts';
import { openHeavyBall } from '../../sgd/heavy-ball.ts';
import { atRest } from '../../sgd/motion.ts';
import { median } from '../../statistics/median.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Report } from '../../progress.ts';
import type { Experiment } from '../schema.ts';
import { wantedPairs } from '../memory.ts';
import { samplesLookedAt } from '../record/look.ts';
import { TRACE_PRODUCTS } from '../visibility.ts';
import type { Workbench } from '../workbench.ts';
import type { ProbedCurvature } from './curvature.ts';

/** What is measured. */
export interface Pace {
  readonly secondsPerUpdate: number;
  /** One Hessian product on all samples. */
  readonly secondsPerProduct: number;
  /** Lanczos steps for each pair within the tolerance of the run. */
  readonly stepsPerPair: number;
}

/** A number of eigenpairs, and what they are expected to take. */
export interface SpectrumCost {
  readonly eigenpairs: number;
  readonly products: number;
  readonly seconds: number;
}

/** The rest of a run, in Hessian products and updates; writing and comparing are not counted. */
export interface RunCost extends Pace {
  /** Looking at the minimum before the window is recorded: largest curvature and trace. */
  readonly lookSeconds: number;
  /** Updates of burn-in and window. */
  readonly updates: number;
  readonly windowSeconds: number;
  /** The eigenpairs that are configured. */
  readonly spectrum: SpectrumCost;
}

/** Calls that are timed, after one that compiles. */
const CALLS = 10;
/** Products of a short search in Lanczos, for the largest eigenvalue or for one that was missed, about. */
const CHECK = 10;

/** Seconds of one update at given weights, which stay as they are. The batches are the subset's samples in turn. */
export async function timeUpdates(
  { problem }: Pick<Workbench, 'problem'>,
  subset: Samples,
  theta: Reals,
  { batchSize, momentum, learningRate }: Pick<Experiment['sgd'], 'batchSize' | 'momentum' | 'learningRate'>,
  report: Report,
): Promise<number> {
  const heavyBall = openHeavyBall(problem, subset, batchSize, momentum);
  try {
    const { updatesPerCall } = heavyBall;
    const batches = Int32Array.from({ length: updatesPerCall * batchSize }, (_, i) => i % subset.samples);
    const seconds: number[] = [];
    for (let call = 0; call <= CALLS; call++) {
      const motion = heavyBall.begin(atRest(theta, problem.backend.precision));
      try {
        const start = performance.now();
        await motion.record(batches, learningRate);
        if (call > 0) seconds.push((performance.now() - start) / 1000 / updatesPerCall);
      } finally {
        motion.dispose();
      }
      await report(call, CALLS);
    }
    return median(seconds);
  } finally {
    heavyBall.dispose();
  }
}

/** Reads the probe's own convergence as that of Lanczos at large. @param tolerance of the run, in units of the largest eigenvalue */
export function stepsPerPair(
  { spectrum, iterations }: Pick<ProbedCurvature, 'spectrum' | 'iterations'>,
  tolerance: number,
): number {
  const largest = Math.max(...spectrum.map(({ inSample }) => inSample));
  const within = spectrum.filter(
    ({ inSample, relativeResidual }) => relativeResidual * inSample <= tolerance * largest,
  );
  return iterations / Math.max(1, within.length);
}

type Sized = Pick<Workbench, 'samples' | 'problem'>;

/**
 * Lanczos until so many pairs have converged, the check for missed ones, and a product on all samples for each pair: its
 * residual, or its curvature where the pairs come from a subset.
 */
export function costOfPairs(
  eigenpairs: number,
  { secondsPerProduct, stepsPerPair: pace }: Pick<Pace, 'secondsPerProduct' | 'stepsPerPair'>,
  subset: Experiment['spectrum']['samples'],
  { samples, problem: { size } }: Sized,
): SpectrumCost {
  const steps = eigenpairs >= size ? size : Math.min(size, Math.ceil(pace * eigenpairs) + CHECK);
  const share = Math.min(1, (subset ?? samples) / samples);
  return {
    eigenpairs,
    products: steps + eigenpairs,
    seconds: (steps * share + eigenpairs) * secondsPerProduct,
  };
}

/** The run as it is configured. */
export function costOfRun(
  { record, spectrum }: Pick<Experiment, 'record' | 'spectrum'>,
  bench: Sized & Pick<Workbench, 'batchesPerEpoch'>,
  pace: Pace,
): RunCost {
  const updates = (record.burnInEpochs + record.epochs) * bench.batchesPerEpoch;
  const { size } = bench.problem;
  const pairs = wantedPairs(spectrum.eigenpairs, size);
  const look = (Math.min(TRACE_PRODUCTS, size) + Math.min(CHECK, size)) * (samplesLookedAt(bench) / bench.samples);
  return {
    ...pace,
    lookSeconds: look * pace.secondsPerProduct,
    updates,
    windowSeconds: updates * pace.secondsPerUpdate,
    spectrum: costOfPairs(pairs, pace, spectrum.samples, bench),
  };
}
