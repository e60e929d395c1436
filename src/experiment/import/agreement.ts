/** Whether recorded updates are those that this network makes on these data: wrong science would come of any others. */
import { Disposables } from '../../disposables.ts';
import { ConfigurationError } from '../../errors.ts';
import { onBackend, type Problem, type Samples } from '../../models/problem.ts';
import { type HeavyBall, openHeavyBall } from '../../sgd/heavy-ball.ts';
import { atRest } from '../../sgd/motion.ts';
import { mostExact } from '../../tensor/backend.ts';
import { type Reals, sizeOf } from '../../tensor/types.ts';
import type { Context } from '../context.ts';
import { spreadOverWindow } from '../snapshots.ts';
import type { Workbench } from '../workbench.ts';
import { otherRates, type Rates, type Terms } from './other-rates.ts';
import { type OrderedRecording, readOpeningOf, statesOf } from './recording.ts';

/** Updates that are made again, beside the first. */
const UPDATES = 8;
/** Largest relative error of rounding a number. */
const ROUNDING = { float32: 2 ** -24, float64: 2 ** -53 } as const;
/** So many times what rounding is seen to make is left to it: another program sums in another order, by other kernels. */
const ROOM = 10;
/** Differences below this part of a batch's gradient are let pass: float32 arithmetic leaves some 1e-6, whatever a file's type. */
const SLIGHT = 1e-5;
/** From this part of a batch's gradient on nothing explains a difference but other updates. */
const WRONG = 0.05;

/** An update that was made again. */
interface Remade {
  /** Counted from 1. */
  readonly update: number;
  readonly terms: Terms;
  /** Difference of the gradients, as a part of the gradient, and the part that rounding may make. */
  readonly off: number;
  readonly limit: number;
}

const isWrong = ({ off, limit }: Remade): boolean => !(off <= Math.max(WRONG, limit));

/**
 * Makes a few updates of the window again, each from the recorded state before it, and says how well they agree.
 *
 * @throws ConfigurationError where the gradient behind one of them is not that of the network, or all of them show another
 * learning rate, momentum or weight decay
 */
export async function requireOwnUpdates(
  context: Context,
  bench: Workbench,
  recording: OrderedRecording,
  indices: Int32Array,
): Promise<void> {
  const { sgd, precision } = context.experiment;
  const remade: Remade[] = [];
  for await (const one of remadeUpdates(context, bench, recording, indices)) {
    remade.push(one);
    if (isWrong(one)) break;
  }
  const worst = remade.reduce((before, one) => (one.off / one.limit <= before.off / before.limit ? before : one));
  const { update, off, limit } = worst;
  if (off <= limit) {
    context.voice.say(
      `recorded updates made again: ${remade.length}, gradients off by at most ${percent(off)} (${percent(limit)} are left to rounding)`,
    );
    return;
  }
  const { rates, unexplained } = otherRates(
    remade.map(({ terms }) => terms),
    sgd,
  );
  const shown = unexplained <= WRONG ? shownRates(rates, sgd) : '';
  const difference = `update ${update} of ${recording.path} is not the one that this model makes from the state before: the gradient behind it is off by ${percent(off)} (${percent(limit)} are left to rounding to ${precision})`;
  if (shown) throw new ConfigurationError(`${difference}; ${shown}`);
  if (isWrong(worst))
    throw new ConfigurationError(
      `${difference}; check learning rate, momentum, weight decay, the loss, the order of the weights, and that samples are counted as in these data`,
    );
  context.voice.warn(
    `${difference}; no other learning rate, momentum or weight decay shows: arithmetic of fewer digits (TF32, mixed precision) may be all of it, other samples or another loss would be far more`,
  );
}

