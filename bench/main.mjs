// @ts-check
/**
 * Benchmarks against peers: `npm run bench` (all) or `npm run bench -- hvp step`. Each case gives the same work to this
 * program and to its peers in processes of their own, takes turns between them in one run, checks that all got the same
 * numbers, and says how many times longer each peer took, with the spread over the rounds.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hvpCases } from './cases/hvp.mjs';
import { stepCases } from './cases/step.mjs';
import { compare } from './compare.mjs';
import { machine } from './machine.mjs';
import { findPython } from './python.mjs';

const CASES = { hvp: hvpCases, step: stepCases };
const RESULTS = fileURLToPath(new URL('./results/', import.meta.url));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in CASES));
if (unknown.length > 0) {
  process.stderr.write(`bench: unknown case ${unknown.join(', ')}; known: ${Object.keys(CASES).join(', ')}\n`);
  process.exit(2);
}
const python = await findPython();
for (const [name, makeCases] of Object.entries(CASES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const results = [];
  for (const one of await makeCases(python)) results.push(await compare(one));
  fs.mkdirSync(RESULTS, { recursive: true });
  const content = { case: name, date: new Date().toISOString().slice(0, 10), machine: machine(), results };
  fs.writeFileSync(path.join(RESULTS, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`);
}
