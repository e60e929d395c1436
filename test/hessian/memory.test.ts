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
    const parts = steps * 137_000 * 4 + 1001 * 137_000 * 4 + 16 * steps ** 2 + 8 * 1001 * steps;
    expect(lanczosMemory(operator, 1000)).toBe(parts + 2 ** 29 + 64 * 137_000);
    expect(lanczosMemory(never(137_000, 2 ** -53), 1000)).toBe(parts + steps * 137_000 * 4 + 2 ** 29 + 64 * 137_000);
  });

  it('is little where all pairs of a small network are wanted', () => {
    expect(stepsAtFirst(881, 881)).toBe(881);
    expect(lanczosMemory(never(881, 2 ** -24), 881)).toBeLessThan(50e6);
  });

  it('is refused before the first product where it does not fit', async () => {
    const work = lanczos(never(137_000, 2 ** -24), { eigenpairs: 1000, memory: 1.5e9 });
    await expect(work).rejects.toThrow(ConfigurationError);
    await expect(work).rejects.toThrow(
      /^1000 eigenpairs of 137000 parameters need 3\.\d\d GB of memory, and 1\.50 GB are available: ask for at most \d+ \(spectrum\.eigenpairs\), or free memory$/,
    );
    const most = Number(/at most (\d+)/.exec(await work.then(String, String))![1]);
    expect(lanczosMemory(never(137_000, 2 ** -24), most)).toBeLessThanOrEqual(1.5e9);
    expect(lanczosMemory(never(137_000, 2 ** -24), most + 1)).toBeGreaterThan(1.5e9);
  });

  it('is refused where not even one pair fits', async () => {
    const work = lanczos(never(10_000, 2 ** -24), { eigenpairs: 1, memory: 1e5 });
    await expect(work).rejects.toThrow('ask for fewer (spectrum.eigenpairs), or free memory');
  });

  it('ends a space that grows beyond what was expected, and beyond what there is', async () => {
    // A flat spectrum: pairs converge slowly. Room for the steps expected, not for twice as many.
    const spectrum = Array.from({ length: 2000 }, (_, i) => 1 + i / 1e4);
    const { operator } = withSpectrum(spectrum);
    const memory = lanczosMemory(operator, 20) * 1.2;
    const work = lanczos(operator, { eigenpairs: 20, tolerance: 1e-8, memory });
    await expect(work).rejects.toThrow(ConfigurationError);
    await expect(work).rejects.toThrow(/now that they have taken \d+ steps/);
  });

  it('is told in words', () => {
    expect([3e5, 45.4e6, 1.234e9, 23.45e9].map(inWords)).toEqual(['1 MB', '45 MB', '1.23 GB', '23.4 GB']);
    expect(availableMemory()).toBeGreaterThan(1e8);
  });
});
