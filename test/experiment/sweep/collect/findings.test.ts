/** What is collected of runs whose truth is known: scales, plateaus, flatness, samplers, and what is said of them. */
import { describe, expect, it, test } from 'vitest';
import { measuredScale } from '../../../../src/experiment/sweep/collect/crossover.ts';
import { curveCache, exactCurve } from '../../../../src/experiment/sweep/collect/exact-curve.ts';
import { measuredPlateau } from '../../../../src/experiment/sweep/collect/plateau.ts';
import { samplerRatios } from '../../../../src/experiment/sweep/collect/samplers.ts';
import {
  findingsOf,
  isBalanced,
  replicasOf,
  settingSummary,
} from '../../../../src/experiment/sweep/collect/settings.ts';
import { headlineOf, lackOfSeeds } from '../../../../src/experiment/sweep/collect/words.ts';
import { independentWeightVariance, windowPredictor } from '../../../../src/theory/index.ts';
import { replicas, syntheticRun } from './synthetic-runs.ts';

const curveOf = curveCache();

test('the curve that is looked up is the exact one', () => {
  const { window } = syntheticRun();
  const curve = exactCurve(window);
  const predict = windowPredictor({ ...window, start: 'stationary' });
  const { learningRate, momentum, batchesPerEpoch, crossover } = window;
  for (const part of [1.7e-4, 0.0113, 0.1, 0.77, 1, 2.9, 13]) {
    const eigenvalue = part * crossover;
    const white = independentWeightVariance({ learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance: 1 });
    expect(curve.at(eigenvalue) / (predict(eigenvalue).thetaVariance / white)).toBeCloseTo(1, 3);
  }
  // Beyond the limit of stability there is nothing: as at the end.
  expect(curve.at(1e9)).toBe(curve.at(curve.eigenvalues.at(-1)!));
  expect(curveOf(window)).toBe(curveOf({ ...window }));
});

describe('the crossover', () => {
  it.each([
    ['reshuffle', 0.8],
    ['reshuffle', 1.25],
    ['shuffle-once', 1],
  ] as const)('of %s is found at %d of where theory has it', (sampler, scale) => {
    const found = measuredScale([syntheticRun({ sampler, scale, seed: 3 })], curveOf, 'sampler')!;
    expect(found.scale.from).toBe('directions');
    expect(found.scale.low!).toBeLessThan(scale);
    expect(found.scale.high!).toBeGreaterThan(scale);
    expect(found.scale.high! / found.scale.low!).toBeLessThan(1.5);
    expect(found.reducedChiSquare).toBeGreaterThan(0.7);
    expect(found.reducedChiSquare).toBeLessThan(1.4);
  });

  it('has an interval over seeds where there are three', () => {
    const found = measuredScale(replicas(5, { scale: 1.1 }), curveOf, 'sampler')!;
    expect(found.scale.from).toBe('seeds');
    expect(found.scale.low!).toBeLessThan(1.1);
    expect(found.scale.high!).toBeGreaterThan(1.1);
  });

  it('is one of settings whose crossovers lie a factor of ten apart', () => {
    const wishes = [{ learningRate: 0.1 }, { learningRate: 0.05, momentum: 0.8 }, { batchesPerEpoch: 200 }];
    const runs = wishes.flatMap((wish) => replicas(3, { ...wish, scale: 0.9 }));
    const found = measuredScale(runs, curveOf, 'sampler')!;
    expect(found.scale.from).toBe('seeds');
    expect(Math.abs(found.scale.value / 0.9 - 1)).toBeLessThan(0.06);
  });

  it('is shifted by a fluctuating curvature, and not where that is accounted for', () => {
    const runs = replicas(4, { share: 0.03 });
    const [own, two] = [measuredScale(runs, curveOf, 'sampler')!, measuredScale(runs, curveOf, 'two-component')!];
    expect(own.scale.high!).toBeLessThan(0.95);
    expect(two.scale.low!).toBeLessThan(1);
    expect(two.scale.high!).toBeGreaterThan(1);
  });

  it('independent batches have none, and one order for all epochs none with two components', () => {
    expect(measuredScale([syntheticRun({ sampler: 'with-replacement' })], curveOf, 'sampler')).toBeNull();
    expect(measuredScale([syntheticRun({ sampler: 'shuffle-once' })], curveOf, 'two-component')).toBeNull();
    expect(measuredScale([], curveOf, 'sampler')).toBeNull();
  });
});

