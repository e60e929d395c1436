// @ts-check
/**
 * Benchmarks against peers: `npm run bench` (all) or `npm run bench -- hvp step`. Each case gives the same work to this
 * program and to its peers in processes of their own, takes turns between them in one run, checks that all got the same
 * numbers, and says how many times longer each peer took, with the spread over the rounds.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { hvpCases } from './cases/hvp.mjs';
import { lanczosCase } from './cases/lanczos.mjs';
import { projectCase } from './cases/project.mjs';
import { stepCases } from './cases/step.mjs';
import { here } from './files.mjs';
import { machine } from './machine.mjs';
import { findPython } from './python.mjs';

/** @type {Record<string, (python: string | null, options: { rounds: number | null }) => Promise<object[]>>} */
const CASES = { hvp: hvpCases, step: stepCases, lanczos: lanczosCase, project: projectCase };
const RESULTS = here('results/');

const { values, positionals: wanted } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
const rounds = values.rounds === undefined ? null : Number(values.rounds);
if (rounds !== null && !(Number.isInteger(rounds) && rounds > 0))
  refuse(`--rounds ${values.rounds}: expected 1 or more`);
const unknown = wanted.filter((name) => !(name in CASES));
if (unknown.length > 0) refuse(`unknown case ${unknown.join(', ')}; known: ${Object.keys(CASES).join(', ')}`);

const python = await findPython();
for (const [name, measure] of Object.entries(CASES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const results = await measure(python, { rounds });
  fs.mkdirSync(RESULTS, { recursive: true });
  const content = { case: name, date: new Date().toISOString().slice(0, 10), machine: machine(), results };
  fs.writeFileSync(path.join(RESULTS, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}

/** @param {string} why */
function refuse(why) {
  process.stderr.write(`bench: ${why}\n`);
  process.exit(2);
}
