/** The window's path in the coordinates of the eigendirections. */
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { createSafetensors } from '../../store/safetensors.ts';
import { mostExact } from '../../tensor/backend.ts';
import { openProjection } from '../../tensor/projection.ts';
import type { Context } from '../context.ts';
import { blockRows, readTrajectory } from '../trajectory.ts';
import type { Workbench } from '../workbench.ts';

/** θ − θ̄ and v along the directions after every update [K, k], subtracted and summed in float64. */
export async function projectWindow(
  { directory, experiment, voice }: Context,
  { problem, batchesPerEpoch }: Workbench,
  mean: Float64Array,
  directions: Float32Array,
  count: number,
): Promise<void> {
  const { size, backend } = problem;
  const updates = experiment.record.epochs * batchesPerEpoch;
  const projection = openProjection(mostExact(backend), directions, count, size);
  const shape = [updates, count];
  const file = createSafetensors(runPath(directory, RUN_FILES.projections), {
    theta: { dtype: 'F32', shape },
    velocity: { dtype: 'F32', shape },
  });
  const report = voice.begin('projections');
  try {
    for (const { first, rows, theta, velocity } of readTrajectory(directory, updates, size, blockRows(size))) {
      const centred = new Float64Array(rows * size);
      for (let at = 0; at < centred.length; at++) centred[at] = theta[at] - mean[at % size];
      file.writeRows('theta', first, Float32Array.from(projection.project(centred, rows)));
      file.writeRows('velocity', first, Float32Array.from(projection.project(velocity, rows)));
      await report(first + rows, updates);
    }
    file.finish();
  } finally {
    file.abort();
    projection.dispose();
  }
}
