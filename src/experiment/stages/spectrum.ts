/** The Hessian's eigendirections at the window's mean, and the window projected onto them. */
import { AT_THE_END } from '../../store/checkpoint.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { writeSafetensors } from '../../store/safetensors.ts';
import type { Context } from '../context.ts';
import { givenDirections } from '../import/given-pairs.ts';
import { readMean, readSpectrum } from '../run-files.ts';
import { findDirections } from '../spectrum/directions.ts';
import type { Workbench } from '../workbench.ts';
import { projectWindow } from './project-window.ts';

/**
 * Writes spectrum and projections.
 *
 * @throws ConfigurationError where Lanczos lacks memory
 */
export async function spectrumStage(context: Context): Promise<void> {
  const { directory } = context;
  if (context.has(RUN_FILES.spectrum) && context.has(RUN_FILES.projections)) return;
  const bench = await context.workbench();
  const vectors = context.has(RUN_FILES.spectrum)
    ? readSpectrum(directory).eigenvectors
    : await writeSpectrum(context, bench);
  await projectWindow(context, bench, readMean(directory).theta, vectors);
}

/** @returns unit rows [k, d] */
async function writeSpectrum(context: Context, bench: Workbench): Promise<Float32Array> {
  const { directory } = context;
  // Saved once the file is there: it is then gone on from.
  const written = context.checkpoint('spectrum');
  const { size } = bench.problem;
  const { theta, gradient } = readMean(directory);
  const isGiven = context.experiment.model.name === 'none';
  const found = isGiven ? givenDirections(context.experiment, size) : await findDirections(context, bench, theta);
  const order = Array.from(found.eigenvalues.keys()).sort((a, b) => found.eigenvalues[b] - found.eigenvalues[a]);
  const vectors = rowsInOrder(found.eigenvectors, order, size);
  const sorted = (values: Float64Array) => Float64Array.from(order, (from) => values[from]);
  const count = order.length;
  const along = new Float64Array(count);
  for (let i = 0; i < count; i++) for (let j = 0; j < size; j++) along[i] += vectors[i * size + j] * gradient[j];

  const { nodes, weights } = found.density;
  const shape = [count];
  writeSafetensors(
    runPath(directory, RUN_FILES.spectrum),
    {
      eigenvalues: { shape, data: sorted(found.eigenvalues) },
      eigenvectors: { shape: [count, size], data: vectors },
      residuals: { shape, data: sorted(found.residuals) },
      residual_over_gap: { shape, data: sorted(found.residualOverGap) },
      gradient: { shape, data: along },
      density_eigenvalues: { shape: [nodes.length], data: nodes },
      density_weights: { shape: [nodes.length], data: weights },
    },
    { ...found.report },
  );
  if (written.isDue(AT_THE_END)) written.save({});
  return vectors;
}

/** Rows [k, d] in another order; themselves where that is theirs already: they are too large to copy for nothing. */
function rowsInOrder(rows: Float32Array, order: readonly number[], size: number): Float32Array {
  if (order.every((from, row) => from === row)) return rows;
  const sorted = new Float32Array(rows.length);
  order.forEach((from, row) => sorted.set(rows.subarray(from * size, (from + 1) * size), row * size));
  return sorted;
}
