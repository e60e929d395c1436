import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { randomStream } from '../../src/random.ts';
import { batchesPerEpoch, batchSource, nearestDivisors, type Sampler } from '../../src/sgd/samplers.ts';

const stream = (seed = 1) => randomStream(seed, 'test/sgd/samplers');
const epochs = (sampler: Sampler, samples: number, batchSize: number, count: number, seed = 1) => {
  const source = batchSource(sampler, samples, batchSize, stream(seed));
  return Array.from({ length: count }, () => [...source.nextEpoch()]);
};
const inOrder = (samples: number) => Array.from({ length: samples }, (_, n) => n);
const sorted = (order: readonly number[]) => [...order].sort((a, b) => a - b);

describe('the samplers', () => {
  it.each(['reshuffle', 'shuffle-once'] as const)('%s visits every sample once an epoch', (sampler) => {
    for (const order of epochs(sampler, 60, 6, 20)) expect(sorted(order)).toEqual(inOrder(60));
  });

  it('reshuffle draws a new order for every epoch, shuffle-once keeps the first', () => {
    const reshuffled = epochs('reshuffle', 60, 6, 20).map(String);
    expect(new Set(reshuffled).size).toBe(20);
    const once = epochs('shuffle-once', 60, 6, 20).map(String);
    expect(new Set(once).size).toBe(1);
    expect(once[0]).not.toBe(String(inOrder(60)));
  });

  // Channel: every order of four samples has chance 1/24; χ² with 23 degrees of freedom is below 49.7 but once in 1000.
  it('reshuffle makes every order equally likely, whatever the order before', () => {
    const counts = new Map<string, number>();
    const draws = 24_000;
    for (const order of epochs('reshuffle', 4, 2, draws)) {
      const key = order.join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - draws / 24) ** 2 / (draws / 24), 0);
    expect(chiSquare).toBeLessThan(49.7);
  });

  // Channel: the binomial law. Uniform over samples, and a sample comes twice in a batch of two with chance 1/N.
  it('with-replacement draws every sample of every batch independently', () => {
    const [samples, count] = [10, 5000];
    const orders = epochs('with-replacement', samples, 2, count);
    const counts = new Array(samples).fill(0);
    let twice = 0;
    for (const order of orders) {
      for (const n of order) counts[n]++;
      for (let at = 0; at < samples; at += 2) if (order[at] === order[at + 1]) twice++;
    }
    const chiSquare = counts.reduce((sum, seen) => sum + (seen - count) ** 2 / count, 0);
    // χ² with 9 degrees of freedom is below 27.9 but once in 1000.
    expect(chiSquare).toBeLessThan(27.9);
    const batches = (count * samples) / 2;
    const deviation = Math.sqrt(batches * 0.1 * 0.9);
    expect(Math.abs(twice - 0.1 * batches)).toBeLessThan(4 * deviation);
    expect(new Set(orders.map(String)).size).toBe(count);
  });

  it.each(['reshuffle', 'shuffle-once', 'with-replacement'] as const)('%s is decided by its seed', (sampler) => {
    expect(epochs(sampler, 30, 3, 5, 8)).toEqual(epochs(sampler, 30, 3, 5, 8));
    expect(epochs(sampler, 30, 3, 5, 8)).not.toEqual(epochs(sampler, 30, 3, 5, 9));
  });
});

describe('a last incomplete batch that is dropped', () => {
  const dropping = (sampler: Sampler, count: number) => {
    const source = batchSource(sampler, 23, 5, stream(), true);
    return Array.from({ length: count }, () => [...source.nextEpoch()]);
  };

  it.each(['reshuffle', 'shuffle-once'] as const)('%s: every epoch has 20 of 23 samples, each once', (sampler) => {
    for (const order of dropping(sampler, 10)) {
      expect(order).toHaveLength(20);
      expect(new Set(order).size).toBe(20);
    }
  });

  // Channel: each sample is left out of an epoch with chance 3/23; four deviations of the binomial law.
  it('reshuffle leaves out others each time, shuffle-once the same', () => {
    const draws = 3000;
    const missing = new Array<number>(23).fill(draws);
    for (const order of dropping('reshuffle', draws)) for (const n of order) missing[n]--;
    const deviation = Math.sqrt((draws * 3 * 20) / 23 ** 2);
    for (const count of missing) expect(Math.abs(count - (draws * 3) / 23)).toBeLessThan(4 * deviation);
    const once = dropping('shuffle-once', 5).map((order) => sorted(order).join());
    expect(new Set(once).size).toBe(1);
  });

  it('with-replacement draws from all', () => {
    const seen = new Set(dropping('with-replacement', 40).flat());
    expect(seen.size).toBe(23);
  });

  it('changes nothing where the batch size divides the samples', () => {
    const orders = (dropLast: boolean) => {
      const source = batchSource('reshuffle', 20, 5, stream(), dropLast);
      return [[...source.nextEpoch()], [...source.nextEpoch()]];
    };
    expect(orders(true)).toEqual(orders(false));
  });

  it('still needs two batches an epoch', () => {
    expect(batchesPerEpoch(23, 5, true)).toBe(4);
    expect(() => batchesPerEpoch(23, 12, true)).toThrow('leaves 1 batch an epoch');
    expect(() => batchesPerEpoch(23, 40, true)).toThrow('leaves 0 batch');
  });
});

describe('batches an epoch', () => {
  it('are N/S', () => {
    expect(batchesPerEpoch(50_000, 500)).toBe(100);
    expect(batchesPerEpoch(4, 2)).toBe(2);
    expect(batchesPerEpoch(7, 1)).toBe(7);
  });

  it.each([
    [50_000, 300, 'batch size 300 does not divide 50000 samples; nearest that do: 250, 400'],
    [100, 3, 'batch size 3 does not divide 100 samples; nearest that do: 2, 4'],
    [100, 70, 'batch size 70 does not divide 100 samples; nearest that do: 50'],
    [5, 7, 'batch size 7 does not divide 5 samples; nearest that do: 1'],
    [10, 0, 'batch size 0 does not divide 10 samples; nearest that do: 1'],
    [
      10,
      10,
      'batch size 10 leaves 1 batch an epoch, where there is no gradient noise; the largest that leaves more is 5',
    ],
    [5, 5, 'batch size 5 leaves 1 batch an epoch, where there is no gradient noise; the largest that leaves more is 1'],
  ])('of %i samples at batch size %i are refused', (samples, batchSize, sentence) => {
    expect(() => batchesPerEpoch(samples, batchSize)).toThrow(ConfigurationError);
    expect(() => batchesPerEpoch(samples, batchSize)).toThrow(sentence);
    expect(() => batchSource('reshuffle', samples, batchSize, stream())).toThrow(sentence);
  });

  // Channel: a search through all numbers.
  it('name the divisors on both sides', () => {
    for (const samples of [12, 97, 100, 360])
      for (let wanted = 1; wanted < samples; wanted++) {
        const divisors = inOrder(samples + 1).filter((size) => size > 0 && samples % size === 0 && size <= samples / 2);
        const below = divisors.filter((size) => size <= wanted).at(-1);
        const above = divisors.find((size) => size > wanted);
        expect(nearestDivisors(samples, wanted)).toEqual([below, above].filter((size) => size !== undefined));
      }
  });
});
