import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { availableMemory, inWords, lanczosMemory, stepsAtFirst } from '../../src/hessian/memory.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { withSpectrum } from './matrices.ts';

const never = (size: number, precision: number) =>
  operatorFrom(
    size,
    () => {
      throw new Error('no product was to be asked for');
    },
    precision,
  );

describe('the memory of Lanczos', () => {
  // Channel: the arithmetic of the header by hand. 4·1000 + 30 vectors of 137,000 float32, 1,001 results.
  it('is that of the space, the results and their coordinates', () => {
    const operator = never(137_000, 2 ** -24);
    const steps = 4030;
    expect(stepsAtFirst(1000, 137_000)).toBe(steps);
    const parts = steps * 137_000 * 4 + 1001 * 137_000 * 4 + 18 * steps ** 2 + 8 * 1001 * steps;
    expect(lanczosMemory(operator, 1000)).toBe(parts + 3 * 2 ** 28 + 64 * 137_000);
    expect(lanczosMemory(never(137_000, 2 ** -53), 1000)).toBe(
      parts + steps * 137_000 * 4 + 3 * 2 ** 28 + 64 * 137_000,
    );
  });

  it('is little where all pairs of a small network are wanted', () => {
    expect(stepsAtFirst(881, 881)).toBe(881);
    expect(lanczosMemory(never(881, 2 ** -24), 881)).toBeLessThan(55e6);
  });

  it('is refused before the first product where it does not fit', async () => {
    const work = lanczos(never(137_000, 2 ** -24), { eigenpairs: 1000, memory: 1.5e9 });
    await expect(work).rejects.toThrow(ConfigurationError);
    await expect(work).rejects.toThrow(
      /^1000 eigenpairs of 137000 parameters need 3\.\d\d GB of memory, and 1\.50 GB are available: ask for at most \d+, or free memory$/,
    );
    const most = Number(/at most (\d+)/.exec(await work.then(String, String))![1]);
    expect(lanczosMemory(never(137_000, 2 ** -24), most)).toBeLessThanOrEqual(1.5e9);
    expect(lanczosMemory(never(137_000, 2 ** -24), most + 1)).toBeGreaterThan(1.5e9);
  });

  it('is refused where not even one pair fits', async () => {
    const work = lanczos(never(10_000, 2 ** -24), { eigenpairs: 2, memory: 1e5 });
    await expect(work).rejects.toThrow('2 eigenpairs of 10000 parameters need');
    await expect(work).rejects.toThrow('0 MB are available: ask for fewer, or free memory');
  });

  it('is refused with the way out that the caller knows', async () => {
    const operator = never(137_000, 2 ** -24);
    const one = lanczos(operator, { eigenpairs: 1, memory: 34e6, wayOut: () => 'lower --memory' });
    await expect(one).rejects.toThrow(
      /^1 eigenpair of 137000 parameters need \d+ MB of memory, and 34 MB are available: lower --memory$/,
    );
    const wayOut = (fewerPairs: string) => `${fewerPairs} (spectrum.eigenpairs)`;
    const many = lanczos(operator, { eigenpairs: 1000, memory: 1.5e9, wayOut });
    await expect(many).rejects.toThrow(/: ask for at most \d+ \(spectrum\.eigenpairs\)$/);
  });

  // Channel: what is needed is more than there is, so its number must be larger too, a byte being enough.
  it.each([
    [881, 100],
    [137_000, 1000],
    [10_000_000, 10_000],
  ])('never looks as though it fitted: d = %i, k = %i', async (size, eigenpairs) => {
    const operator = never(size, 2 ** -24);
    const refused = lanczos(operator, { eigenpairs, memory: lanczosMemory(operator, eigenpairs) - 1 });
    const message = await refused.then(String, String);
    const [needed, available] = [...message.matchAll(/([\d.]+) ([MGT])B/g)].map(
      ([, number, unit]) => Number(number) * { M: 1, G: 1e3, T: 1e6 }[unit]!,
    );
    expect(needed).toBeGreaterThan(available);
  });

  it('ends a space that grows beyond what was expected, and beyond what there is', async () => {
    // A flat spectrum: pairs converge slowly. Room for the steps expected, not for twice as many.
    const spectrum = Array.from({ length: 2000 }, (_, i) => 1 + i / 1e4);
    const { operator } = withSpectrum(spectrum);
    const memory = lanczosMemory(operator, 20) * 1.2;
    const work = lanczos(operator, { eigenpairs: 20, tolerance: 1e-8, memory });
    await expect(work).rejects.toThrow(ConfigurationError);
    await expect(work).rejects.toThrow(/of memory now that \d+ steps were taken, and/);
  });

  it('is told in words', () => {
    const sizes = [3e5, 45.4e6, 1.234e9, 23.45e9, 2e12];
    expect(sizes.map((bytes) => inWords(bytes))).toEqual(['1 MB', '46 MB', '1.24 GB', '23.5 GB', '2.00 TB']);
    const down = sizes.map((bytes) => inWords(bytes, Math.floor));
    expect(down).toEqual(['0 MB', '45 MB', '1.23 GB', '23.4 GB', '2.00 TB']);
    expect(availableMemory()).toBeGreaterThan(1e8);
  });
});