describe('the plateau', () => {
  it('is the exact one, within its interval', () => {
    const plateau = measuredPlateau(replicas(4))!;
    // Of M = 20, β = 0.5: (M/3)(1+β)/(1−β) = 20.
    expect(plateau.leading).toBeCloseTo(20, 12);
    expect(plateau.limit).toBeLessThan(20);
    expect(plateau.limit / plateau.exact).toBeGreaterThan(1);
    expect(plateau.limit / plateau.exact).toBeLessThan(1.1);
    expect(plateau.ratio.from).toBe('seeds');
    expect(plateau.ratio.low!).toBeLessThan(1);
    expect(plateau.ratio.high!).toBeGreaterThan(1);
    expect(plateau.measured.value).toBeCloseTo(plateau.exact * plateau.ratio.value, 12);
  });

  it('a longer time is found as one', () => {
    const { ratio } = measuredPlateau([syntheticRun({ factor: () => 1.5 })])!;
    expect(ratio).toMatchObject({ from: 'directions' });
    expect(ratio.low!).toBeLessThan(1.5);
    expect(ratio.high!).toBeGreaterThan(1.5);
    expect(ratio.low!).toBeGreaterThan(1.2);
  });

  it('intervals of single runs hold the truth in 95 % of them', () => {
    const found = Array.from({ length: 60 }, (_, seed) => measuredPlateau([syntheticRun({ seed, directions: 60 })])!);
    const held = found.filter(({ ratio }) => ratio.low! <= 1 && ratio.high! >= 1).length;
    // Binomial: 52 or fewer of 60 have a chance of 1 %.
    expect(held).toBeGreaterThan(52);
  });

  it('is half as high with one order for all epochs, and there is none with independent batches', () => {
    expect(measuredPlateau([syntheticRun({ sampler: 'shuffle-once' })])!.leading).toBeCloseTo(10, 12);
    expect(measuredPlateau([syntheticRun({ sampler: 'with-replacement' })])).toBeNull();
    expect(measuredPlateau([syntheticRun({ directions: 8 })])).toBeNull();
  });
});

