/**
 * Samplers compared by how well their runs generalise. Channels: closed forms of Student's t with two degrees of freedom,
 * signs counted by hand, simulated families, and losses of recorded states in plain loops.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../src/random.ts';
import {
  compareGeneralisation,
  type FinishedPoint,
  type MeasuredRun,
  measureRun,
} from '../../../../src/experiment/sweep/collect/generalisation.ts';
import { loadSweep } from '../../../../src/experiment/sweep/load.ts';
import { temporaryFolders } from '../../../setup/temporary.ts';
import { data, everyone, numbers, row } from '../../run/reading.ts';
import { plain, run, tiny, UPDATES, UPDATES_PER_EPOCH } from '../../run/tiny.ts';

const SAMPLERS = ['reshuffle', 'shuffle-once', 'with-replacement'] as const;

/** A run with this test accuracy and nothing else. */
const measured = (sampler: string, seed: number, testAccuracy: number | null, set: object = {}): MeasuredRun => ({
  sampler,
  seed,
  set: { 'train.sampler': sampler, 'sgd.sampler': sampler, seed, ...set },
  metrics: { testAccuracy, testLoss: null, trainLoss: null, trace: null },
});

/** Accuracies of three seeds, sampler by sampler. */
const three = (accuracies: Record<string, readonly number[]>) =>
  Object.entries(accuracies).flatMap(([sampler, values]) => values.map((value, i) => measured(sampler, i + 1, value)));

/** Student's t with two degrees of freedom. */
const t2 = (p: number) => (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)));

describe('differences of pairs', () => {
  const found = compareGeneralisation(
    three({ 'with-replacement': [0.7, 0.6, 0.5], reshuffle: [0.72, 0.64, 0.56], 'shuffle-once': [0.7, 0.6, 0.5] }),
  )!;

  it('are of every two samplers, epochs first', () => {
    expect(found.comparisons.map(({ of, against, metric, pairs }) => [of, against, metric, pairs])).toEqual([
      ['reshuffle', 'shuffle-once', 'testAccuracy', 3],
      ['reshuffle', 'with-replacement', 'testAccuracy', 3],
      ['shuffle-once', 'with-replacement', 'testAccuracy', 3],
    ]);
    expect(found.levels.map(({ sampler, runs }) => [sampler, runs])).toEqual(SAMPLERS.map((sampler) => [sampler, 3]));
    expect(found.levels[0].means.testAccuracy).toBeCloseTo(0.64, 12);
    expect(found.levels[0].means.testLoss).toBeNull();
  });

  it('have the interval of their own, and that of three at once', () => {
    const one = found.comparisons[1];
    // 0.02, 0.04, 0.06: mean 0.04, s = 0.02.
    const error = 0.02 / Math.sqrt(3);
    expect(one.differences.map((value) => value.toFixed(12))).toEqual([
      '0.020000000000',
      '0.040000000000',
      '0.060000000000',
    ]);
    expect(one.difference.low).toBeCloseTo(0.04 - t2(0.975) * error, 10);
    expect(one.difference.high).toBeCloseTo(0.04 + t2(0.975) * error, 10);
    expect(one.together.high).toBeCloseTo(0.04 + t2(1 - 0.05 / 6) * error, 9);
    expect(one.smallestVisible).toBeCloseTo((t2(0.975) + t2(0.8)) * error, 10);
    expect(one.smallestVisibleTogether).toBeCloseTo((t2(1 - 0.05 / 6) + t2(0.8)) * error, 9);
    // All three signs alike: 2 of 8. Three tests, of which one says nothing at all: 1.
    expect([one.p, one.pHolm]).toEqual([0.25, 0.75]);
    expect(found.comparisons[2]).toMatchObject({ p: 1, pHolm: 1, standardDeviation: 0, seen: false });
  });

  it('leave out what has no partner, and what was not measured', () => {
    const runs = [
      ...[0.5, 0.6].map((value, i) => measured('reshuffle', i + 1, value)),
      measured('reshuffle', 3, null),
      ...[0.5, 0.6, 0.7].map((value, i) => measured('with-replacement', i + 2, value)),
    ];
    const [one] = compareGeneralisation(runs)!.comparisons;
    expect([one.seeds, one.differences.map((value) => value.toFixed(3))]).toEqual([[2], ['0.100']]);
    // One pair says nothing of chance.
    expect(one).toMatchObject({ seen: null, p: null, pHolm: null, smallestVisible: null });
    expect(one.difference).toMatchObject({ low: null, high: null });
    expect(compareGeneralisation([measured('reshuffle', 1, 0.5), measured('with-replacement', 2, 0.5)])).toBeNull();
    expect(compareGeneralisation([])).toBeNull();
  });

  it('count runs of one seed once: they share data and weights', () => {
    const runs = SAMPLERS.slice(0, 2).flatMap((sampler, which) =>
      [1, 2].flatMap((seed) =>
        [7, 8].map((batches) => measured(sampler, seed, which * 0.1 * batches * seed, { 'sgd.seed': batches })),
      ),
    );
    const [one] = compareGeneralisation(runs)!.comparisons;
    expect(one.pairs).toBe(2);
    expect(one.differences.map((value) => value.toFixed(6))).toEqual(['-0.750000', '-1.500000']);
  });

  it('are of one setting at a time, and corrected for all of them', () => {
    const runs = [0.1, 0.2].flatMap((rate) =>
      SAMPLERS.slice(0, 2).flatMap((sampler, which) =>
        [1, 2, 3].map((seed) => measured(sampler, seed, which * rate * (seed + 1), { 'sgd.learningRate': rate })),
      ),
    );
    const { comparisons } = compareGeneralisation(runs)!;
    expect(comparisons.map(({ set, pairs }) => [set, pairs])).toEqual([
      [{ 'sgd.learningRate': 0.1 }, 3],
      [{ 'sgd.learningRate': 0.2 }, 3],
    ]);
    expect(comparisons.map(({ p, pHolm }) => [p, pHolm])).toEqual([
      [0.25, 0.5],
      [0.25, 0.5],
    ]);
  });
});