async function* remadeUpdates(
  { experiment: { sgd, record, precision }, voice }: Context,
  { problem, dataset: { train }, batchesPerEpoch }: Workbench,
  recording: OrderedRecording,
  indices: Int32Array,
): AsyncGenerator<Remade> {
  const { momentum, batchSize } = sgd;
  const chosen = new Set([0, ...spreadOverWindow(record.epochs, batchesPerEpoch, UPDATES)]);
  const last = Math.max(...chosen);
  const report = voice.begin('updates made again');
  const used = [...chosen].sort((a, b) => a - b);
  const samples = samplesOf(
    train,
    problem,
    used.flatMap((update) => [...indices.subarray(update * batchSize, (update + 1) * batchSize)]),
  );
  const held = new Disposables();
  try {
    const exactly = mostExact(problem.backend);
    const exact = held.add(openHeavyBall(onBackend(problem, exactly), samples, batchSize, momentum));
    const rounded = held.add(openHeavyBall(problem, samples, batchSize, momentum));
    let before = readOpeningOf(recording);
    let update = 0;
    for (const state of statesOf(recording)) {
      if (chosen.has(update)) {
        const first = used.indexOf(update) * batchSize;
        const batch = Int32Array.from({ length: batchSize }, (_, i) => first + i);
        const step = await firstStep(exact, before.theta, batch, sgd.learningRate, exactly.precision);
        // The batch from its end: sums in another order.
        const other = await firstStep(rounded, before.theta, batch.toReversed(), sgd.learningRate, precision);
        const left = state.velocity.map((value, i) => value - momentum * before.velocity[i] - step[i]);
        const [after, ahead] = recording.hasVelocity ? [state.velocity, before.velocity] : [state.theta, before.theta];
        const kept = ROUNDING[precision] * (lengthOf(after) + momentum * lengthOf(ahead));
        const summed = lengthOf(left.map((_, i) => other[i] - step[i]));
        const length = lengthOf(step);
        yield {
          update: update + 1,
          terms: { velocity: before.velocity, step, theta: before.theta, left },
          off: lengthOf(left) / length,
          limit: Math.max(SLIGHT, (ROOM * (kept + summed)) / length),
        };
        await report(update + 1, last + 1);
      }
      before = state;
      if (++update > last) break;
    }
  } finally {
    held.dispose();
  }
}

/** These samples, in this order. */
function samplesOf({ x, y }: Samples, { inputShape, outputs }: Problem, chosen: readonly number[]): Samples {
  const rows = (values: Float32Array, width: number): Float32Array => {
    const found = new Float32Array(chosen.length * width);
    chosen.forEach((sample, at) => found.set(values.subarray(sample * width, (sample + 1) * width), at * width));
    return found;
  };
  return { x: rows(x, sizeOf(inputShape)), y: rows(y, outputs), samples: chosen.length };
}

/** The velocity after one update from rest, −η times the gradient of the objective [d]. */
async function firstStep(
  heavyBall: HeavyBall,
  theta: Float64Array,
  batch: Int32Array,
  learningRate: number,
  precision: 'float32' | 'float64',
): Promise<Reals> {
  const motion = heavyBall.begin(atRest(theta, precision));
  try {
    await motion.advance(batch, learningRate);
    return (await motion.state()).velocity;
  } finally {
    motion.dispose();
  }
}

const lengthOf = (values: Reals): number => Math.sqrt((values as Float64Array).reduce((sum, one) => sum + one ** 2, 0));

const percent = (part: number): string => `${Number((100 * part).toPrecision(2))} %`;

const NAMES = { learningRate: 'learning rate', momentum: 'momentum', weightDecay: 'weight decay' } as const;

/** The other numbers in words; empty where there are none. */
function shownRates(rates: Partial<Rates>, stated: Rates): string {
  const words = (Object.keys(rates) as (keyof Rates)[]).map(
    (key) => `${NAMES[key]} ${Number(rates[key]!.toPrecision(3))} and not ${stated[key]}`,
  );
  if (words.length === 0) return '';
  const factor = rates.learningRate === undefined ? '' : ', or that the loss was scaled by as much';
  return `the updates show ${words.join(', ')}${factor}: state what was trained with, in the recording’s metadata or by --set`;
}
