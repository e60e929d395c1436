/** The directions of the run that this is a control of, with their curvatures here. */
import { join } from 'node:path';
import { DataError } from '../../errors.ts';
import { median } from '../../statistics/median.ts';
import { sha256File } from '../../store/atomic.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import type { Context } from '../context.ts';
import { readMean, readSpectrum } from '../run-files.ts';
import { affordableSamples, type Workbench } from '../workbench.ts';
import { curvatureChanges, GROUPS } from './curvature-changes.ts';
import type { Directions } from './directions.ts';
import { onAllSamples } from './on-all-samples.ts';

/** Layer outputs of a product up to which every direction has its own on all samples: k of them are then cheap. */
const UNITS = 4e7;

/** How the change of curvatures from a run to its control was measured. */
export interface MovedReport {
  /** Samples of the seeded subset. */
  readonly samples: number;
  /** Half the 95 % interval of the curvature here, over the curvature, in the median direction. */
  readonly margin: number;
}

/**
 * On small networks a product on all samples for each direction. On large ones the run's curvatures, which are of all samples,
 * and what a subset says of their change; residuals are then unknown, NaN.
 *
 * @param checksum of the file they are to be in
 * @param units layer outputs of a product that is cheap
 * @throws DataError where it is another
 */
export async function sharedDirections(
  context: Pick<Context, 'directory' | 'experiment' | 'voice' | 'checkpoint'>,
  bench: Workbench,
  theta: Float64Array,
  checksum: string,
  units = UNITS,
): Promise<Directions> {
  const owner = join(context.directory, '..', '..');
  const path = runPath(owner, RUN_FILES.spectrum);
  if (sha256File(path) !== checksum)
    throw new DataError(
      `${path} does not hold the directions that this control was begun with: run the experiment it belongs to again`,
    );
  const { eigenvalues: known, eigenvectors, density, report: found } = readSpectrum(owner);
  if (eigenvectors.length !== found.wanted * bench.problem.size)
    throw new DataError(`${path} holds directions of another network: run the experiment it belongs to again`);
  const report = { ...found, shared: true };
  const affordable = affordableSamples(bench, units);
  if (affordable === bench.samples) {
    const here = await onAllSamples(context, bench, theta, eigenvectors);
    return { ...here, eigenvectors, density, report };
  }
  const samples = Math.max(1, Math.floor(affordable / GROUPS)) * GROUPS;
  const change = await curvatureChanges(
    context,
    bench,
    { from: readMean(owner).theta, to: theta },
    eigenvectors,
    samples,
  );
  const eigenvalues = known.map((value, i) => value + change.value[i]);
  const unknown = eigenvalues.map(() => NaN);
  const margin = median(Array.from(change.margin, (value, i) => value / Math.abs(eigenvalues[i])));
  return {
    eigenvalues,
    residuals: unknown,
    residualOverGap: unknown,
    eigenvectors,
    density,
    report: { ...report, moved: { samples, margin } },
  };
}
