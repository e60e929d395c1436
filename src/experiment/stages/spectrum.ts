/** The Hessian's eigendirections at the window's mean, and the window projected onto them. */
import { Disposables } from '../../disposables.ts';
import { duration } from '../../duration.ts';
import { residualOverGap } from '../../hessian/gaps.ts';
import { lanczos, type LanczosProgress } from '../../hessian/lanczos.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { inWords, lanczosMemory, stepsUsually } from '../../hessian/memory.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { freshResiduals, type FreshResiduals } from '../../hessian/residuals.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { makeRoom, wantedPairs } from '../memory.ts';
import { measured } from '../profile.ts';
import { readMean } from '../run-files.ts';
import { requireTensor } from '../../store/safetensors.ts';
import { chosenSamples, type Workbench } from '../workbench.ts';
import { curvatureAlongWindow } from './curvature-along-window.ts';
import { projectWindow } from './project-window.ts';

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

/**
 * Writes spectrum, projections and curvature.
 *
 * @throws ConfigurationError where Lanczos lacks memory
 */
export async function spectrumStage(context: Context): Promise<void> {
  const { directory, experiment, voice, workbench } = context;
  const bench = await workbench();
  const { problem } = bench;
  const { spectrum, seed } = experiment;
  const { theta, gradient } = readMean(directory);
  const { size } = problem;
  const wanted = wantedPairs(spectrum.eigenpairs, size);
  const isSubset = spectrum.samples !== null && spectrum.samples < bench.samples;

  const subset = isSubset ? { count: spectrum.samples!, purpose: 'spectrum/subset' } : null;
  let found: Awaited<ReturnType<typeof lanczos>>;
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(problem, chosenSamples(bench, seed, subset), bench.savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    voice.say(`eigendirections: about ${inWords(lanczosMemory(operator, wanted))} of memory expected`);
    const foretell = timeForeteller(context);
    const report = voice.begin('eigendirections');
    found = await lanczos(operator, {
      eigenpairs: wanted,
      openBasis: basisOn(problem.backend),
      tolerance: spectrum.tolerance,
      seed,
      certify: !isSubset,
      wayOut: (fewerPairs) => `${fewerPairs} (spectrum.eigenpairs), ${makeRoom(operator)}`,
      checkpoint: context.checkpoint('lanczos'),
      onProgress({ stage, iteration, expected, converged }) {
        if (stage === 'growing') foretell(iteration, stepsUsually(wanted, size));
        return report(
          iteration,
          expected,
          stage === 'growing' ? `${converged} of ${wanted} converged` : STAGE_TITLES[stage],
        );
      },
    });
  } finally {
    held.dispose();
  }
  const { eigenvectors } = found;
  const exactPairs = isSubset ? await onAllSamples(context, bench, theta, eigenvectors) : found;
  const ratios = isSubset ? residualOverGap(exactPairs.eigenvalues, exactPairs.residuals) : found.residualOverGap;
  const order = Array.from(exactPairs.eigenvalues.keys()).sort(
    (a, b) => exactPairs.eigenvalues[b] - exactPairs.eigenvalues[a],
  );
  const vectors = rowsInOrder(eigenvectors, order, size);
  const sorted = (values: Float64Array) => Float64Array.from(order, (from) => values[from]);
  const along = new Float64Array(wanted);
  for (let i = 0; i < wanted; i++) for (let j = 0; j < size; j++) along[i] += vectors[i * size + j] * gradient[j];

  const { nodes, weights } = found.measure;
  const shape = [wanted];
  const metadata: SpectrumReport = {
    wanted,
    converged: found.converged,
    iterations: found.iterations,
    products: found.products,
    lowest: found.lowest,
    certified: found.certified,
    asymmetry: found.asymmetry,
    subset: isSubset ? spectrum.samples : null,
  };
  writeSafetensors(
    runPath(directory, RUN_FILES.spectrum),
    {
      eigenvalues: { shape, data: sorted(exactPairs.eigenvalues) },
      eigenvectors: { shape: [wanted, size], data: vectors },
      residuals: { shape, data: sorted(exactPairs.residuals) },
      residual_over_gap: { shape, data: sorted(ratios) },
      gradient: { shape, data: along },
      density_eigenvalues: { shape: [nodes.length], data: nodes },
      density_weights: { shape: [nodes.length], data: weights },
    },
    { ...metadata },
  );
  await projectWindow(context, bench, theta, vectors);
  await curvatureAlongWindow(context, bench, sorted(exactPairs.eigenvalues), vectors);
}

/** Rows [k, d] in another order; themselves where that is theirs already: they are too large to copy for nothing. */
function rowsInOrder(rows: Float32Array, order: readonly number[], size: number): Float32Array {
  if (order.every((from, row) => from === row)) return rows;
  const sorted = new Float32Array(rows.length);
  order.forEach((from, row) => sorted.set(rows.subarray(from * size, (from + 1) * size), row * size));
  return sorted;
}

/** Eigenvalues of directions that came from a subset: eᵀHe with the Hessian of all samples, and the residuals to it. */
async function onAllSamples(
  { voice, checkpoint }: Context,
  bench: Workbench,
  theta: Float64Array,
  eigenvectors: Float32Array,
): Promise<{ readonly eigenvalues: Float64Array; readonly residuals: Float64Array }> {
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
        if (progress.isDue()) save(soFar);
        await report(done, total);
      },
    });
    return { eigenvalues: rayleighQuotients, residuals };
  } finally {
    held.dispose();
  }
}