describe('verdicts', () => {
  /** Ten seeds whose differences scatter by 0.01 about a mean. */
  const about = (mean: number, metric: 'testAccuracy' | 'testLoss' = 'testAccuracy') => {
    const scatter = [-1.4, -1, -0.6, -0.4, -0.1, 0.1, 0.4, 0.6, 1, 1.4].map((value) => 0.01 * value);
    const runs = scatter.flatMap((value, i) => [
      measured('reshuffle', i, 0.5 + mean + value),
      measured('with-replacement', i, 0.5),
    ]);
    const asked = runs.map((one) => ({
      ...one,
      metrics: { ...one.metrics, testAccuracy: null, [metric]: one.metrics.testAccuracy },
    }));
    return compareGeneralisation(asked)!.verdicts;
  };

  it('say what was seen, in whose favour, and what would have been seen', () => {
    expect(about(0.02)).toMatchInlineSnapshot(`
      [
        "test accuracy, reshuffle less with-replacement: +2.00 percentage points (95 % interval +1.37 … +2.63; 10 pairs; sign flips p = 0.002): a difference was seen, reshuffle is better; one of 0.88 percentage points would have been seen four times in five",
      ]
    `);
    expect(about(-0.02)[0]).toContain('reshuffle is worse');
    expect(about(0.02, 'testLoss')[0]).toContain('reshuffle is worse');
    expect(about(-0.02, 'testLoss')[0]).toContain('reshuffle is better');
  });

  it('say as much where nothing was seen', () => {
    expect(about(0.002)).toMatchInlineSnapshot(`
      [
        "test accuracy, reshuffle less with-replacement: +0.20 percentage points (95 % interval −0.43 … +0.83; 10 pairs; sign flips p = 0.51): no difference was seen; one of 0.88 percentage points would have been seen four times in five",
      ]
    `);
  });

  it('name the number of comparisons that are made at once', () => {
    const { verdicts } = compareGeneralisation(
      three({ reshuffle: [0.72, 0.64, 0.56], 'shuffle-once': [0.7, 0.61, 0.5], 'with-replacement': [0.7, 0.6, 0.5] }),
    )!;
    expect(verdicts).toHaveLength(3);
    for (const verdict of verdicts) expect(verdict).toMatch(/for 3 comparisons at once; 3 pairs; .* after Holm/);
  });

  it('say where t and signs do not agree, and where one pair says nothing', () => {
    // Five pairs: the least p of signs is 1/16.
    const runs = [1, 2, 3, 4, 5].flatMap((seed) => [
      measured('reshuffle', seed, 0.6 + 0.001 * seed),
      measured('with-replacement', seed, 0.5),
    ]);
    expect(compareGeneralisation(runs)!.verdicts[0]).toContain('the sign flips do not see it');
    expect(compareGeneralisation(runs.slice(0, 2))!.verdicts[0]).toContain('several values of seed are needed');
  });
});

