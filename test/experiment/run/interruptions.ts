/** A small experiment, and where it may be interrupted: at every piece of work that is gone on with. */
import { quiet, tiny } from './tiny.ts';

/** 25 batches an epoch: calls of 10, 10 and 5 updates, so that the run may end within an epoch. */
const SETTINGS = {
  train: { epochs: 4, initialLearningRate: 0.1, decayPerEpoch: 0.9 },
  sgd: { batchSize: 16, learningRate: 0.1 },
  spectrum: { eigenpairs: 12 },
  controls: { run: 'frozen' },
};
export const settings = (more: Record<string, unknown> = {}) => tiny({ ...SETTINGS, ...more });

/** Work, and at which of its reports the run ends, two or more into it. */
export const INTERRUPTIONS: [title: string, at: number][] = [
  ['training', 4],
  ['polish', 30],
  ['largest curvature', 2],
  ['trace of the Hessian', 11],
  ['burn-in', 2],
  ['burn-in', 3],
  ['window', 2],
  ['window', 3],
  ['window', 6],
  ['projections', 1],
  ['noise variance', 5],
  ['noise of the fluctuating curvature', 60],
  ["the window's batches at its mean", 50],
  ['autocovariance at the mean', 2],
  ['autocovariance along the trajectory', 3],
  ['loss at states of the window', 70],
  ['frozen noise', 60],
];
/** What comes before the window or does not read it is the same work however the window is kept. */
export const TOUCHES_WINDOW = /^(burn-in|window|projections|autocovariance along|loss)/;
/** These count what is done in all; the others begin to count anew, or count what is done between two saves. */
export const COUNTING = /^(training|burn-in|window|noise variance|autocovariance|loss|frozen)/;

/** Ends the run at a report. */
export function interrupting(title: string, at: number) {
  const voice = {
    ...quiet,
    /** The count of each piece of work at its first report. */
    first: new Map<string, number>(),
    /** The count at the report that ended the run. */
    last: NaN,
    begin(begun: string) {
      let reports = 0;
      return async (done: number) => {
        if (!voice.first.has(begun)) voice.first.set(begun, done);
        if (begun !== title || ++reports !== at) return;
        voice.last = done;
        throw new Error(`${title}, report ${at}`);
      };
    },
  };
  return voice;
}
