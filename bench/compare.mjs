// @ts-check
/** Times contestants in turn, and holds their results against each other. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readSafetensors } from '../dist/store/safetensors.js';
import { spread, timesAsLong } from './spread.mjs';

/** Rounds; in each, every contestant works for about so long. */
const ROUNDS = 9;
const SECONDS_A_ROUND = 0.7;

/**
 * @typedef {object} Case
 * @property {string} title what the work is
 * @property {number} tolerance largest relative difference of results that counts as the same
 * @property {import('./contestant.mjs').Contestant[]} contestants this program first
 * @property {number | null} [rounds] nine unless said otherwise
 * @property {number} [unit] work is asked for in multiples of so many, one unless said otherwise: whole epochs of updates
 */

/** @param {Case} one */
export async function compare({ title, tolerance, contestants, rounds, unit = 1 }) {
  process.stdout.write(`\n${title}\n`);
  const ready = [];
  for (const contestant of contestants) {
    const hello = await contestant.answer();
    if (hello === null) process.stdout.write(`  ${contestant.name}: left out (${contestant.lastWords()})\n`);
    else ready.push({ contestant, version: hello.version, repeats: 1, times: /** @type {number[]} */ ([]) });
  }
  for (const one of ready) {
    await one.contestant.ask(unit);
    const { seconds } = await one.contestant.ask(2 * unit);
    one.repeats = unit * Math.max(1, Math.round((2 * SECONDS_A_ROUND) / seconds));
  }
  for (let round = 0; round < (rounds ?? ROUNDS); round++)
    for (const one of ready) {
      const { seconds } = await one.contestant.ask(one.repeats);
      one.times.push(seconds / one.repeats);
    }
  const results = await resultsOf(ready);
  for (const { contestant } of ready) contestant.end();
  const [ours] = ready;
  return {
    title,
    contestants: ready.map(({ contestant, version, times }, index) => {
      const ratios = times.map((time, round) => time / ours.times[round]);
      const difference = largestDifference(results[index], results[0]);
      const agrees = difference <= tolerance;
      const entry = {
        name: contestant.name,
        version,
        milliseconds: spread(times.map((time) => 1000 * time)),
        timesLonger: spread(ratios),
        relativeDifference: difference,
        agrees,
      };
      const { milliseconds: ms, timesLonger: r } = entry;
      const against =
        index === 0
          ? ''
          : `  ${timesAsLong(r)}${agrees ? '' : `  NOT THE SAME NUMBERS: ${difference.toExponential(1)}`}`;
      process.stdout.write(`  ${contestant.name.padEnd(44)} ${ms.median.toPrecision(3).padStart(7)} ms${against}\n`);
      return entry;
    }),
  };
}

/** @param {{ contestant: import('./contestant.mjs').Contestant }[]} ready */
async function resultsOf(ready) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'epochnoise-bench-'));
  try {
    const results = [];
    for (const [index, { contestant }] of ready.entries()) {
      const file = path.join(folder, `${index}.safetensors`);
      await contestant.ask(file);
      results.push(/** @type {Float32Array} */ (readSafetensors(file).tensors.result.data));
    }
    return results;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
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
