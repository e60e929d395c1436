/** Where a run's directions come from: Lanczos on all samples or on a subset of them, or the run that it is a control of. */
import { Disposables } from '../../disposables.ts';
import { duration } from '../../duration.ts';
import { openHessian } from '../../hessian/hessian.ts';
import type { SpectralMeasure } from '../../hessian/krylov.ts';
import { type Eigenpairs, lanczos, type LanczosProgress } from '../../hessian/lanczos.ts';
import { stepsUsually } from '../../hessian/memory.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import type { Context } from '../context.ts';
import { makeRoom, wantedPairs } from '../memory.ts';
import { measured } from '../profile.ts';
import { chosenSamples, type Workbench } from '../workbench.ts';
import { onAllSamples } from './on-all-samples.ts';
import { type MovedReport, sharedDirections } from './shared-directions.ts';

/** What `spectrum.safetensors` says of itself. */
export interface SpectrumReport {
  readonly wanted: number;
  /** Recomputed residuals within the tolerance. */
  readonly converged: number;
  readonly iterations: number;
  readonly products: number;
  /** Residuals by fresh products, and how far they are from those of the recorded products, over the largest eigenvalue. */
  readonly certified: { readonly fresh: number; readonly disagreement: number | null };
  /** The most negative eigenvalue seen, with its residual. */
  readonly lowest: { readonly eigenvalue: number; readonly residual: number };
  readonly asymmetry: number;
  /** Samples the directions come from, where these are not all. */
  readonly subset: number | null;
  /** Whether they are those of the run that this is a control of. */
  readonly shared: boolean;
  /** Of shared ones whose curvatures here are the run's and their change on a subset. */
  readonly moved?: MovedReport;
}

/** Directions with their curvatures on all samples, in whatever order. */
export interface Directions {
  readonly eigenvalues: Float64Array;
  readonly residuals: Float64Array;
  readonly residualOverGap: Float64Array;
  /** Unit rows [k, d]. */
  readonly eigenvectors: Float32Array;
  /** What a random vector saw of the whole spectrum from which they were taken. */
  readonly density: SpectralMeasure;
  readonly report: SpectrumReport;
}

/** The directions that a configuration asks for, at the window's mean. @throws ConfigurationError where Lanczos lacks memory */
export async function findDirections(context: Context, bench: Workbench, theta: Float64Array): Promise<Directions> {
  const { spectrum } = context.experiment;
  if (spectrum.shared !== null) return await sharedDirections(context, bench, theta, spectrum.shared);
  const subset = spectrum.samples !== null && spectrum.samples < bench.samples ? spectrum.samples : null;
  const found = await byLanczos(context, bench, theta, subset);
  const report: SpectrumReport = {
    wanted: found.eigenvalues.length,
    converged: found.converged,
    iterations: found.iterations,
    products: found.products,
    lowest: found.lowest,
    certified: found.certified,
    asymmetry: found.asymmetry,
    subset,
    shared: false,
  };
  const own = { ...found, density: found.measure, report };
  return subset === null ? own : { ...own, ...(await onAllSamples(context, bench, theta, found.eigenvectors)) };
}

const STAGE_TITLES: Readonly<Record<LanczosProgress['stage'], string>> = {
  growing: 'converged',
  checking: 'checking for missed eigenvalues',
  residuals: 'residuals by fresh products',
};

/** Products that tell how long one takes; the first also pays for what is done once. */
const [TIMED_FROM, TIMED_TO] = [2, 5];
/** Work of fewer seconds needs no announcement. */
const WORTH_SAYING = 60;

/** Says, once, how long growing will take, after a few products. */
function timeForeteller({ voice }: Pick<Context, 'voice'>): (iteration: number, steps: number) => void {
  let seen = 0;
  let start = 0;
  return (iteration, steps) => {
    seen++;
    if (seen === TIMED_FROM) start = performance.now();
    if (seen !== TIMED_TO) return;
    const each = (performance.now() - start) / 1000 / (TIMED_TO - TIMED_FROM);
    const left = each * (steps - iteration);
    if (left > WORTH_SAYING)
      voice.say(
        `eigendirections: ${each.toPrecision(2)} s a Hessian product, about ${duration(left)} for some ${steps} of them`,
      );
  };
}

/** The leading eigenpairs of the Hessian of a seeded subset, or of all samples. */
async function byLanczos(
  context: Context,
  bench: Workbench,
  theta: Float64Array,
  subset: number | null,
): Promise<Eigenpairs> {
  const { experiment, voice, checkpoint } = context;
  const { spectrum, seed } = experiment;
  const { problem, savedBytes } = bench;
  const wanted = wantedPairs(spectrum.eigenpairs, problem.size);
  const choice = subset === null ? null : { count: subset, purpose: 'spectrum/subset' };
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(problem, chosenSamples(bench, seed, choice), savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    const foretell = timeForeteller(context);
    const report = voice.begin('eigendirections');
    return await lanczos(operator, {
      eigenpairs: wanted,
      openBasis: basisOn(problem.backend),
      tolerance: spectrum.tolerance,
      seed,
      certify: subset === null,
      wayOut: (fewerPairs) => `${fewerPairs} (spectrum.eigenpairs), ${makeRoom(operator)}`,
      checkpoint: checkpoint('lanczos'),
      onProgress({ stage, iteration, expected, converged }) {
        if (stage === 'growing') foretell(iteration, stepsUsually(wanted, problem.size));
        const detail = stage === 'growing' ? `${converged} of ${wanted} converged` : STAGE_TITLES[stage];
        return report(iteration, expected, detail);
      },
    });
  } finally {
    held.dispose();
  }
}
