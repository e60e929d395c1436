/** Taking jobs back. */
import { RunError } from '../../../errors.ts';
import { onCluster, type JobId } from './submit.ts';
import { ask, complaint, type Surroundings } from './tool.ts';

/**
 * Cancels a job, all tasks of an array. One that has ended stays as it is.
 *
 * @throws ConfigurationError where there is no scancel; RunError where SLURM refuses
 */
export async function cancel(job: JobId, surroundings?: Surroundings): Promise<void> {
  const said = await ask('scancel', [...onCluster(job), job.id], surroundings);
  if (said.code !== 0) throw new RunError(`scancel refuses job ${job.id}: ${complaint(said)}`);
}
