/**
 * The page of a sweep in a real browser: opens without a word on the console, draws all figures, passes axe-core, hands out its
 * data. EPOCHNOISE_GALLERY keeps screenshots, as for the page of a run.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderSweepPage } from '../../src/report/sweep/page.ts';
import { sweepFigures } from '../../src/report/sweep/sweep-figures.ts';
import { gridOfRuns, syntheticSweep } from '../experiment/sweep/collect/synthetic-sweep.ts';
import { browserPath, launch, missing } from './chromium.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'epochnoise-sweep-page-'));
const gallery = process.env.EPOCHNOISE_GALLERY;

describe.skipIf(!browserPath)(`the page of a sweep${missing && ` (skipped: ${missing})`}`, () => {
  let browser: Browser;
  let address: string;
  beforeAll(async () => {
    browser = await launch();
    const sweep = syntheticSweep(gridOfRuns([0.05, 0.1], [0, 0.5]), {
      title: 'learning rates and momenta',
      open: [
        { name: 'learningRate-9', state: 'failed', reason: 'the loss is no number', log: 'logs/learningRate-9.log' },
      ],
    });
    const path = join(folder, 'report.html');
    writeFileSync(path, renderSweepPage(sweep, sweepFigures(sweep)));
    address = pathToFileURL(path).href;
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: BrowserContextOptions) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(address);
    for (const figure of await page.locator('[data-figure]').all()) {
      await figure.evaluate((element: { scrollIntoView(): void }) => element.scrollIntoView());
      await figure.and(page.locator('[data-drawn]')).waitFor();
    }
    await page.evaluate('scrollTo(0, 0)');
    return { page, said };
  }

  const inked = (page: Page) =>
    page.evaluate<number[]>(`[...document.querySelectorAll('.plot canvas')].map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
      return count;
    })`);

  test.each([
    ['wide and light', { width: 1280, height: 900 }, 'light'],
    ['narrow and dark', { width: 360, height: 740 }, 'dark'],
  ] as const)('%s: figures have data, nothing is said, axe-core finds nothing', async (name, viewport, colorScheme) => {
    const { page, said } = await open({ viewport, colorScheme });
    const counts = await inked(page);
    expect(counts).toHaveLength(5);
    for (const count of counts) expect(count).toBeGreaterThan(5000);
    await page.evaluate(axe);
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      "axe.run({ resultTypes: ['violations'] })",
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(colorScheme);
    if (gallery) {
      mkdirSync(gallery, { recursive: true });
      await page.screenshot({ path: join(gallery, `sweep-${name}.png`), fullPage: true });
    }
    expect(said).toEqual([]);
    await page.context().close();
  });

  test('hands out the numbers of a figure, under the name of the sweep', async () => {
    const { page } = await open({ viewport: { width: 1280, height: 900 } });
    const waiting = page.waitForEvent('download');
    await page.click('[data-figure="crossovers"] [data-take="csv"]');
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('learning-rates-and-momenta-crossovers.csv');
    const lines = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines[0]).toBe('run,series,direction,x,y,low,high');
    expect(lines.filter((line) => line.includes('"η = 0.05, β = 0.5"'))).toHaveLength(1);
    await page.context().close();
  });
});
