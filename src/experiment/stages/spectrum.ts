/** The Hessian's eigendirections at the window's mean, and the window projected onto them. */
import { Disposables } from '../../disposables.ts';
import { residualOverGap } from '../../hessian/gaps.ts';
import { lanczos, type LanczosProgress } from '../../hessian/lanczos.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { inWords, lanczosMemory } from '../../hessian/memory.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { freshResiduals } from '../../hessian/residuals.ts';
import { AT_THE_END } from '../../store/checkpoint.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { makeRoom, wantedPairs } from '../memory.ts';
import { measured } from '../profile.ts';
import { readMean, readSpectrum } from '../run-files.ts';
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

/**
 * Writes spectrum, projections and curvature.
 *
 * @throws ConfigurationError where Lanczos lacks memory
 */
export async function spectrumStage(context: Context): Promise<void> {
  const { directory } = context;
  const bench = await context.workbench();
  const { eigenvalues, eigenvectors } = context.has(RUN_FILES.spectrum)
    ? readSpectrum(directory)
    : await writeSpectrum(context, bench);
  if (!context.has(RUN_FILES.projections)) await projectWindow(context, bench, readMean(directory).theta, eigenvectors);
  await curvatureAlongWindow(context, bench, eigenvalues, eigenvectors);
}

async function writeSpectrum(
  context: Context,
  bench: Workbench,
): Promise<{ readonly eigenvalues: Float64Array; readonly eigenvectors: Float32Array }> {
  const { directory, experiment, voice } = context;
  const { problem } = bench;
  // Saved once the file is there: it is then gone on from.
  const written = context.checkpoint('spectrum');
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
    const report = voice.begin('eigendirections');
    found = await lanczos(operator, {
      eigenpairs: wanted,
      openBasis: basisOn(problem.backend),
      tolerance: spectrum.tolerance,
      seed,
      certify: !isSubset,
      wayOut: (fewerPairs) => `${fewerPairs} (spectrum.eigenpairs), ${makeRoom(operator)}`,
      onProgress: ({ stage, iteration, expected, converged }) =>
        report(iteration, expected, stage === 'growing' ? `${converged} of ${wanted} converged` : STAGE_TITLES[stage]),
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

  const eigenvalues = sorted(exactPairs.eigenvalues);
  const shape = [wanted];
  const metadata: SpectrumReport = {
    wanted,
    converged: found.converged,
    iterations: found.iterations,
    products: found.products,
    lowest: found.lowest,
    asymmetry: found.asymmetry,
    subset: isSubset ? spectrum.samples : null,
  };
  writeSafetensors(
    runPath(directory, RUN_FILES.spectrum),
    {
      eigenvalues: { shape, data: eigenvalues },
      eigenvectors: { shape: [wanted, size], data: vectors },
      residuals: { shape, data: sorted(exactPairs.residuals) },
      residual_over_gap: { shape, data: sorted(ratios) },
      gradient: { shape, data: along },
    },
    { ...metadata },
  );
  if (written.isDue(AT_THE_END)) written.save({});
  return { eigenvalues, eigenvectors: vectors };
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
  { voice }: Context,
  bench: Workbench,
  theta: Float64Array,
  eigenvectors: Float32Array,
): Promise<{ readonly eigenvalues: Float64Array; readonly residuals: Float64Array }> {
  const report = voice.begin('curvatures on all samples');
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(bench.problem, bench.dataset.train, bench.savedBytes));
    const operator = measured('Hessian products', held.add(hessian.at(theta)), 'apply');
    const count = eigenvectors.length / bench.problem.size;
    const { rayleighQuotients, residuals } = await freshResiduals(operator, eigenvectors, undefined, (done) =>
      report(done, count),
    );
    return { eigenvalues: rayleighQuotients, residuals };
  } finally {
    held.dispose();
  }
}
