import { describe, expect, it } from 'vitest';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { departureFromOrthonormal, largestDifference, residualsOf, rowsOf, withSpectrum } from './matrices.ts';

const tail = (count: number) => Array.from({ length: count }, (_, i) => 1 / (i + 2));

// Channel of all: the spectrum the matrix was made of. One start vector sees one direction of a degenerate eigenspace, so
// a Lanczos without the search for missing copies returns each value once.
describe('lanczos where eigenvalues coincide', () => {
  it.each([
    ['the largest twice', [9, 9, 5], 3],
    ['the largest five times, three wanted', [9, 9, 9, 9, 9], 3],
    ['two values, three and four times', [9, 9, 9, 4, 4, 4, 4], 7],
    ['the k-th and its copies beyond k', [9, 6, 6, 6], 2],
    ['copies close, not equal', [9, 9 - 1e-9, 9 - 2e-9, 5], 4],
  ])('%s', async (_, leading, wanted) => {
    const spectrum = [...leading, ...tail(300)];
    const known = withSpectrum(spectrum);
    const pairs = await lanczos(known.operator, { eigenpairs: wanted });
    expect(largestDifference(pairs.eigenvalues, leading.slice(0, wanted))).toBeLessThan(1e-5 * 9);
    const rows = rowsOf(pairs.eigenvectors, spectrum.length);
    expect(departureFromOrthonormal(rows)).toBeLessThan(1e-6);
    expect(Math.max(...(await residualsOf(known.operator, rows, pairs.eigenvalues)))).toBeLessThan(1e-5 * 9);
    expect(pairs.converged).toBe(wanted);
  });

  // The chance of overlooking a copy is to be below 1 % (the bound is a crude one: never, in practice).
  it('overlooks no copy at any of 40 seeds', async () => {
    const spectrum = [7, 7, 7, 3, 3, ...tail(100)];
    const { operator } = withSpectrum(spectrum, 5);
    for (let seed = 1; seed <= 40; seed++) {
      const pairs = await lanczos(operator, { eigenpairs: 5, seed });
      expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, 5))).toBeLessThan(1e-4);
    }
  });

  it('keeps the multiplicities when all pairs are wanted, at float32 too', async () => {
    const spectrum = [4, 4, 4, 2, 2, ...new Array(30).fill(1), ...new Array(60).fill(0), -1, -1];
    for (const precision of [2 ** -53, 2 ** -24]) {
      const round = precision === 2 ** -24 ? Math.fround : (value: number) => value;
      const known = withSpectrum(spectrum, 2, round, precision);
      const pairs = await lanczos(known.operator, { eigenpairs: spectrum.length });
      expect(largestDifference(pairs.eigenvalues, spectrum)).toBeLessThan(precision === 2 ** -24 ? 4e-6 : 1e-12);
      expect(departureFromOrthonormal(rowsOf(pairs.eigenvectors, spectrum.length))).toBeLessThan(1e-6);
    }
  });

  it.each([1, 4, 50])('the identity: %i of 50', async (wanted) => {
    const pairs = await lanczos(
      operatorFrom(50, (v) => v.slice()),
      { eigenpairs: wanted },
    );
    expect(largestDifference(pairs.eigenvalues, new Array(wanted).fill(1))).toBeLessThan(1e-12);
    expect(departureFromOrthonormal(rowsOf(pairs.eigenvectors, 50))).toBeLessThan(1e-6);
    expect(pairs.lowest.eigenvalue).toBeCloseTo(1, 12);
  });

  it.each([1, 3, 20])('the zero matrix: %i of 20', async (wanted) => {
    const pairs = await lanczos(
      operatorFrom(20, () => new Float64Array(20)),
      { eigenpairs: wanted },
    );
    expect([...pairs.eigenvalues]).toEqual(new Array(wanted).fill(0).map((zero) => expect.closeTo(zero, 15)));
    expect(pairs.converged).toBe(wanted);
    expect(pairs.asymmetry).toBe(0);
  });

  // An operator of rank 3 is known after four steps; more pairs than its rank are wanted.
  it.each([2, 3, 10, 200])('an operator of rank three: %i of 200', async (wanted) => {
    const spectrum = [8, 5, 2, ...new Array(197).fill(0)];
    const known = withSpectrum(spectrum);
    const pairs = await lanczos(known.operator, { eigenpairs: wanted });
    expect(largestDifference(pairs.eigenvalues, spectrum.slice(0, wanted))).toBeLessThan(1e-12);
    expect(pairs.converged).toBe(wanted);
    if (wanted < 200) expect(pairs.products).toBeLessThan(100);
  });

  it.each([1, 2])('%i pairs of a matrix of two rows', async (wanted) => {
    const { operator } = withSpectrum([3, -1]);
    const pairs = await lanczos(operator, { eigenpairs: wanted });
    expect(largestDifference(pairs.eigenvalues, [3, -1].slice(0, wanted))).toBeLessThan(1e-14);
  });

  it('a matrix of one row', async () => {
    const pairs = await lanczos(
      operatorFrom(1, (v) => v.map((value) => -2.5 * value)),
      { eigenpairs: 1 },
    );
    expect([...pairs.eigenvalues]).toEqual([expect.closeTo(-2.5, 15)]);
    expect(Math.abs(pairs.eigenvectors[0])).toBe(1);
    expect(pairs.iterations).toBe(1);
  });
});
