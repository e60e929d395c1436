/** At how many states, on which samples, along which directions: by hand. */
import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  finiteStepDirections,
  sampleGroups,
  snapshotUpdates,
  spreadOverDecades,
  subsetSize,
} from '../../../src/experiment/curvature/choices.ts';
import { resolveExperiment } from '../../../src/experiment/load.ts';
import type { Workbench } from '../../../src/experiment/workbench.ts';

describe('spreadOverDecades', () => {
  it('takes all positive ones where there are no more than wanted', () => {
    expect(spreadOverDecades(Float64Array.of(3, 2, 1, 0, -1), 3)).toEqual([0, 1, 2]);
    expect(spreadOverDecades(Float64Array.of(3, 2, 1, 0, -1), 10)).toEqual([0, 1, 2]);
    expect(spreadOverDecades(Float64Array.of(0, -1), 10)).toEqual([]);
  });

  it('takes equal steps of the logarithm, not of the index, both ends included', () => {
    // log₁₀ λ: 3, 2.9 … 2.1, 2, 1, 0; wanted 3, 2, 1, 0.
    const exponents = [3, 2.9, 2.8, 2.7, 2.6, 2.5, 2.4, 2.3, 2.2, 2.1, 2, 1, 0];
    const eigenvalues = Float64Array.from([...exponents.map((value) => 10 ** value), -5]);
    expect(spreadOverDecades(eigenvalues, 4)).toEqual([0, 10, 11, 12]);
  });

  it('takes each once: a gap in the spectrum leaves fewer', () => {
    // Wanted 4, 3, 2, 1, 0; the nearest to 3 is 4 still, and to 2 and 1 it is 1.9 and 0.9.
    const exponents = [4, 1.9, 0.9, 0.1, 0.05, 0];
    const eigenvalues = Float64Array.from(exponents, (value) => 10 ** value);
    expect(spreadOverDecades(eigenvalues, 5)).toEqual([0, 1, 2, 5]);
  });
});

describe('finiteStepDirections', () => {
  // λ/λ_cross: 100 … 10⁻⁴ in a thousand steps, then what bends downwards.
  const eigenvalues = Float64Array.from([...Array.from({ length: 1000 }, (_, i) => 2 * 10 ** (2 - 6 * (i / 999))), -1]);

  it('are all with a positive curvature where so many are wanted', () => {
    expect(finiteStepDirections(5, Float64Array.of(3, 2, 1, 0, -1), 1)).toEqual([0, 1, 2]);
    expect(finiteStepDirections(1000, eigenvalues, 2)).toHaveLength(1000);
  });

  it('are else spread over those that are tested, up to sixty unless said otherwise', () => {
    for (const [wanted, count] of [
      [null, 60],
      [20, 20],
    ] as const) {
      const found = finiteStepDirections(wanted, eigenvalues, 2);
      expect(found).toHaveLength(count);
      expect(found[0]).toBe(0);
      // 10⁻² is 4 of 6 decades: index 666.
      expect(found.at(-1)).toBe(665);
      const steps = found.slice(1).map((i, at) => i - found[at]);
      expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(1);
    }
  });

  it('are spread over all where nothing is tested, and none where none is wanted', () => {
    const flat = eigenvalues.map((value) => value / 1e5);
    expect(finiteStepDirections(20, flat, 2)).toHaveLength(20);
    expect(finiteStepDirections(0, eigenvalues, 2)).toEqual([]);
    expect(finiteStepDirections(null, Float64Array.of(0, -1), 1)).toEqual([]);
  });
});

const bench = (samples: number, unitsPerSample: number) =>
  ({
    samples,
    batchesPerEpoch: 10,
    problem: { model: { unitsPerSample }, inputShape: [2], outputs: 1 },
    dataset: {
      train: {
        x: Float32Array.from({ length: 2 * samples }, (_, at) => Math.floor(at / 2)),
        y: Float32Array.from({ length: samples }, (_, n) => n),
        samples,
      },
    },
  }) as unknown as Workbench;

describe('samples', () => {
  it('are all where that is affordable: 1.2·10¹⁰ layer outputs', () => {
    expect(subsetSize(null, bench(50_000, 41), 100)).toBeNull();
    expect(subsetSize(null, bench(1200, 1e5), 100)).toBeNull();
    expect(subsetSize(null, bench(1201, 1e5), 100)).not.toBeNull();
  });

  it('are else as many, with a Hessian product for each, in eight equal groups of 25 at the least', () => {
    // LeNet: 1.2e10/(100·8094·2.5) = 5930.3.
    expect(subsetSize(null, bench(50_000, 8094), 100)).toBe(5928);
    expect(subsetSize(null, bench(50_000, 1e6), 100)).toBe(200);
  });

  it('are as many as the configuration says, to whole groups, or all', () => {
    expect(subsetSize(4007, bench(50_000, 41), 100)).toBe(4000);
    expect(subsetSize(50_000, bench(50_000, 41), 100)).toBeNull();
    expect(subsetSize(1e6, bench(50_000, 1e6), 100)).toBeNull();
  });

  it('of the groups are all different, equal in number, and the same for the same seed', () => {
    const draw = (seed: number) =>
      sampleGroups(resolveExperiment({ seed, curvature: { samples: 40 } }), bench(100, 1)).map(({ x, y, samples }) => {
        expect(samples).toBe(5);
        expect([...x]).toEqual([...y].flatMap((n) => [n, n]));
        return [...y];
      });
    const groups = draw(1);
    expect(groups).toHaveLength(8);
    expect(new Set(groups.flat()).size).toBe(40);
    expect(draw(1)).toEqual(groups);
    expect(draw(2)).not.toEqual(groups);
  });

  it('of one group are all', () => {
    const whole = bench(100, 1);
    expect(sampleGroups(resolveExperiment({}), whole)).toEqual([whole.dataset.train]);
  });
});

it('a hundred snapshots make eight blocks; a short window has fewer of both', () => {
  const experiment = resolveExperiment({ record: { epochs: 40 } });
  expect(snapshotUpdates(experiment, bench(100, 1))).toHaveLength(100);
  expect(snapshotUpdates(resolveExperiment({ record: { epochs: 2 } }), bench(100, 1))).toHaveLength(20);
  expect([100, 16, 15, 5, 4].map(blocksOf)).toEqual([8, 8, 7, 2, 2]);
});
