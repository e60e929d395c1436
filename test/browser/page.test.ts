/**
 * The page in a real browser: opens without a word on the console, shows data, answers to its switches, and passes axe-core.
 *
 *   EPOCHNOISE_GALLERY=<folder> npx vitest run test/browser     keeps screenshots for the eye
 *
 * How fast a page loads: npm run bench -- page.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PageInput } from '../../src/report/page/page.ts';
import { renderPage } from '../../src/report/page/page.ts';
import { syntheticPageRun as run } from '../report/synthetic-page.ts';
import { browserPath, launch, missing } from './chromium.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'epochnoise-page-'));
const gallery = process.env.EPOCHNOISE_GALLERY;

const write = (name: string, runs: readonly PageInput[]): string => {
  const path = join(folder, `${name}.html`);
  writeFileSync(path, renderPage(runs));
  return pathToFileURL(path).href;
};

describe.skipIf(!browserPath)(`the page${missing && ` (skipped: ${missing})`}`, () => {
  let browser: Browser;
  let usual: string;
  let sideBySide: string;
  let longTitles: string;
  beforeAll(async () => {
    browser = await launch();
    usual = write('usual', [run()]);
    sideBySide = write('side-by-side', [
      run({ title: 'reshuffled' }),
      run({ title: 'drawn', sampler: 'with-replacement' }),
    ]);
    const long = (end: string) =>
      run({ title: `a regression of a student on its teacher, tanh network 20-40-1 ${end}` });
    longTitles = write('long-titles', [
      long('at a high learning rate'),
      long('at_a_learning_rate_that_is_quite_a_bit_lower'),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page; whatever it says on the console is a failure. */
  async function open(address: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) said.push(`asks for ${request.url()}`);
    });
    await page.goto(address);
    return { page, said, close: () => context.close() };
  }

  /** Scrolls through the page, so that every figure is drawn, or those of these names. */
  async function scrollThrough(page: Page, ...names: string[]): Promise<void> {
    const wanted = names.length === 0 ? '[data-figure]' : names.map((name) => `[data-figure="${name}"]`).join();
    for (const figure of await page.locator(wanted).all()) {
      await figure.evaluate((element: { scrollIntoView(): void }) => element.scrollIntoView());
      await figure.and(page.locator('[data-drawn]')).waitFor();
    }
    await page.evaluate('scrollTo(0, 0)');
    await settled(page);
  }

  /** Two frames later: what was asked for is drawn. */
  const settled = (page: Page) =>
    page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');

  /** Until a picture is the same for ten frames: events of the pointer may reach a busy browser late. */
  const still = (page: Page, selector: string) =>
    page.evaluate(`(async () => {
      const canvas = document.querySelector(${JSON.stringify(selector)});
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let same = 0, last = ''; same < 10; await frame()) {
        const now = canvas.toDataURL();
        same = now === last ? same + 1 : 0;
        last = now;
      }
    })()`);

  /** How many pixels of each canvas have been drawn on. As text: the types of a browser are not those of these tests. */
  const inked = (page: Page, selector: string) =>
    page.evaluate<number[]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((canvas) => {
      if (canvas.width === 0 || canvas.height === 0) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count++;
      return count;
    })`);

  const pixels = (page: Page, selector: string) =>
    page.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).toDataURL()`);

  /** By how many pixels something sticks out to the right. */
  const sticksOut = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');

  /** Numbers that stand on two lines. */
  const brokenNumbers = (page: Page) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('.number')]
      .filter((one) => new Set([...one.getClientRects()].map(({ top }) => Math.round(top))).size > 1)
      .map((one) => one.textContent)`);

  /** Picks a direction by clicks on a figure, from its right end on. @returns where the point was */
  async function pickAPoint(page: Page, selector: string) {
    const canvas = page.locator(selector).first();
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    // A click reaches more than 11 pixels far.
    for (let x = box.width - 20; x > box.width / 4; x -= 14)
      for (let y = 40; y < box.height - 60; y += 14) {
        await page.mouse.click(box.x + x, box.y + y);
        if ((await page.inputValue('#picked')) !== '') return { x, y };
      }
    throw new Error('no point was hit');
  }

  /** Takes a file that the page offers. */
  async function take(page: Page, figure: string, what: 'csv' | 'png') {
    const waiting = page.waitForEvent('download');
    await page.click(`[data-figure="${figure}"] [data-take="${what}"]`);
    const download = await waiting;
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  }

  async function keep(page: Page, name: string): Promise<void> {
    if (!gallery) return;
    mkdirSync(gallery, { recursive: true });
    await page.screenshot({ path: join(gallery, `${name}.png`), fullPage: true });
  }

  async function violations(page: Page): Promise<string[]> {
    await page.evaluate(axe);
    const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      "axe.run({ resultTypes: ['violations'] })",
    );
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }

  test.each([
    ['wide and light', { width: 1280, height: 900 }, 'light'],
    ['wide and dark', { width: 1280, height: 900 }, 'dark'],
    ['narrow and light', { width: 360, height: 740 }, 'light'],
    ['narrow and dark', { width: 360, height: 740 }, 'dark'],
  ] as const)(
    '%s: every figure has data, nothing is said, axe-core finds nothing',
    async (name, viewport, colorScheme) => {
      const { page, said, close } = await open(usual, { viewport, colorScheme });
      await scrollThrough(page);
      const counts = await inked(page, '.plot canvas');
      expect(counts).toHaveLength(16);
      for (const count of counts) expect(count).toBeGreaterThan(5000);
      await page.fill('#picked', '7');
      await page.press('#picked', 'Enter');
      for (const count of await inked(page, '.direction .plots .canvas canvas')) expect(count).toBeGreaterThan(5000);
      expect(await violations(page)).toEqual([]);
      expect(await sticksOut(page)).toBeLessThanOrEqual(0);
      expect(await brokenNumbers(page)).toEqual([]);
      await keep(page, name);
      expect(said).toEqual([]);
      await close();
    },
  );

  test('figures are drawn when they come into sight', async () => {
    const { page, close } = await open(usual);
    await page.locator('[data-figure="weight-variance"][data-drawn]').waitFor();
    const before = await inked(page, '.plot canvas');
    expect(before[0]).toBeGreaterThan(0);
    expect(before.at(-1)).toBe(0);
    await close();
  });

  test('a theory is switched off in all figures, and on again', async () => {
    const { page, close } = await open(usual);
    await scrollThrough(page, 'weight-variance', 'ratio');
    const selectors = ['weight-variance', 'ratio'].map((name) => `[data-figure="${name}"] .plot canvas`);
    const all = await Promise.all(selectors.map((selector) => pixels(page, selector)));
    await page.uncheck('[data-role="white-theory"]');
    const without = await Promise.all(selectors.map((selector) => pixels(page, selector)));
    without.forEach((picture, i) => expect(picture).not.toBe(all[i]));
    await page.check('[data-role="white-theory"]');
    const again = await Promise.all(selectors.map((selector) => pixels(page, selector)));
    expect(again).toEqual(all);
    await close();
  });

  test('one series is switched off in its figure alone', async () => {
    const { page, close } = await open(usual);
    await scrollThrough(page, 'estimators', 'ratio');
    const [estimators, ratio] = ['estimators', 'ratio'].map((name) => `[data-figure="${name}"] .plot canvas`);
    const before = [await pixels(page, estimators), await pixels(page, ratio)];
    // By keyboard: the bar at the top may lie over the box.
    await page.locator('[data-figure="estimators"] .legend input').first().focus();
    await page.keyboard.press('Space');
    await settled(page);
    expect(await pixels(page, estimators)).not.toBe(before[0]);
    expect(await pixels(page, ratio)).toBe(before[1]);
    await close();
  });

  test('a click on a point picks its direction everywhere', async () => {
    const { page, said, close } = await open(usual);
    await scrollThrough(page, 'weight-variance', 'spectrum');
    const spectrum = '[data-figure="spectrum"] .plot canvas';
    const unmarked = await pixels(page, spectrum);
    // The stiffest direction: the only point of the figure of its kind, far to the right of all others.
    await pickAPoint(page, '[data-figure="weight-variance"] .plot canvas');
    expect(await page.textContent('#picked-words')).toMatch(/^direction \d+: λ = .* λ×, stiff$/);
    expect(await pixels(page, spectrum)).not.toBe(unmarked);
    await page.click('#unpick');
    expect(await pixels(page, spectrum)).toBe(unmarked);
    expect(said).toEqual([]);
    await close();
  });

  test.each([1280, 390])('what is picked is told where the reader is, %i pixels wide', async (width) => {
    const { page, close } = await open(usual, { viewport: { width, height: 844 } });
    await scrollThrough(page, 'weight-variance');
    const strip = page.locator('.strip');
    expect(await strip.isVisible()).toBe(false);
    await pickAPoint(page, '[data-figure="weight-variance"] .plot canvas');
    expect(await strip.isVisible()).toBe(true);
    const picked = await page.inputValue('#picked');
    expect(await strip.textContent()).toMatch(
      new RegExp(`^\\s*direction ${picked}: λ = .* λ×, stiff, measured .*, [\\d.]+ × epoch theory`),
    );
    const { height } = (await strip.boundingBox())!;
    expect(height).toBeLessThan(844 / 7);
    expect(await violations(page)).toEqual([]);
    await keep(page, `picked ${width}`);
    // The next one by keyboard, and on to the panel, which says itself what the strip says.
    await page.focus('.strip [data-step="1"]');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#picked')).toBe(String(Number(picked) + 1));
    await page.focus('.strip a');
    await page.keyboard.press('Enter');
    await strip.waitFor({ state: 'hidden' });
    expect(await page.locator('.direction .numbers').isVisible()).toBe(true);
    await page.evaluate('scrollTo(0, 0)');
    await strip.waitFor({ state: 'visible' });
    await page.click('.strip [data-step="none"]');
    expect(await strip.isVisible()).toBe(false);
    expect(await page.inputValue('#picked')).toBe('');
    await close();
  });

  test('by keyboard: stiffer, flatter, and the numbers of the direction', async () => {
    const { page, close } = await open(usual);
    await page.focus('#flatter');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#picked')).toBe('0');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#picked')).toBe('1');
    await page.focus('#stiffer');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#picked')).toBe('0');
    const { input } = run();
    const shown = await page.textContent('.numbers tr:has(th:text-is("measured")) td');
    expect(
      Number(
        shown!
          .split(' ')[0]
          .replace('×10⁻', 'e-')
          .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, (d) => String('⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(d))),
      ),
    ).toBeCloseTo(input.directions.theta_variance[0], 8);
    await close();
  });

  test('beyond the last direction is the last', async () => {
    const { page, close } = await open(usual);
    await page.fill('#picked', '100000');
    await page.press('#picked', 'Enter');
    expect(await page.inputValue('#picked')).toBe(String(run().input.directions.eigenvalue.length - 1));
    await close();
  });

  test.each([1280, 390])('what is below the pointer is told beside it, %i pixels wide', async (width) => {
    const { page, close } = await open(usual, { viewport: { width, height: 844 } });
    await scrollThrough(page, 'weight-variance');
    const selector = '[data-figure="weight-variance"] .plot canvas';
    await pickAPoint(page, selector);
    const canvas = page.locator(selector);
    const box = (await canvas.boundingBox())!;
    const read = `(() => {
      const canvas = document.querySelector(${JSON.stringify(selector)});
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    })()`;
    /** What has changed, but for what is near a place: a point below the pointer is lit up. */
    const difference = (x = -100, y = -100) =>
      page.evaluate<{ left: number; right: number; top: number; bottom: number }>(`(() => {
      const { data, width, height } = ${read};
      const found = { left: width, right: -1, top: height, bottom: -1 };
      for (let i = 0; i < data.length; i += 4) {
        if ([0, 1, 2, 3].every((k) => data[i + k] === window.before.data[i + k])) continue;
        const [x, y] = [(i / 4) % width, Math.floor(i / 4 / width)];
        if (Math.hypot(x - ${x}, y - ${y}) < 12) continue;
        found.left = Math.min(found.left, x);
        found.right = Math.max(found.right, x);
        found.top = Math.min(found.top, y);
        found.bottom = Math.max(found.bottom, y);
      }
      return found;
    })()`);
    await page.mouse.move(box.x + box.width / 2, box.y - 5);
    await still(page, selector);
    await page.evaluate(`window.before = ${read}`);
    // The ring about the point goes when none is picked: its middle is the point.
    await page.keyboard.press('Escape');
    await still(page, selector);
    const ring = await difference();
    const [x, y] = [(ring.left + ring.right) / 2, (ring.top + ring.bottom) / 2];
    await page.evaluate(`window.before = ${read}`);
    // A pointer reaches as far as a click does.
    await page.mouse.move(box.x + x + 8, box.y + y + 8);
    await still(page, selector);
    expect(await canvas.evaluate((one) => (one as unknown as { style: { cursor: string } }).style.cursor)).toBe(
      'pointer',
    );
    const told = await difference(x, y);
    expect(told.right).toBeGreaterThan(told.left);
    // Small, and clear of the ring about the point: that is 8 pixels wide.
    expect(told.right - told.left).toBeLessThan(220);
    expect(told.bottom - told.top).toBeLessThan(90);
    const isClear = told.bottom < y - 3 || told.top > y + 3 || told.right < x - 3 || told.left > x + 3;
    expect(isClear, JSON.stringify({ told, x, y })).toBe(true);
    await close();
  });

  test('narrow: the bar scrolls away, wide tables show that they go on, labels of axes are whole', async () => {
    const { page, close } = await open(usual, { viewport: { width: 390, height: 844 } });
    await scrollThrough(page);
    expect(await page.evaluate('getComputedStyle(document.querySelector(".bar")).position')).toBe('static');
    const table = page.locator('.wide').first();
    expect(await table.getAttribute('data-more')).toBe('end');
    await table.evaluate((element: { scrollLeft: number }) => (element.scrollLeft = 1e4));
    await settled(page);
    expect(await table.getAttribute('data-more')).toBe('start');
    const { width } = (await page.locator('.wide caption span').first().boundingBox())!;
    expect(width).toBeLessThan(390);
    // A label that is cut off has ink on the edge at which it is cut: above and below, where vertical labels stand.
    const cut = await page.evaluate<string[]>(`[...document.querySelectorAll('.plot canvas')].filter((canvas) => {
      const context = canvas.getContext('2d');
      return [0, canvas.height - 1].some((row) => context.getImageData(0, row, 22, 1).data.some((value) => value > 0));
    }).map((canvas) => canvas.closest('figure').dataset.figure)`);
    expect(cut).toEqual([]);
    await close();
  });

  test('wide: the bar stays, on one line', async () => {
    const { page, close } = await open(usual);
    await page.locator('[data-figure="spectrum"]').scrollIntoViewIfNeeded();
    const { y, height } = (await page.locator('.bar').boundingBox())!;
    expect(y).toBe(0);
    expect(height).toBeLessThan(60);
    await close();
  });

  test('the theme can be chosen, and figures follow', async () => {
    const { page, close } = await open(usual, { colorScheme: 'light' });
    const selector = '[data-figure="weight-variance"] .plot canvas';
    await page.locator('[data-figure="weight-variance"][data-drawn]').waitFor();
    await settled(page);
    const lightPicture = await pixels(page, selector);
    await page.selectOption('#theme', 'dark');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(20, 23, 26)');
    expect(await pixels(page, selector)).not.toBe(lightPicture);
    await close();
  });

  test('data and pictures can be taken', async () => {
    const { page, close } = await open(usual);
    const csv = await take(page, 'ratio', 'csv');
    expect(csv.name).toBe('a-synthetic-run-ratio.csv');
    const [header, ...lines] = csv.content.toString().trim().split('\n');
    expect(header).toBe('run,series,direction,x,y,low,high');
    expect(lines.length).toBeGreaterThan(800);
    const png = await take(page, 'ratio', 'png');
    expect(png.name).toBe('a-synthetic-run-ratio.png');
    expect(png.content.subarray(1, 4).toString()).toBe('PNG');
    // Twice 800 × 550, whatever the window; title, run, legend and footnote have ink where the page's canvas ends.
    expect([png.content.readUInt32BE(16), png.content.readUInt32BE(20)]).toEqual([1600, 1100]);
    const image = await loadImage(png.content);
    const canvas = createCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const isInked = (top: number, bottom: number) => {
      const { data } = context.getImageData(0, top, image.width, bottom - top);
      return data.some((value, i) => i % 4 === 0 && value < 128);
    };
    for (const [top, bottom] of [
      [20, 60],
      [70, 105],
      [110, 150],
      [160, 200],
      [1020, 1060],
    ])
      expect(isInked(top, bottom), `${top} … ${bottom}`).toBe(true);
    await close();
  });

  test('of runs side by side each picture is named after its run', async () => {
    const { page, close } = await open(sideBySide);
    const names: string[] = [];
    page.on('download', (download) => names.push(download.suggestedFilename()));
    await page.click('[data-figure="ratio"] [data-take="png"]');
    await vi.waitFor(() => expect(names).toHaveLength(2));
    expect(names.toSorted()).toEqual(['drawn-ratio.png', 'reshuffled-ratio.png']);
    await close();
  });

  test('legends follow the switches, and a figure in which nothing is left says so', async () => {
    const { page, close } = await open(usual);
    await scrollThrough(page, 'ratio');
    const ratio = page.locator('[data-figure="ratio"]');
    const boxes = ratio.locator('.legend input');
    const states = () =>
      boxes.evaluateAll((all) => (all as unknown as { checked: boolean }[]).map(({ checked }) => checked));
    // One that the reader has switched off stays so.
    await boxes.first().evaluate((box) => (box as unknown as { click(): void }).click());
    const before = await states();
    expect(before.filter((checked) => !checked)).toHaveLength(1);
    const switches = await page.locator('.bar [data-role]').all();
    for (const one of switches) await one.uncheck();
    expect(await states()).toEqual(before.map(() => false));
    expect(await boxes.first().isDisabled()).toBe(true);
    const middle = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('[data-figure="ratio"] .plot canvas');
        const { data } = canvas.getContext('2d').getImageData(canvas.width * 0.3, canvas.height * 0.3, canvas.width * 0.5, canvas.height * 0.4);
        let dark = 0;
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 128 && data[i] < 110) dark++;
        return dark;
      })()`);
    expect(await middle()).toBeGreaterThan(300);
    expect(await violations(page)).toEqual([]);
    for (const one of switches) await one.check();
    expect(await states()).toEqual(before);
    await close();
  });

  test('on paper everything is drawn, light', async () => {
    const { page, said, close } = await open(usual, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    for (const count of await inked(page, '.plot canvas')) expect(count).toBeGreaterThan(1000);
    // Sixteen figures, six a page, and words and tables.
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length).toBeLessThanOrEqual(7);
    if (gallery) writeFileSync(join(gallery, 'print.pdf'), pdf);
    expect(said).toEqual([]);
    await close();
  });

  test('on paper figures have one size, whatever the window, and what is folded away is open', async () => {
    const { page, close } = await open(usual, { viewport: { width: 390, height: 844 } });
    await scrollThrough(page);
    const sizes = () =>
      page.evaluate<string[]>(`[...new Set([...document.querySelectorAll('.plot canvas')].map(
        ({ style }) => style.width + ' ' + style.height))]`);
    const folded = () => page.locator('details:not([open])').count();
    const before = [await sizes(), await folded()];
    expect(await folded()).toBeGreaterThan(0);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await sizes()).toEqual(['480px 280px']);
    expect(await folded()).toBe(0);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    await settled(page);
    expect([await sizes(), await folded()]).toEqual(before);
    await close();
  });

  test.each([1280, 390])('long titles side by side stick out nowhere, %i pixels wide', async (width) => {
    const { page, said, close } = await open(longTitles, { viewport: { width, height: 844 } });
    await scrollThrough(page);
    expect(await sticksOut(page)).toBeLessThanOrEqual(0);
    expect(await brokenNumbers(page)).toEqual([]);
    // The first window has numbers in it.
    const { y } = (await page.locator('.comparison td').first().boundingBox())!;
    expect(y).toBeLessThan(844);
    await page.fill('#picked', '3');
    await page.press('#picked', 'Enter');
    expect(await sticksOut(page)).toBeLessThanOrEqual(0);
    // Those below are wide.
    if (width === 390) expect(await violations(page)).toEqual([]);
    await keep(page, `long titles ${width}`);
    expect(said).toEqual([]);
    await close();
  });

  test('runs side by side: every figure twice, one picked at a time', async () => {
    const { page, said, close } = await open(sideBySide);
    await scrollThrough(page);
    for (const count of await inked(page, '.plot[data-run] canvas')) expect(count).toBeGreaterThan(3000);
    await page.selectOption('#picked-run', '1');
    await page.fill('#picked', '3');
    await page.press('#picked', 'Enter');
    expect(await page.textContent('#picked-words')).toMatch(/^direction 3 of drawn: λ = /);
    expect(await violations(page)).toEqual([]);
    await keep(page, 'side by side');
    expect(said).toEqual([]);
    await close();
  });

  test('five thousand directions', async () => {
    const many = run({ directions: 5000, negative: 300 });
    const address = write('many', [many]);
    // What a browser has to read: it would be four times as long with numbers as text.
    expect(statSync(fileURLToPath(address)).size).toBeLessThan(12e6);
    const { page, said, close } = await open(address);
    await scrollThrough(page);
    for (const count of await inked(page, '.plot canvas')) expect(count).toBeGreaterThan(5000);
    // Every direction that is compared is a point.
    const { regime, theta_variance } = many.input.directions;
    const compared = Array.from(regime).filter((one, i) => /stiff|suppressed/.test(one) && theta_variance[i] > 0);
    const { content } = await take(page, 'weight-variance', 'csv');
    const points = content.toString().match(/^0,"measured, 95 % interval",/gm)!;
    expect(points).toHaveLength(compared.length);
    await page.fill('#picked', '4000');
    await page.press('#picked', 'Enter');
    for (const count of await inked(page, '.direction .plots .canvas canvas')) expect(count).toBeGreaterThan(5000);
    // Escape picks none.
    await page.keyboard.press('Escape');
    expect(await page.inputValue('#picked')).toBe('');
    expect(said).toEqual([]);
    await close();
  });
});
