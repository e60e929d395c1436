// @ts-check
/** The page of a run of 5,000 directions in a browser: until it is loaded, and until its first figure is there. No peer: seconds. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { RunError } from '../../dist/errors.js';
import { renderPage } from '../../dist/report/page/page.js';
import { launch, missing } from '../../test/browser/chromium.mjs';
import { here } from '../files.mjs';
import { spread } from '../spread.mjs';

const ROUNDS = 9;
const DIRECTIONS = 5000;
const NEGATIVE = 300;
const FIRST = '[data-figure="weight-variance"][data-drawn]';

/** @param {string | null} _python @param {{ rounds: number | null, folder: string }} options */
export async function pageCase(_python, { rounds, folder }) {
  if (missing) throw new RunError(`the case page needs a browser: ${missing}`);
  const title = `The page of ${DIRECTIONS} directions in a browser`;
  process.stdout.write(`\n${title}\n`);
  const file = path.join(folder, 'page.html');
  fs.writeFileSync(file, renderPage([await syntheticRun(folder)]));
  const browser = await launch();
  const version = browser.version();
  /** @type {{ loaded: number, drawn: number }[]} */
  const seconds = [];
  for (let round = 0; round < (rounds ?? ROUNDS); round++) {
    // Nothing that an earlier round has read is at hand.
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    const drawn = await page.waitForFunction(`document.querySelector(${JSON.stringify(FIRST)}) && performance.now()`);
    const loaded = await page.evaluate('performance.getEntriesByType("navigation")[0].loadEventEnd');
    seconds.push({ loaded: Number(loaded) / 1000, drawn: Number(await drawn.jsonValue()) / 1000 });
    await context.close();
  }
  await browser.close();
  const result = {
    title,
    browser: `Chromium ${version}`,
    bytes: fs.statSync(file).size,
    loaded: spread(seconds.map(({ loaded }) => loaded)),
    firstFigure: spread(seconds.map(({ drawn }) => drawn)),
  };
  process.stdout.write(`  ${(result.bytes / 1e6).toFixed(1)} MB, Chromium ${version}\n`);
  process.stdout.write(
    `  loaded        ${inSeconds(result.loaded)}\n  first figure  ${inSeconds(result.firstFigure)}\n`,
  );
  return [result];
}

/** The run that the tests of the page show: their sources are TypeScript. @param {string} folder */
async function syntheticRun(folder) {
  const file = path.join(folder, 'run.mjs');
  const build = await rolldown({
    input: here('../test/report/synthetic-page.ts'),
    platform: 'node',
    logLevel: 'silent',
  });
  await build.write({ file, format: 'esm' });
  await build.close();
  const { syntheticPageRun } = await import(pathToFileURL(file).href);
  return syntheticPageRun({ directions: DIRECTIONS, negative: NEGATIVE });
}

/** @param {ReturnType<typeof spread>} seconds */
function inSeconds({ median, low, high }) {
  return `${median.toFixed(2)} s (${low.toFixed(2)} … ${high.toFixed(2)})`;
}
