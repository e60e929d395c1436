import { describe, expect, it } from 'vitest';
import { chunkSize, onePerLength, storeChunks } from '../../src/models/chunks.ts';
import { heldByLibrary, openBackend } from '../../src/tensor/backend.ts';
import { real, type Stored } from '../../src/tensor/types.ts';
import { modelOf, twins } from './tiny-nets.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const net = { input: [1, 2, 1], layers: [{ kind: 'dense', outputs: 2 }] } as const;

describe('the size of a chunk', () => {
  it('of one thread keeps intermediate values in its cache', () => {
    expect(chunkSize(50_000, 41, 1)).toBe(2500);
    expect(chunkSize(50_000, 41, 2)).toBe(50_000);
  });

  it.each([
    ['few samples stay together', 230, 100, 230],
    ['a divisor near the wanted size', 50_000, 8000, 500],
    ['the largest divisor that is not above it', 50_000, 9000, 400],
    ['no divisor near: the wanted size, and a shorter last chunk', 50_021, 8000, 500],
    ['large samples: not below 100', 1000, 1e6, 100],
    ['large samples, no divisor', 230, 1e6, 100],
    ['one more than fits', 101, 1e6, 100],
  ])('%s', (_, samples, units, expected) => {
    expect(chunkSize(samples, units, 2)).toBe(expected);
  });
});

describe('stored chunks', () => {
  it.each([
    [1, [230]],
    [1e6, [100, 100, 30]],
  ])('hold every row once, in order: %d units a sample', (unitsPerSample, lengths) => {
    const before = heldByLibrary();
    const model = { ...modelOf(net), unitsPerSample };
    const { problem, data } = twins(net, 'half-mean-squared-error', 230, 'chunks', { model });
    const { samples, chunks, dispose } = storeChunks(problem(backend), data);
    expect(samples).toBe(230);
    expect(chunks.map((chunk) => chunk.samples)).toEqual(lengths);
    const read = (stored: Stored) => {
      const compiled = backend.compile((t) => [t], [real(...stored.shape)]);
      const [values] = compiled.run(stored);
      compiled.dispose();
      return [...values];
    };
    expect(chunks.flatMap(({ x }) => read(x))).toEqual([...data.x]);
    expect(chunks.flatMap(({ y }) => read(y))).toEqual([...data.y]);
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
