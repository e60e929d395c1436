// @ts-check
/**
 * Draws the pictures of docs/concepts from the theory alone: `npm run docs:pictures`, or with names only those. Some are
 * simulated, from fixed seeds: the same program draws the same bytes.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderPng } from '../dist/report/png.js';
import * as simulated from './concepts/simulated.mjs';
import * as settled from './concepts/stationary.mjs';
import * as windows from './concepts/windows.mjs';

const FOLDER = fileURLToPath(new URL('../docs/images/concepts/', import.meta.url));

/** @type {Record<string, () => import('./concepts/setting.mjs').Figure | Promise<import('./concepts/setting.mjs').Figure>>} */
const PICTURES = {
  'noise-autocovariance': settled.noiseAutocovariance,
  crossover: settled.crossover,
  'correlation-time': settled.correlationTime,
  'leading-order': settled.leadingOrder,
  positions: settled.positions,
  'shuffle-once': settled.shuffleOnce,
  'once-over-reshuffled': settled.onceOverReshuffled,
  'window-fakes': windows.windowFakes,
  'degrees-of-freedom': windows.degreesOfFreedom,
  interval: windows.interval,
  'two-components': windows.twoComponents,
  'within-epochs': windows.withinAgainstWhole,
  estimators: windows.estimators,
  'window-positions': windows.windowPositions,
  replay: windows.replay,
  path: simulated.path,
  coverage: simulated.coverage,
  'principal-components': simulated.principalComponents,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PICTURES));
if (unknown.length > 0) {
  process.stderr.write(`draw-concepts: unknown ${unknown.join(', ')}; known: ${Object.keys(PICTURES).join(', ')}\n`);
  process.exit(2);
}
fs.mkdirSync(FOLDER, { recursive: true });
for (const [name, draw] of Object.entries(PICTURES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const figure = await draw();
  fs.writeFileSync(path.join(FOLDER, `${name}.png`), renderPng(figure));
  process.stdout.write(`${name}.png  ${figure.title}\n`);
  if (figure.footnote) process.stdout.write(`    ${figure.footnote}\n`);
}
