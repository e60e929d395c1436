/** Trials of back ends for tests: findings as they might come, or real trials in this process. */
import type { BackendFinding, Open, Trial } from '../../../src/experiment/back-ends/try.ts';
import { notWorking, tryBackend } from '../../../src/experiment/back-ends/try.ts';
import { type Backend, openBackend, prepareBackend } from '../../../src/tensor/backend.ts';
import type { BackendName } from '../../../src/tensor/types.ts';

/** A back end whose Hessian products are all a tenth too long. */
export function withWrongProducts(backend: Backend): Backend {
  return {
    ...backend,
    linearize(...given) {
      const graph = backend.linearize(...given);
      return {
        ...graph,
        at(...statics) {
          const right = graph.at(...statics);
          const run: typeof right.run = async (...inputs) =>
            (await right.run(...inputs)).map((values) => values.map((value) => 1.1 * value));
          return { ...right, run };
        },
      };
    },
  };
}

/** @param wrong the back ends that compute wrongly */
export function tryHere(...wrong: BackendName[]): (trial: Trial) => Promise<BackendFinding> {
  const open: Open = async ({ name, threads }) => {
    await prepareBackend({ name });
    const backend = openBackend({ name, precision: 'float32', threads });
    return wrong.includes(name) ? withWrongProducts(backend) : backend;
  };
  return (trial) => tryBackend(trial, open);
}

/** Milliseconds a product by back end; null: there is nothing that it could run on; a text: why it does not work. */
export type Speeds = Readonly<Record<BackendName, number | string | null>>;

/** Trials that find what is given, and what was tried. */
export function pretend(speeds: Speeds) {
  const trials: Trial[] = [];
  const attempt = async (trial: Trial): Promise<BackendFinding> => {
    trials.push(trial);
    const { name, timed } = trial;
    const speed = speeds[name];
    if (typeof speed !== 'number') return { ...notWorking(name, speed ?? ''), absent: speed === null };
    const samples = (timed !== null && timed !== 'lenet' && timed.samples) || 1234;
    const product = timed && { weights: 31, samples, milliseconds: speed };
    return { ...notWorking(name, `${name} 1.0`), works: true, timed: product };
  };
  return { trials, attempt };
}
