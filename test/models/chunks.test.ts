import { describe, expect, it } from 'vitest';
import { chunkSize, onePerLength, storeChunks } from '../../src/models/chunks.ts';
import { heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { modelOf, twins } from './tiny-nets.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const net = { input: [1, 2, 1], layers: [{ kind: 'dense', outputs: 2 }] } as const;

describe('the size of a chunk', () => {
  it.each([
    ['few samples stay together', 230, 100, 2, 230],
    ['small networks: lanes whose values stay in a cache', 50_000, 41, 1, 2500],
    ['four of them for two threads', 50_000, 41, 2, 10_000],
    ['larger networks: some hundred samples a lane', 50_000, 8000, 2, 1000],
    ['the largest divisor that is not above the wanted size', 50_000, 150, 2, 3125],
    ['no divisor near: the wanted size, and a shorter last chunk', 50_021, 8000, 2, 1000],
    ['large samples: fewer', 5000, 40_000, 1, 100],
    ['the largest samples: not below 25', 1000, 1e6, 2, 100],
    ['large samples, no divisor', 230, 1e6, 2, 100],
    ['one more than fits', 101, 1e6, 2, 100],
  ])('%s', (_, samples, units, threads, expected) => {
    expect(chunkSize(samples, units, { threads, isDevice: false })).toBe(expected);
  });

  it.each([
    ['layer outputs fill a device', 50_000, 8000, 3125],
    ['no divisor near', 50_021, 8000, 4000],
    ['large samples: not below 25', 1009, 1e9, 25],
  ])('%s', (_, samples, units, expected) => {
    expect(chunkSize(samples, units, { threads: 1, isDevice: true })).toBe(expected);
  });
});

describe('stored chunks', () => {
  it.each([
    [1, [230]],
    [1e6, Array.from({ length: 10 }, () => 23)],
  ])('hold every row once, in order: %d units a sample', async (unitsPerSample, lengths) => {
    const before = heldByLibrary();
    const model = { ...modelOf(net), unitsPerSample };
    const { problem, data } = twins(net, 'half-mean-squared-error', 230, 'chunks', { model });
    const { samples, chunks, dispose } = storeChunks(problem(backend), data);
    expect(samples).toBe(230);
    expect(chunks.map((chunk) => chunk.samples)).toEqual(lengths);
    const [x, y]: number[][] = [[], []];
    for (const chunk of chunks) {
      x.push(...(await chunk.x.read()));
      y.push(...(await chunk.y.read()));
    }
    expect(x).toEqual([...data.x]);
    expect(y).toEqual([...data.y]);
    expect(chunks.map(({ x }) => x.shape)).toEqual(lengths.map((length) => [length, 1, 2, 1]));
    let first = 0;
    for (const chunk of chunks) {
      expect(chunk.first).toBe(first);
      first += chunk.samples;
    }
    dispose();
    expect(heldByLibrary()).toEqual(before);
  });
});

describe('one thing for each length', () => {
  it('is made when first asked for, and disposed of once', () => {
    const made: number[] = [];
    const gone: number[] = [];
    const things = onePerLength((samples) => {
      made.push(samples);
      return { dispose: () => gone.push(samples) };
    });
    const chunk = (samples: number) => ({ samples }) as Parameters<typeof things.of>[0];
    const first = things.of(chunk(100));
    expect(made).toEqual([100]);
    things.of(chunk(30));
    expect(things.of(chunk(100))).toBe(first);
    things.dispose();
    expect([made, gone]).toEqual([
      [100, 30],
      [100, 30],
    ]);
  });
});
