/** Whether a back end works, and how fast it is: tried in this process. */
import { DataError } from '../../errors.ts';
import { type Backend, openBackend, prepareBackend } from '../../tensor/backend.ts';
import type { BackendName } from '../../tensor/types.ts';
import { NoDevice } from '../../tensor/webgpu/adapters.ts';
import { type DeviceDescription, preparedDevice } from '../../tensor/webgpu/open.ts';
import type { Experiment } from '../schema.ts';
import { timedSelfTest } from './self-test.ts';
import { timeExperiment, type TimedProduct, timeLenet } from './timing.ts';

/** What is to be tried. Goes to another process as JSON. */
export interface Trial {
  readonly name: BackendName;
  readonly threads: number;
  /**
   * Whose Hessian product is timed, beyond the self-test: LeNet's, that of an experiment, or nobody's. LeNet is left out in
   * plain JavaScript, where it takes minutes, and has fewer samples on a device that is none.
   */
  readonly timed: 'lenet' | { readonly experiment: Experiment; readonly samples: number | null } | null;
}

/** How a back end did. */
export interface BackendFinding {
  readonly name: BackendName;
  readonly works: boolean;
  /** Whether there is nothing that it could run on: it does not work, and that is no defect. */
  readonly absent: boolean;
  /** What it calls itself, or why it does not work. */
  readonly says: string;
  /** Of back end webgpu, where there is one. */
  readonly device: DeviceDescription | null;
  /** Largest error of a Hessian product against finite differences, in units of the product. */
  readonly productError: number | null;
  /** Median time of a product of a network of 43 weights on 32 samples: what a call costs at least. */
  readonly productMilliseconds: number | null;
  /** Median time of the product that was to be timed. */
  readonly timed: TimedProduct | null;
  /** Why nothing could be timed on any back end: files of the experiment are missing or damaged. */
  readonly dataProblem?: string;
}

/** Opens a back end for a trial. */
export type Open = (trial: Pick<Trial, 'name' | 'threads'>) => Promise<Backend>;

const openPrepared: Open = async ({ name, threads }) => {
  await prepareBackend({ name });
  return openBackend({ name, precision: 'float32', threads });
};

/** Opens a back end and tries it. Never throws: what goes wrong is found. */
export async function tryBackend({ name, threads, timed }: Trial, open: Open = openPrepared): Promise<BackendFinding> {
  try {
    const backend = await open({ name, threads });
    const { error, passed, milliseconds } = await timedSelfTest(backend);
    const found = {
      ...notWorking(name, `${backend.version}: wrong derivatives`),
      device: name === 'webgpu' ? preparedDevice() : null,
      productError: error,
      productMilliseconds: milliseconds,
    };
    if (!passed) return found;
    const isSlow = name === 'cpu' || (found.device?.isSoftware ?? false);
    const product = await timeProductOf(timed, backend, isSlow);
    return { ...found, works: true, says: backend.version, timed: product };
  } catch (error) {
    const { message } = error as Error;
    const found = { ...notWorking(name, message), absent: error instanceof NoDevice };
    return error instanceof DataError ? { ...found, dataProblem: message } : found;
  }
}

async function timeProductOf(timed: Trial['timed'], backend: Backend, isSlow: boolean): Promise<TimedProduct | null> {
  if (timed === null) return null;
  if (timed === 'lenet') return backend.name === 'cpu' ? null : await timeLenet(backend, isSlow);
  const { experiment, samples } = timed;
  return await timeExperiment({ ...experiment, backend: backend.name }, samples, isSlow);
}

/** A back end that does not work. */
export const notWorking = (name: BackendName, says: string): BackendFinding => ({
  name,
  works: false,
  absent: false,
  says,
  device: null,
  productError: null,
  productMilliseconds: null,
  timed: null,
});
