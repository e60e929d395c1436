// @ts-check
/** Contestants that do the whole work once, in a fresh process each time. */
import path from 'node:path';
import { RunError } from '../dist/errors.js';
import { Contestant } from './contestant.mjs';
import { here } from './files.mjs';

/**
 * @param {string} name
 * @param {string} program
 * @param {(string | number)[]} args
 * @param {import('./contestant.mjs').Conditions} [conditions]
 */
export function racer(name, program, [script, ...args], conditions = {}) {
  return {
    name,
    conditions,
    command: /** @type {[string, string[]]} */ ([program, [here(`contestants/${script}`), ...args.map(String)]]),
    version: '',
    seconds: /** @type {number[]} */ ([]),
    peaks: /** @type {number[]} */ ([]),
    /** @type {Record<string, number>} */
    told: {},
    result: '',
    failure: '',
  };
}

/**
 * One round of one contestant.
 *
 * @param {ReturnType<typeof racer>} one
 * @param {string} folder
 * @param {string | null} result name of the file for its pairs, if they are wanted
 * @throws whatever is no failure of the contestant; one that fails is marked
 */
export async function run(one, folder, result) {
  const [program, args] = one.command;
  const contestant = new Contestant(one.name, program, args, folder, one.conditions);
  try {
    const { version } = await contestant.answer();
    const told = await contestant.ask(1);
    if (result) {
      one.result = path.join(folder, result);
      await contestant.ask(one.result);
    }
    one.version = version;
    one.seconds.push(told.seconds);
    one.peaks.push(told.peakMemoryBytes);
    one.told = told;
    process.stderr.write(`  … ${one.name}: ${told.seconds.toFixed(1)} s, ${told.products} products\n`);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    one.failure = error.message;
  }
  await contestant.end();
}

/** @param {ReturnType<typeof racer>} ours @throws RunError where this program has failed: there is nothing to compare with */
export function mustHaveRun({ name, failure }) {
  if (failure) throw new RunError(`${name} itself failed: ${failure}`);
}
