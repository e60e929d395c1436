/** Bins of ratios whose truth is known: where they lie, what their intervals hold, and when they are called flat. */
import { describe, expect, it, test } from 'vitest';
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { randomStream } from '../../src/random.ts';
import { expectedMedianAbsLog10 } from '../../src/statistics/chi-square.ts';
import { flatnessOf } from '../../src/statistics/flatness.ts';
import { ratioBins, type RunRatios } from '../../src/statistics/ratio-bins.ts';
import { ratioScatter } from '../../src/statistics/ratio-scatter.ts';

/** Ratios that are χ²_ν/ν times a factor, along x from 0.1 to 100. */
function drawn(
  stream: number,
  options: { seed?: string; count?: number; dof?: number; factor?: (x: number) => number },
) {
  const { seed = '1', count = 300, dof = 20, factor = () => 1 } = options;
  const random = randomStream(stream, 'test/ratio-bins');
  const x = Array.from({ length: count }, (_, i) => 0.1 * 1000 ** ((i + 0.5) / count));
  return {
    seed,
    x,
    ratio: x.map((at) => (factor(at) * quantile(random.uniform(), dof)) / dof),
    degreesOfFreedom: x.map(() => dof),
  };
}

describe('bins', () => {
  const bins = ratioBins([drawn(1, {})]);

  it('are three a decade with an edge at 1, and hold all directions', () => {
    expect(bins).toHaveLength(9);
    expect(bins.map(({ low }) => low)).toContain(1);
    for (const { low, high, x } of bins) {
      expect(Math.log10(high / low)).toBeCloseTo(1 / 3, 12);
      expect(x).toBeGreaterThanOrEqual(low);
      expect(x).toBeLessThan(high);
    }
    expect(bins.reduce((sum, { directions }) => sum + directions, 0)).toBe(300);
  });

  it('of fewer than five directions are left out', () => {
    expect(ratioBins([drawn(1, { count: 30 })])).toEqual([]);
    expect(ratioBins([{ ...drawn(1, {}), ratio: drawn(1, {}).x.map(() => NaN) }])).toEqual([]);
  });

  it('are means weighted by the degrees of freedom', () => {
    const { x, ratio } = drawn(1, {});
    const dof = x.map((_, i) => 5 + (i % 7));
    const members = x.flatMap((at, i) => (at >= 1 && at < 10 ** (1 / 3) ? [i] : []));
    const sum = (of: (i: number) => number) => members.reduce((total, i) => total + of(i), 0);
    const bin = ratioBins([{ seed: '1', x, ratio, degreesOfFreedom: dof }]).find(({ low }) => low === 1)!;
    expect(bin.ratio.value).toBeCloseTo(sum((i) => dof[i] * ratio[i]) / sum((i) => dof[i]), 12);
    expect(bin.ratio.from).toBe('directions');
  });

  it('over three seeds have Student’s interval of the seeds’ means, t = 4.3027', () => {
    const runs = ['a', 'b', 'c'].map((seed, i) => drawn(i, { seed }));
    const [bin] = ratioBins(runs);
    const [first] = runs.map((run) => ratioBins([run])[0]);
    const values = runs.map((run) => ratioBins([run])[0].ratio.value);
    const logs = values.map(Math.log);
    const mean = (logs[0] + logs[1] + logs[2]) / 3;
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 2);
    expect(bin).toMatchObject({ seeds: 3, ratio: { from: 'seeds' } });
    // As many directions of as many degrees of freedom of each: the mean of all is that of the three.
    expect(first.directions).toBe(bin.directions / 3);
    expect(bin.ratio.value).toBeCloseTo((values[0] + values[1] + values[2]) / 3, 12);
    expect(Math.log(bin.ratio.high! / bin.ratio.value)).toBeCloseTo((4.302652729911275 * deviation) / Math.sqrt(3), 9);
  });
});

test('intervals of independent directions hold the truth in 95 % of all bins', () => {
  const factor = () => 1.2;
  let [held, all] = [0, 0];
  for (let stream = 0; stream < 60; stream++)
    for (const { ratio } of ratioBins([drawn(100 + stream, { factor })])) {
      all++;
      if (ratio.low! <= 1.2 && 1.2 <= ratio.high!) held++;
    }
  expect(all).toBe(540);
  // Three standard deviations are 2.8 %; what is widened by chance alone holds a little more.
  expect(held / all).toBeGreaterThan(0.922);
  expect(held / all).toBeLessThan(0.995);
});

test('directions that scatter more than they should have wider intervals', () => {
  const honest = drawn(3, { dof: 5 });
  const boastful: RunRatios = { ...honest, degreesOfFreedom: honest.x.map(() => 500) };
  const [one] = ratioBins([honest]);
  const [other] = ratioBins([boastful]);
  expect(other.error / one.error).toBeGreaterThan(0.6);
  expect(other.error / one.error).toBeLessThan(1.7);
});

describe('flatness', () => {
  const seeds = (factor: (x: number) => number) =>
    ['a', 'b', 'c', 'd'].map((seed, i) => drawn(40 + i, { seed, factor }));

  it('is found where there is some', () => {
    const flat = flatnessOf(seeds(() => 1))!;
    expect(flat.judgement).not.toBe('not flat');
    expect(flat.tested).toBe(9);
    expect(flat.probability).toBeGreaterThan(0.01);
    expect(flat.medianAbsLog10 / flat.expectedAbsLog10).toBeCloseTo(1, 0);
  });

  it('is denied where there is none', () => {
    const bent = flatnessOf(seeds((x) => (x < 1 ? 1.5 : 1)))!;
    expect(bent.judgement).toBe('not flat');
    expect(bent.outside).toBeGreaterThanOrEqual(3);
    expect(bent.probability).toBeLessThan(1e-6);
    expect(bent.medianAbsLog10).toBeGreaterThan(bent.expectedAbsLog10);
  });

  it('knows how often chance alone leaves misses', () => {
    // One direction in each of five bins is far off: nothing else can be said of them.
    const bins = (missing: number): RunRatios => ({
      seed: '1',
      x: Array.from({ length: 100 }, (_, i) => 10 ** (Math.floor(i / 10) / 3) * 1.1),
      ratio: Array.from({ length: 100 }, (_, i) => (i < 10 * missing ? 3 : 1)),
      degreesOfFreedom: Array.from({ length: 100 }, () => 1000),
    });
    // Binomial tails of n = 10, p = 0.05: 1 − 0.95¹⁰ = 0.4013, and 0.0861 for two or more, 0.0115 for three.
    expect(flatnessOf([bins(0)])).toMatchObject({ outside: 0, judgement: 'flat', chance: 1 });
    expect(flatnessOf([bins(1)])!.chance).toBeCloseTo(0.401263, 6);
    expect(flatnessOf([bins(2)])!.chance).toBeCloseTo(0.086138, 6);
    expect(flatnessOf([bins(2)])!.judgement).toBe('flat within chance');
    expect(flatnessOf([bins(3)])!.chance).toBeCloseTo(0.011504, 6);
    expect(flatnessOf([bins(3)])!.judgement).toBe('not flat');
  });

  it('of nothing is not asked for', () => {
    expect(flatnessOf([])).toBeNull();
    expect(flatnessOf([drawn(1, { count: 20 })])).toBeNull();
  });
});

test('the expected scatter of many is that of some of them', () => {
  const dofs = Array.from({ length: 1500 }, (_, i) => 2 * 200 ** (i / 1500));
  const { expected } = ratioScatter(
    dofs.map(() => 1),
    dofs,
  );
  expect(expected / expectedMedianAbsLog10(dofs)).toBeCloseTo(1, 2);
});
