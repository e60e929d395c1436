// @ts-check
/** The whole quickstart in a fresh folder, stage by stage. It has no peer: these are seconds. */
import fs from 'node:fs';
import path from 'node:path';
import { STAGE_NAMES } from '../../dist/experiment/catalogue.js';
import { here, removeFolder } from '../files.mjs';
import { outputOf } from '../processes.mjs';
import { spread } from '../spread.mjs';

const ROUNDS = 3;
const PROGRAM = here('../dist/cli/main.js');

/** @param {string | null} _python @param {{ rounds: number | null, folder: string }} options */
export async function quickstartCase(_python, { rounds, folder }) {
  const title = 'epochnoise run quickstart, from nothing';
  process.stdout.write(`\n${title}\n`);
  /** @type {number[]} */
  const seconds = [];
  /** @type {Record<string, { seconds: number, peakMemoryBytes: number }>[]} */
  const stages = [];
  for (let round = 0; round < (rounds ?? ROUNDS); round++) {
    const out = path.join(folder, `run-${round}`);
    const start = performance.now();
    await outputOf('epochnoise', process.execPath, [PROGRAM, 'run', 'quickstart', '--out', out, '--json'], folder);
    seconds.push((performance.now() - start) / 1000);
    stages.push(JSON.parse(fs.readFileSync(path.join(out, 'environment.json'), 'utf8')).stages);
    removeFolder(out);
  }
  // Stages that the experiment does not have left no trace.
  const byStage = STAGE_NAMES.filter((name) => stages[0][name]).map((name) => ({
    name,
    seconds: spread(stages.map((ofRound) => ofRound[name].seconds)),
    peakMemoryBytes: Math.max(...stages.map((ofRound) => ofRound[name].peakMemoryBytes)),
  }));
  const whole = spread(seconds);
  for (const { name, seconds: s, peakMemoryBytes } of byStage)
    process.stdout.write(`  ${name.padEnd(12)} ${inSeconds(s)}  ${(peakMemoryBytes / 1e9).toFixed(2)} GB\n`);
  process.stdout.write(`  ${'everything'.padEnd(12)} ${inSeconds(whole)}\n`);
  return [{ title, seconds: whole, stages: byStage }];
}

/** @param {ReturnType<typeof spread>} seconds */
function inSeconds({ median, low, high }) {
  return `${median.toFixed(1).padStart(6)} s (${low.toFixed(1)} … ${high.toFixed(1)})`;
}
