/** docs/how-to/read-a-sweep.md says what the kept sweeps found. Channel: their collected.json, as the sweeps wrote them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Collected } from '../../src/report/sweep/collected.ts';
import type { Estimate } from '../../src/statistics/estimate.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/how-to/read-a-sweep.md').replace(/\s+/g, ' ');
/** Not the page itself: nobody would read it in a message. */
const says = (words: string) => expect(page.includes(words), words).toBe(true);
const collected = (name: string) => JSON.parse(read(`results/reference/${name}/collected.json`)) as Collected;
const shown = ({ value, low, high }: Estimate, digits = 3) =>
  `${value.toFixed(digits)} (${low!.toFixed(digits)} … ${high!.toFixed(digits)})`;

describe('sweep-crossover', () => {
  const { all, settings, points } = collected('sweep-crossover');
  const two = all!.flatnessTwoComponent!;
  const furthest = two.bins.reduce((a, b) =>
    Math.abs(Math.log(a.ratio.value)) > Math.abs(Math.log(b.ratio.value)) ? a : b,
  );

  it('has as many settings and points', () => {
    expect([settings.length, points.length]).toEqual([8, 24]);
  });

  it.each([
    [
      'what is too much',
      `${Math.round(100 * (Math.max(...all!.flatness!.bins.map(({ ratio }) => ratio.value)) - 1))} % too much variance`,
    ],
    ['what is taken away', /takes away (\d+ %)/.exec(all!.verdicts.join())![0]],
    [
      'bins',
      `${two.outside === 0 ? 'all' : two.tested - two.outside} ${two.tested} bins hold 1, the furthest is ${shown(furthest.ratio)}`,
    ],
    ['χ²', `χ² is ${two.chiSquare.toFixed(1)} for ${two.tested} bins (p = ${two.probability.toPrecision(2)})`],
    ['scatter', `(${two.medianAbsLog10.toFixed(3)} in log₁₀, ${two.expectedAbsLog10.toFixed(3)} expected)`],
    ['the crossover', `The crossover lies at ${shown(all!.scaleTwoComponent!.scale)} times`],
    ['the crossover of one component', `would give ${all!.scale!.scale.value.toFixed(3)}`],
    ['the plateau', plateaus()],
  ])('says %s', (_, words) => says(words));

  function plateaus(): string {
    const ratios = settings.map(({ plateau }) => plateau!.ratioTwoComponent!.value);
    const alone = settings.map(({ plateau }) => plateau!.ratio.value);
    return `is ${Math.min(...alone).toFixed(2)} to ${Math.max(...alone).toFixed(2)} times the exact one of the sampler alone, longer the larger the fluctuation of the curvature; with that it is ${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)} times`;
  }
});

it('says what sweep-samplers found', () => {
  const { samplers, settings } = collected('sweep-samplers');
  const at = (of: string, low: number) =>
    samplers.find((one) => one.of === of && one.against === 'reshuffle' && one.low === low)!;
  const [white, once] = [at('with-replacement', 0.01), at('shuffle-once', 0.01)];
  says(`${shown(white.measured, 1)} times as much`);
  says(`${shown(once.measured)} times; theory`);
  says(`has ${white.predicted.toFixed(1)} and ${once.predicted.toFixed(3)}`);
  says(`told apart: ${shown(at('with-replacement', 10).measured)} and ${shown(at('shuffle-once', 10).measured)}`);
  const [, shuffledOnce, independent] = settings;
  expect([shuffledOnce.sampler, independent.sampler]).toEqual(['shuffle-once', 'with-replacement']);
  const { tested, outside, bins } = shuffledOnce.flatness!;
  says(`${tested - outside} of ${tested} bins hold 1, with wide`);
  const flattest = [bins[0], independent.flatnessTwoComponent!.bins[0]].map(({ ratio }) => ratio.value.toFixed(2));
  says(`(${flattest[0]} where independent batches give ${flattest[1]})`);
  says(`comes out at ${shown(shuffledOnce.scale!.scale)}.`);
});

it('says what sweep-seeds found', () => {
  const { all } = collected('sweep-seeds');
  const two = all!.flatnessTwoComponent!;
  const furthest = two.bins.reduce((a, b) =>
    Math.abs(Math.log(a.ratio.value)) > Math.abs(Math.log(b.ratio.value)) ? a : b,
  );
  says(`${two.tested - two.outside} of ${two.tested} bins hold 1, the furthest is ${shown(furthest.ratio)}`);
  says(`the crossover lies at ${shown(all!.scaleTwoComponent!.scale)} times`);
});
