/**
 * Draws every picture from synthetic runs of all kinds. Nothing may be cut off at an edge; the rest is for the eye:
 *
 *   EPOCHNOISE_GALLERY=<folder> npx vitest run test/report/gallery.test.ts     keeps the pictures
 *   npm run docs:gallery                                                       draws those of docs/gallery.md anew
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { allFigures } from '../../src/report/all-figures.ts';
import type { ReportInput } from '../../src/report/input.ts';
import { renderPng } from '../../src/report/png.ts';
import { inputOf } from './hand-made.ts';
import { drawn, hasWhiteFrame, pixelsOf } from './pixels.ts';
import {
  syntheticCurvatures,
  syntheticDetails,
  syntheticGallery,
  syntheticInput,
  syntheticTraining,
} from './synthetic.ts';

const usual = syntheticInput();
const withCurvatures = (input: ReportInput): ReportInput => ({
  ...input,
  run: { ...input.run, curvatures: syntheticCurvatures(input.run.ranges) },
});
const shown = syntheticGallery();
const RUNS: Record<string, ReportInput> = {
  reshuffle: withCurvatures({ ...usual, ...syntheticDetails(usual) }),
  'shuffle-once': syntheticInput({ sampler: 'shuffle-once' }),
  'with-replacement': syntheticInput({ sampler: 'with-replacement' }),
  'of the gallery': shown,
  'no directions': inputOf([]),
  'one direction': syntheticInput({ directions: 1, negative: 0 }),
  'ten directions, no training epochs, regression': {
    ...syntheticInput({ directions: 10, negative: 1 }),
    title: null,
    training: syntheticTraining(0, false),
  },
  'no training epochs, no polish': { ...usual, training: syntheticTraining(0, true, 1, false) },
  'training without a polish': { ...usual, training: syntheticTraining(30, true, 1, false) },
  '5,000 directions': syntheticInput({ directions: 5000, negative: 300 }),
  'long title, short polish': {
    ...usual,
    title: 'a run with a very long name '.repeat(8).trim(),
    training: syntheticTraining(200, false),
  },
};

const folder = process.env.EPOCHNOISE_GALLERY;
/** The margin of a picture in pixels of the PNG, less a letter's overhang. */
const FRAME = 10;

test.each(Object.keys(RUNS))('%s', (name) => {
  const figures = allFigures(RUNS[name]);
  expect(figures.map((one) => one.name)).toEqual([
    'weight-variance',
    'ratio',
    'velocity-variance',
    'correlation-time',
    'noise-autocovariance',
    'noise-variance',
    'estimators',
    'curvatures',
    'curvature-ratios',
    'positions',
    'replay',
    'paths',
    'spectrum',
    'principal-components',
    ...(RUNS[name].controls ? ['controls'] : []),
    'training-curve',
  ]);
  for (const one of figures) {
    if (folder) {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, `${one.name}.png`), renderPng(one.figure));
    }
    expect(hasWhiteFrame(drawn(one.figure), FRAME), one.name).toBe(true);
  }
});

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
/** Share of the pixels that may differ by more than this in one colour: letters are not smoothed alike everywhere. */
const DIFFERING = 0.002;
const STEP = 48;

describe('docs/gallery.md', () => {
  test.each(allFigures(shown))('$name looks as it did', async ({ name, figure }) => {
    const path = join(docs, 'images', 'gallery', `${name}.png`);
    const changed = join(docs, 'images', 'gallery', `${name}-changed.png`);
    if (process.env.EPOCHNOISE_REDRAW) writeFileSync(path, renderPng(figure));
    rmSync(changed, { force: true });
    const [now, before] = [drawn(figure), await pixelsOf(readFileSync(path))];
    expect([now.width, now.height]).toEqual([before.width, before.height]);
    let differing = 0;
    for (let i = 0; i < now.data.length; i += 4)
      if ([0, 1, 2].some((part) => Math.abs(now.data[i + part] - before.data[i + part]) > STEP)) differing++;
    const share = (4 * differing) / now.data.length;
    if (share > DIFFERING) writeFileSync(changed, renderPng(figure));
    expect(share, `${changed} is what is drawn now; npm run docs:gallery where it is meant`).toBeLessThan(DIFFERING);
  });

  test('shows every picture', () => {
    const page = readFileSync(join(docs, 'gallery.md'), 'utf8');
    const named = [...page.matchAll(/images\/gallery\/([a-z-]+)\.png/g)].map(([, name]) => name);
    expect(named.toSorted()).toEqual(
      allFigures(shown)
        .map(({ name }) => name)
        .toSorted(),
    );
  });
});
