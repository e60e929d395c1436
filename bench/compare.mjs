// @ts-check
/** Times contestants in turn, and holds their results against each other. */
import path from 'node:path';
import { RunError } from '../dist/errors.js';
import { readSafetensors } from '../dist/store/safetensors.js';
import { spread, threeDigits, timesAsLong } from './spread.mjs';

/** Rounds; in each, every contestant works for about so long. */
const ROUNDS = 9;
const SECONDS_A_ROUND = 0.7;

/**
 * @typedef {object} Case
 * @property {string} title what the work is
 * @property {number} tolerance largest relative difference of results that counts as the same
 * @property {import('./contestant.mjs').Contestant[]} contestants this program first
 * @property {string} folder where results go
 * @property {number | null} [rounds] nine unless said otherwise
 * @property {number} [seconds] a round and contestant, 0.7 unless said otherwise
 * @property {number} [unit] work is asked for in multiples of so many, one unless said otherwise: whole epochs of updates
 */

/** @param {Case} one @throws RunError where this program fails; a peer that does is left out */
export async function compare({
  title,
  tolerance,
  contestants,
  folder,
  rounds,
  unit = 1,
  seconds: aRound = SECONDS_A_ROUND,
}) {
  process.stdout.write(`\n${title}\n`);
  const racers = contestants.map((contestant) => ({
    contestant,
    version: '',
    repeats: unit,
    times: /** @type {number[]} */ ([]),
    result: /** @type {Float64Array} */ (new Float64Array()),
    failure: '',
  }));
  const [ours] = racers;

  /** @param {(racer: typeof ours) => Promise<void>} turn */
  async function inTurn(turn) {
    for (const racer of racers.filter(({ failure }) => !failure))
      try {
        await turn(racer);
      } catch (error) {
        if (!(error instanceof RunError)) throw error;
        racer.failure = error.message;
        if (racer === ours) throw new RunError(`${ours.contestant.name} itself failed: ${ours.failure}`);
        process.stdout.write(`  ${racer.contestant.name}: left out (${racer.failure})\n`);
      }
  }

  try {
    await inTurn(async (racer) => {
      racer.version = (await racer.contestant.answer()).version;
    });
    await inTurn(async (racer) => {
      await racer.contestant.ask(unit);
      const { seconds } = await racer.contestant.ask(2 * unit);
      racer.repeats = unit * Math.max(1, Math.round((2 * aRound) / seconds));
    });
    for (let round = 0; round < (rounds ?? ROUNDS); round++)
      await inTurn(async ({ contestant, repeats, times }) => {
        const { seconds } = await contestant.ask(repeats);
        times.push(seconds / repeats);
      });
    await inTurn(async (racer) => {
      const file = path.join(folder, `result-${racers.indexOf(racer)}.safetensors`);
      await racer.contestant.ask(file);
      racer.result = /** @type {Float64Array} */ (readSafetensors(file).tensors.result.data);
    });
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.end()));
  }

  const finished = racers.filter(({ failure }) => !failure);
  return {
    title,
    contestants: finished.map(({ contestant: { name }, version, times, result }) => {
      const difference = largestDifference(result, ours.result);
      const entry = {
        name,
        version,
        milliseconds: spread(times.map((time) => 1000 * time)),
        timesLonger: spread(times.map((time, round) => time / ours.times[round])),
        relativeDifference: difference,
        agrees: difference <= tolerance,
      };
      const { milliseconds, timesLonger, agrees } = entry;
      const against = result === ours.result ? '' : `  ${timesAsLong(timesLonger)}`;
      const doubt = agrees ? '' : `  NOT THE SAME NUMBERS: ${difference.toExponential(1)}`;
      process.stdout.write(
        `  ${name.padEnd(44)} ${threeDigits(milliseconds.median).padStart(7)} ms${against}${doubt}\n`,
      );
      return entry;
    }),
  };
}

/**
 * A result, or where this program fails why there is none: it may fail at one size and not at another.
 *
 * @template T
 * @param {string} title what the work is
 * @param {() => Promise<T>} work
 * @returns {Promise<T | { title: string, failure: string }>}
 */
export async function orFailure(title, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    process.stdout.write(`  failed: ${error.message}\n`);
    return { title, failure: error.message };
  }
}

/** Relative to the largest entry of the second. @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function largestDifference(a, b) {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
  }
  return difference / scale;
}
