/**
 * What all back ends are held against: TensorFlow at float64 on the processor. Where TensorFlow has a GPU, that is a process which
 * sees none: a card is not to be held against itself.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Experiment, runExperiment } from '../../src/experiment/index.ts';
import { nativeDevices, openBackend } from '../../src/tensor/backend.ts';
import { everyWork, type Works } from './works.ts';

/** Experiments that are run, at float64 too; the second may begin where the first has ended. */
export interface Job {
  /** Where: `minimum` and `float64` below it. */
  readonly folder: string;
  /** Up to its minimum. */
  readonly minimum: Experiment;
  /** Up to its comparison. */
  readonly float64: Experiment;
}

const SILENT = { begin: () => async () => {}, say: () => {}, warn: () => {} };
const CHILD = fileURLToPath(new URL('./float64-child.mjs', import.meta.url));

/** Does the job, and all works. @param elsewhere in a process of its own */
export async function float64OnProcessor(job: Job, elsewhere = hasGpu()): Promise<Works> {
  return await (elsewhere ? inChild(job) : float64Here(job));
}

const hasGpu = (): boolean => {
  openDouble();
  return nativeDevices().gpus > 0;
};

const openDouble = () => openBackend({ name: 'tensorflow', precision: 'float64', threads: 1, stateInSession: false });

/** In this process. @throws Error where TensorFlow computes on a GPU here */
export async function float64Here({ folder, minimum, float64 }: Job): Promise<Works> {
  const backend = openDouble();
  if (backend.isDevice) throw new Error(`float64 is to be computed on the processor, and not on ${backend.version}`);
  // State in sessions is held against it, too.
  const before = process.env.EPOCHNOISE_STATE_IN_SESSION;
  process.env.EPOCHNOISE_STATE_IN_SESSION = '0';
  try {
    await runExperiment(join(folder, 'minimum'), minimum, SILENT, { until: 'train' });
    await runExperiment(join(folder, 'float64'), float64, SILENT, { until: 'compare' });
  } finally {
    if (before === undefined) delete process.env.EPOCHNOISE_STATE_IN_SESSION;
    else process.env.EPOCHNOISE_STATE_IN_SESSION = before;
  }
  return await everyWork(backend);
}

function inChild(job: Job): Promise<Works> {
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, { env: { ...process.env, CUDA_VISIBLE_DEVICES: '-1' }, serialization: 'advanced' });
    child.on('message', (works) => {
      resolve(works as Works);
      child.kill();
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`the process that computes in float64 ended with code ${code}`)));
    child.send(job);
  });
}
