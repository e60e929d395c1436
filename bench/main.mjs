// @ts-check
/**
 * Benchmarks against peers: `npm run bench` (all) or `npm run bench -- hvp step`. Each case gives the same work to this
 * program and to its peers in processes of their own, takes turns between them in one run, checks that all got the same
 * numbers, and says how many times longer each peer took, with the spread over the rounds. `--rounds N` changes how many
 * there are. In the end, and by `npm run bench -- chart` alone, the results that are there are drawn.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { hvpCases } from './cases/hvp.mjs';
import { lanczosCase } from './cases/lanczos.mjs';
import { projectCase } from './cases/project.mjs';
import { quickstartCase } from './cases/quickstart.mjs';
import { stepCases } from './cases/step.mjs';
import { theoryCase } from './cases/theory.mjs';
import { drawChart } from './chart.mjs';
import { here } from './files.mjs';
import { machine } from './machine.mjs';
import { findPython } from './python.mjs';

/** What a case is measured by, and whether it has peers. */
const CASES = {
  hvp: { measure: hvpCases, peers: true },
  step: { measure: stepCases, peers: true },
  lanczos: { measure: lanczosCase, peers: true },
  project: { measure: projectCase, peers: true },
  quickstart: { measure: quickstartCase, peers: false },
  theory: { measure: theoryCase, peers: false },
};
const RESULTS = here('results/');
const CHART = here('../docs/images/benchmarks.png');

const { values, positionals: wanted } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
const rounds = values.rounds === undefined ? null : Number(values.rounds);
if (rounds !== null && !(Number.isInteger(rounds) && rounds > 0))
  refuse(`--rounds ${values.rounds}: expected 1 or more`);
const isChart = wanted.length === 1 && wanted[0] === 'chart';
const unknown = isChart ? [] : wanted.filter((name) => !(name in CASES));
if (unknown.length > 0) refuse(`unknown case ${unknown.join(', ')}; known: ${Object.keys(CASES).join(', ')}, chart`);

if (!isChart) {
  const chosen = Object.entries(CASES).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const python = chosen.some(([, { peers }]) => peers) ? await findPython() : null;
  for (const [name, { measure }] of chosen) {
    const results = await measure(python, { rounds });
    fs.mkdirSync(RESULTS, { recursive: true });
    const content = { case: name, date: new Date().toISOString().slice(0, 10), machine: machine(), results };
    fs.writeFileSync(path.join(RESULTS, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
  }
}
drawChart(RESULTS, CHART);

/** @param {string} why */
function refuse(why) {
  process.stderr.write(`bench: ${why}\n`);
  process.exit(2);
}