it('all intervals of a family hold the truth together 95 times in 100 or more', () => {
  const random = randomStream(1, 'test/generalisation');
  const truth: Record<string, number> = { reshuffle: 0.03, 'shuffle-once': 0.01, 'with-replacement': 0 };
  const families = 1500;
  let held = 0;
  for (let family = 0; family < families; family++) {
    const runs = Array.from({ length: 8 }, (_, seed) => {
      const shared = random.normal();
      return SAMPLERS.map((sampler) => measured(sampler, seed, shared + truth[sampler] + 0.1 * random.normal()));
    }).flat();
    const { comparisons } = compareGeneralisation(runs)!;
    const holds = comparisons.every(({ of, against, together }) => {
      const difference = truth[of] - truth[against];
      return together.low! <= difference && difference <= together.high!;
    });
    if (holds) held++;
  }
  // The three differences of three samplers know of each other, which makes them hold a little more often than that.
  expect(held / families).toBeGreaterThan(0.945);
  expect(held / families).toBeLessThan(0.985);
});

describe('a run', () => {
  const folder = temporaryFolders();

  it('is measured by the means over its window, at the ends of its epochs', async () => {
    const changes = (sampler: string, seed: number) => ({
      seed,
      precision: 'float64',
      train: { epochs: 2, initialLearningRate: 0.1, sampler },
      polish: { method: 'none' },
      sgd: { sampler },
    });
    const points: FinishedPoint[] = [];
    for (const sampler of ['reshuffle', 'with-replacement']) {
      const directory = join(folder(), sampler);
      await run(directory, changes(sampler, 3), 'record');
      const set = { 'train.sampler': sampler, 'sgd.sampler': sampler, seed: 3 };
      points.push({ name: sampler, set, experiment: tiny(changes(sampler, 3)), directory });
    }
    const { metrics, sampler } = measureRun(points[0]);
    expect(sampler).toBe('reshuffle');
    const epochs = UPDATES / UPDATES_PER_EPOCH;
    let loss = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const end = row(numbers(points[0].directory, 'trajectory/00000', 'theta'), epoch * UPDATES_PER_EPOCH - 1);
      loss += plain.objective(Float64Array.from(end), data, everyone) / epochs;
    }
    expect(metrics.trainLoss).toBeCloseTo(loss, 9);
    expect(metrics.testLoss).toBeGreaterThan(0);
    expect(metrics.trace).toBeGreaterThan(0);
    // A regression has no accuracy.
    expect(metrics.testAccuracy).toBeNull();
    const { comparisons } = compareGeneralisation(points.map(measureRun))!;
    expect(comparisons.map(({ metric }) => metric)).toEqual(['testLoss', 'trainLoss', 'trace']);
    const other = measureRun(points[1]).metrics;
    expect(comparisons[0].difference.value).toBeCloseTo(metrics.testLoss! - other.testLoss!, 14);
    // Drawn first so and then so, or without a training at all.
    const named = (train: object) =>
      measureRun({ ...points[0], experiment: tiny({ train, sgd: { sampler: 'with-replacement' } }) }).sampler;
    expect(named({ epochs: 2, sampler: 'reshuffle' })).toBe('reshuffle, then with-replacement');
    expect(named({ epochs: 0, sampler: 'reshuffle' })).toBe('with-replacement');
  }, 60_000);
});

describe('sweep-generalisation', () => {
  const { points, until } = loadSweep('sweep-generalisation');

  it('trains and records with each sampler from end to end, on the same seeds, at least 30 of them', () => {
    const seeds = (sampler: string) =>
      points.filter(({ experiment }) => experiment.sgd.sampler === sampler).map(({ experiment }) => experiment.seed);
    expect(new Set(seeds('reshuffle')).size).toBeGreaterThanOrEqual(30);
    for (const sampler of SAMPLERS) expect(seeds(sampler)).toEqual(seeds('reshuffle'));
    for (const { experiment } of points) expect(experiment.train.sampler).toBe(experiment.sgd.sampler);
    expect(points).toHaveLength(3 * seeds('reshuffle').length);
  });

  it('differs in nothing else, is not polished, and keeps the learning rate that the training ends with', () => {
    const rest = points.map(({ experiment: { seed: _, train, sgd, ...others } }) =>
      JSON.stringify({ ...others, train: { ...train, sampler: '' }, sgd: { ...sgd, sampler: '' } }),
    );
    expect(new Set(rest).size).toBe(1);
    const { train, sgd, polish } = points[0].experiment;
    expect(polish.method).toBe('none');
    expect(until).toBe('record');
    expect(train.initialLearningRate * train.decayPerEpoch ** train.epochs).toBeCloseTo(sgd.learningRate, 3);
  });
});