describe('in words', () => {
  const words = (runs: Parameters<typeof findingsOf>[0]) => findingsOf(runs, curveOf).verdicts.join('\n');

  it('flat is called so', () => {
    const said = words(replicas(4));
    expect(said).toMatch(/^Measured over the exact prediction is flat at 1/);
    expect(said).not.toContain('is not flat');
    expect(said).toMatch(/The crossover lies at [\d.]+ \([\d.]+ … [\d.]+\) times .* 1 is within the interval/);
  });

  it('what a fluctuating curvature explains is put down to it', () => {
    const runs = replicas(4, { share: 0.05 });
    const said = words(runs);
    expect(said).toMatch(/^Measured over the exact prediction is not flat at 1: the 95 % intervals of \d+ of \d+ bins/);
    expect(said).toMatch(
      /The noise of a fluctuating curvature \(0\.05 of the noise .* takes away \d+ % of what is off there/,
    );
    expect(said).toMatch(/With the noise of a fluctuating curvature it is flat at 1/);
    expect(headlineOf(findingsOf(runs, curveOf), runs)).toMatch(
      /^Measured over the prediction with the noise of a fluctuating curvature, the weight variance is flat/,
    );
  });

  it('runs that have no prediction of two components are named as having no part', () => {
    const runs = [...replicas(3), ...replicas(3, { sampler: 'shuffle-once' })];
    expect(headlineOf(findingsOf(runs, curveOf), runs)).toMatch(
      / 3 of 6 runs have no such prediction and no part in this \(shuffle-once\)\.$/,
    );
  });

  it('what nothing explains is put down to nothing', () => {
    const said = words(replicas(4, { factor: (x) => (x < 1 ? 1.6 : 1) }));
    expect(said).toContain('is not flat at 1');
    expect(said).not.toContain('takes away');
    expect(said).not.toContain('feel another curvature');
  });

  it('a curvature that was felt is named where it was, and where something is off', () => {
    const off = replicas(4, { factor: (x) => (x < 1 ? 1.6 : 1), felt: 0.8 });
    expect(words(off)).toMatch(/In 4 of 4 runs the weights feel another curvature there .*: 0\.80 λ along the path/);
    expect(words(replicas(4, { felt: 0.8 }))).not.toContain('feel another curvature');
    expect(words(replicas(4, { factor: () => 1.6, felt: 1.05 }))).not.toContain('feel another curvature');
  });
});

test('intervals are those of seeds only where every seed has every setting', () => {
  const at = (learningRate: number, seed: number) =>
    syntheticRun({ learningRate, seed, set: { 'sgd.learningRate': learningRate, seed }, directions: 60 });
  const whole = [0.1, 0.2].flatMap((rate) => [1, 2, 3].map((seed) => at(rate, seed)));
  expect(findingsOf(whole, curveOf).scale!.scale.from).toBe('seeds');
  expect(lackOfSeeds([{ seeds: 3 }, { seeds: 3 }], isBalanced(whole))).toBeNull();
  const apart = [at(0.1, 1), at(0.2, 2), at(0.3, 3)];
  expect(isBalanced(apart)).toBe(false);
  const found = findingsOf(apart, curveOf);
  expect([found.seeds, found.scale!.scale.from]).toEqual([3, 'directions']);
  expect(found.flatness!.bins.every(({ ratio }) => ratio.from === 'directions')).toBe(true);
  expect(lackOfSeeds([{ seeds: 1 }, { seeds: 1 }, { seeds: 1 }], false)).toMatch(/^Intervals come from the degrees/);
  expect(lackOfSeeds([{ seeds: 3 }, { seeds: 2 }], false)).toMatch(
    /^Intervals of 1 of 2 settings, and of all together,/,
  );
  expect(lackOfSeeds([{ seeds: 3 }, { seeds: 3 }], false)).toMatch(/^Not every seed has every setting/);
});

test('settings are what is equal but for the seeds, in the order of the sweep', () => {
  const runs = [0.2, 0.1].flatMap((learningRate) =>
    replicas(2, { learningRate, set: { 'sgd.learningRate': learningRate }, directions: 40 }),
  );
  const found = replicasOf([runs[0], runs[2], runs[1], runs[3]]).map((one) => settingSummary(one, curveOf));
  expect(found.map(({ label }) => label)).toEqual(['η = 0.2', 'η = 0.1']);
  expect(found.map(({ seeds }) => seeds)).toEqual([2, 2]);
  expect(found.map(({ points }) => points)).toEqual([
    ['run-1', 'run-2'],
    ['run-1', 'run-2'],
  ]);
  expect(found[0].crossoverEigenvalue).toBeCloseTo((3 * 0.5) / (0.2 * 20), 12);
});

describe('samplers', () => {
  const of = (sampler: 'reshuffle' | 'shuffle-once' | 'with-replacement', seeds = 4) =>
    replicas(seeds, { sampler, seed: sampler.length * 100, set: { 'sgd.sampler': sampler } }).map((run, i) => ({
      ...run,
      seed: String(i),
      set: { 'sgd.sampler': sampler, seed: i },
    }));

  it('are as far apart as predicted, range by range', () => {
    const found = samplerRatios([...of('reshuffle'), ...of('shuffle-once'), ...of('with-replacement')]);
    expect(found).toHaveLength(12);
    for (const { pairs, seeds, overPredicted } of found) {
      expect([pairs, seeds]).toEqual([4, 4]);
      expect(overPredicted.from).toBe('seeds');
      expect(overPredicted.value).toBeGreaterThan(0.8);
      expect(overPredicted.value).toBeLessThan(1.25);
    }
    const held = found.filter(({ overPredicted }) => overPredicted.low! <= 1 && overPredicted.high! >= 1);
    expect(held.length).toBeGreaterThanOrEqual(10);
    const at = (against: string, of: string, low: number) =>
      found.find((one) => one.against === against && one.of === of && one.low === low)!;
    // Half as much with one order for all epochs, up to momentum; far more with independent batches.
    expect(at('reshuffle', 'shuffle-once', 0.01).measured.value).toBeGreaterThan(0.3);
    expect(at('reshuffle', 'shuffle-once', 0.01).measured.value).toBeLessThan(0.5);
    expect(at('reshuffle', 'with-replacement', 0.01).measured.value).toBeGreaterThan(5);
    expect(Math.abs(at('reshuffle', 'with-replacement', 10).measured.value - 1)).toBeLessThan(0.1);
  });

  it('are paired by everything else', () => {
    const [one, other] = [of('reshuffle', 1), of('with-replacement', 1)];
    expect(samplerRatios([...one, ...other])).toHaveLength(4);
    expect(samplerRatios([...one, ...other])[0].measured.from).toBe('directions');
    const elsewhere = other.map((run) => ({ ...run, set: { ...run.set, seed: 7 } }));
    expect(samplerRatios([...one, ...elsewhere])).toEqual([]);
    const trained = other.map((run) => ({ ...run, set: { ...run.set, 'train.sampler': 'with-replacement' } }));
    expect(samplerRatios([...one, ...trained])).toHaveLength(4);
    // Each way of training with each sampler of the window: a pair is of one training.
    const trainedWith = (sampler: string) =>
      [...one, ...other].map((run) => ({ ...run, set: { ...run.set, 'train.sampler': sampler } }));
    const all = samplerRatios([...trainedWith('reshuffle'), ...trainedWith('with-replacement')]);
    expect(all.map(({ pairs }) => pairs)).toEqual([2, 2, 2, 2]);
  });
});
