/** Where a run's directions come from: Lanczos on all samples or on a subset of them, or the run that it is a control of. */
import { join } from 'node:path';
import { Disposables } from '../../disposables.ts';
import { duration } from '../../duration.ts';
import { DataError } from '../../errors.ts';
import { residualOverGap } from '../../hessian/gaps.ts';
import { openHessian } from '../../hessian/hessian.ts';
import type { SpectralMeasure } from '../../hessian/krylov.ts';
import { type Eigenpairs, lanczos, type LanczosProgress } from '../../hessian/lanczos.ts';
import { stepsUsually } from '../../hessian/memory.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { freshResiduals, type FreshResiduals } from '../../hessian/residuals.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import { sha256File } from '../../store/atomic.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { requireTensor } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { makeRoom, wantedPairs } from '../memory.ts';
import { measured } from '../profile.ts';
import { readSpectrum } from '../run-files.ts';
import { chosenSamples, type Workbench } from '../workbench.ts';

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

/**
 * The directions of the run that this is a control of, with their curvatures here.
 *
 * @param checksum of the file they are to be in
 * @throws DataError where it is another
 */
async function sharedDirections(
  context: Context,
  bench: Workbench,
  theta: Float64Array,
  checksum: string,
): Promise<Directions> {
  const owner = join(context.directory, '..', '..');
  const path = runPath(owner, RUN_FILES.spectrum);
  if (sha256File(path) !== checksum)
    throw new DataError(
      `${path} does not hold the directions that this control was begun with: run the experiment it belongs to again`,
    );
  const { eigenvectors, density, report } = readSpectrum(owner);
  if (eigenvectors.length !== report.wanted * bench.problem.size)
    throw new DataError(`${path} holds directions of another network: run the experiment it belongs to again`);
  const here = await onAllSamples(context, bench, theta, eigenvectors);
  return { ...here, eigenvectors, density, report: { ...report, shared: true } };
}

/** Eigenvalues of directions that came from elsewhere: eᵀHe with the Hessian of all samples here, and the residuals to it. */
async function onAllSamples(
  { voice, checkpoint }: Context,
  bench: Workbench,
  theta: Float64Array,
  eigenvectors: Float32Array,
): Promise<Pick<Directions, 'eigenvalues' | 'residuals' | 'residualOverGap'>> {
  const report = voice.begin('curvatures on all samples');
  const progress = checkpoint('curvatures');
  const saved = progress.load();
  const known = saved
    ? {
        residuals: requireTensor(saved, 'residuals', 'F64').data,
        rayleighQuotients: requireTensor(saved, 'rayleighQuotients', 'F64').data,
      }
    : undefined;
  const save = ({ residuals, rayleighQuotients }: FreshResiduals) => {
    const shape = [residuals.length];
    progress.save({
      residuals: { shape, data: residuals },
      rayleighQuotients: { shape, data: rayleighQuotients },
    });
  };
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(bench.problem, bench.dataset.train, bench.savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    const { rayleighQuotients, residuals } = await freshResiduals(operator, eigenvectors, {
      known,
      async afterEach(done, total, soFar) {
        if (progress.isDue(done < total ? 1 : AT_THE_END)) save(soFar);
        await report(done, total);
      },
    });
    return {
      eigenvalues: rayleighQuotients,
      residuals,
      residualOverGap: residualOverGap(rayleighQuotients, residuals),
    };
  } finally {
    held.dispose();
  }
}
