import { describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { lanczos, type LanczosProgress } from '../../src/hessian/lanczos.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { residualsOf, rowsOf, withSpectrum } from './matrices.ts';

const SIZE = 200;
const spectrum = Array.from({ length: SIZE }, (_, i) => 10 / (i + 1));
const { operator } = withSpectrum(spectrum);

describe('what lanczos promises', () => {
  it('gives the same bytes for the same seed, and other directions of approach for another', async () => {
    const one = await lanczos(operator, { eigenpairs: 10, seed: 4 });
    const same = await lanczos(operator, { eigenpairs: 10, seed: 4 });
    const other = await lanczos(operator, { eigenpairs: 10, seed: 5 });
    expect(same).toEqual(one);
    expect(other.eigenvectors).not.toEqual(one.eigenvectors);
    other.eigenvalues.forEach((value, i) => expect(value).toBeCloseTo(one.eigenvalues[i], 6));
  });

  it('waits for operators that answer later, and does not change the vector it hands out', async () => {
    const expected = await lanczos(operator, { eigenpairs: 5 });
    const later = operatorFrom(SIZE, async (vector) => {
      const copy = vector.slice();
      const product = await operator.apply(vector);
      await Promise.resolve();
      expect(vector).toEqual(copy);
      return product;
    });
    expect(await lanczos(later, { eigenpairs: 5 })).toEqual(expected);
  });

  it('lets the operator reuse its product', async () => {
    const product = new Float64Array(SIZE);
    const reusing = operatorFrom(SIZE, async (vector) => {
      product.set(await operator.apply(vector));
      return product;
    });
    expect(await lanczos(reusing, { eigenpairs: 5 })).toEqual(await lanczos(operator, { eigenpairs: 5 }));
  });

  it('needs fewer products for a looser tolerance, and counts every product', async () => {
    let products = 0;
    const counting = operatorFrom(SIZE, (vector) => {
      products++;
      return operator.apply(vector);
    });
    const loose = await lanczos(counting, { eigenpairs: 20, tolerance: 1e-2 });
    expect(loose.products).toBe(products);
    const tight = await lanczos(operator, { eigenpairs: 20, tolerance: 1e-6 });
    expect(loose.products).toBeLessThan(tight.products);
  });

  it('spends no product on residuals where they are not to be certified, and estimates them well', async () => {
    // Channel: residuals by products of the test's own. Estimates are those of exact arithmetic: 1e-7‖H‖ off with float32 rows.
    let products = 0;
    const counting = operatorFrom(SIZE, (vector) => {
      products++;
      return operator.apply(vector);
    });
    const pairs = await lanczos(counting, { eigenpairs: 20, tolerance: 1e-4, certify: false });
    expect(pairs.products).toBe(products);
    const certified = await lanczos(operator, { eigenpairs: 20, tolerance: 1e-4 });
    expect(products).toBe(certified.products - 21);
    expect(pairs.eigenvectors).toEqual(certified.eigenvectors);
    const residuals = await residualsOf(operator, rowsOf(pairs.eigenvectors, SIZE), pairs.eigenvalues);
    residuals.forEach((residual, i) =>
      expect(Math.abs(pairs.residuals[i] - residual)).toBeLessThan(1e-6 * spectrum[0]),
    );
    expect(pairs.rayleighQuotients).toEqual(pairs.eigenvalues);
  });

  it('says how many of the pairs are within a tolerance that cannot be reached', async () => {
    // Channel: residuals by products of the test's own; float32 rows allow about 1e-7 of ‖H‖, and 1e-12 is wanted.
    const pairs = await lanczos(operator, { eigenpairs: 3, tolerance: 1e-12 });
    const residuals = await residualsOf(operator, rowsOf(pairs.eigenvectors, SIZE), pairs.eigenvalues);
    const within = residuals.filter((residual) => residual <= 1e-12 * spectrum[0]).length;
    expect(pairs.converged).toBe(within);
    expect(within).toBeLessThan(3);
  });

  it('tells where it is, in the order of its stages', async () => {
    const seen: LanczosProgress[] = [];
    const pairs = await lanczos(operator, { eigenpairs: 6, onProgress: (state) => void seen.push(state) });
    const stages = seen.map(({ stage }) => stage).filter((stage, i, all) => stage !== all[i - 1]);
    expect(stages).toEqual(['growing', 'checking', 'residuals']);
    for (const { iteration, expected, converged, wanted } of seen) {
      expect(iteration).toBeLessThanOrEqual(expected);
      expect(converged).toBeLessThanOrEqual(wanted);
      expect(wanted).toBe(6);
    }
    expect(seen.at(-1)).toMatchObject({ stage: 'residuals', iteration: 7, expected: 7, converged: 6 });
    expect(seen.filter(({ stage }) => stage === 'residuals')).toHaveLength(7);
    expect(pairs.converged).toBe(6);
  });

  it.each([0, 5])('ends with the reason of a signal, given after %i products', async (after) => {
    const controller = new AbortController();
    let products = 0;
    const watched = operatorFrom(SIZE, (vector) => {
      products++;
      return operator.apply(vector);
    });
    const stop = () => controller.abort(new Error('the user has had enough'));
    if (after === 0) stop();
    const work = lanczos(watched, {
      eigenpairs: 50,
      signal: controller.signal,
      onProgress: ({ iteration }) => {
        if (iteration === after) stop();
      },
    });
    await expect(work).rejects.toThrow('the user has had enough');
    expect(products).toBe(after);
  });

  it('lets a signal through that comes from outside, though products never leave the thread', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(new Error('stopped')));
    await expect(lanczos(operator, { eigenpairs: SIZE, signal: controller.signal })).rejects.toThrow('stopped');
  });

  it.each([0, -1, 1.5, NaN, SIZE + 1])('refuses %d eigenpairs', async (eigenpairs) => {
    const work = lanczos(operator, { eigenpairs });
    await expect(work).rejects.toThrow(RunError);
    await expect(work).rejects.toThrow(`${eigenpairs} eigenpairs of an operator of size ${SIZE}; ask for 1 to ${SIZE}`);
  });

  it.each([-1e-5, NaN])('refuses the tolerance %d', async (tolerance) => {
    await expect(lanczos(operator, { eigenpairs: 1, tolerance })).rejects.toThrow(
      `tolerance ${tolerance} of eigenpairs; expected 0 or more`,
    );
  });

  it.each([
    ['NaN', (at: number) => (at === 17 ? NaN : 1), 'has NaN as entry 17'],
    ['infinity', (at: number) => (at === 3 ? -Infinity : 1), 'has -Infinity as entry 3'],
    ['what overflows when squared', () => 1e200, 'overflows when squared'],
  ])('stops at a product with %s', async (_, entry, sentence) => {
    let products = 0;
    const broken = operatorFrom(SIZE, (vector) => {
      products++;
      return products < 4 ? operator.apply(vector) : vector.map((_, at) => entry(at));
    });
    const work = lanczos(broken, { eigenpairs: 10 });
    await expect(work).rejects.toThrow(RunError);
    await expect(work).rejects.toThrow(`product 4 of the Hessian ${sentence}`);
    expect(products).toBe(4);
  });

  it('stops at a product of a wrong length', async () => {
    const short = operatorFrom(SIZE, () => new Float64Array(3));
    await expect(lanczos(short, { eigenpairs: 1 })).rejects.toThrow(
      `product 1 of the operator has 3 entries; its size says ${SIZE}`,
    );
  });

  it('shows an operator that is not symmetric', async () => {
    // Channel: the antisymmetric part is ε·‖H‖ by construction.
    const skewed = operatorFrom(SIZE, async (vector) => {
      const product = (await operator.apply(vector)).slice();
      for (let i = 1; i < SIZE; i++) {
        product[i] += 0.01 * vector[i - 1];
        product[i - 1] -= 0.01 * vector[i];
      }
      return product;
    });
    const { asymmetry } = await lanczos(skewed, { eigenpairs: 5 });
    expect(asymmetry).toBeGreaterThan(1e-4);
    expect(asymmetry).toBeLessThan(4e-2);
  });
});
