import { describe, expect, it } from 'vitest';
import { restOfSpectrum } from '../../src/hessian/density.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { withSpectrum } from './matrices.ts';

const SIZE = 400;
const spectrum = Array.from({ length: SIZE }, (_, i) => (i < 370 ? 40 / (i + 1) ** 1.2 : -0.02 * (i - 369)));
const sorted = [...spectrum].sort((a, b) => b - a);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

// Channel: the spectrum the matrix was made of.
describe('the rest of a spectrum', () => {
  it('has the trace of what was not computed within its error, over seeds', async () => {
    const { operator } = withSpectrum(spectrum, 3);
    const truth = total(sorted.slice(30));
    const deviates: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const { measure, eigenvalues } = await lanczos(operator, { eigenpairs: 30, tolerance: 1e-4, seed });
      const rest = restOfSpectrum(measure, eigenvalues, SIZE)!;
      expect(rest.directions).toBe(SIZE - 30);
      expect(total([...rest.counts])).toBeCloseTo(SIZE - 30, 8);
      deviates.push((rest.trace - truth) / rest.traceError);
    }
    // Normal deviates: mean 0 ± 0.16, variance 1 ± 0.22.
    expect(Math.abs(total(deviates) / 40)).toBeLessThan(0.5);
    const variance = total(deviates.map((value) => value * value)) / 40;
    expect(variance).toBeGreaterThan(0.5);
    expect(variance).toBeLessThan(1.6);
  });

  it('tells how many eigenvalues lie above a level', async () => {
    const { operator } = withSpectrum(spectrum, 4);
    const { measure, eigenvalues } = await lanczos(operator, { eigenpairs: 30, tolerance: 1e-4 });
    const { nodes, counts } = restOfSpectrum(measure, eigenvalues, SIZE)!;
    const above = (level: number) => total([...counts].filter((_, i) => nodes[i] > level));
    const really = (level: number) => sorted.slice(30).filter((value) => value > level).length;
    for (const level of [0.05, 0.1, 0.2]) expect(Math.abs(above(level) / really(level) - 1)).toBeLessThan(0.25);
  });

  it('is nothing where all pairs are known', async () => {
    const { operator } = withSpectrum([3, 2, 1]);
    const { measure, eigenvalues } = await lanczos(operator, { eigenpairs: 3 });
    expect(restOfSpectrum(measure, eigenvalues, 3)).toBeNull();
  });
});

// Channel: the quadrature's own law. Nodes and weights integrate polynomials of the operator exactly: with all weights the
// zeroth moment is 1, and the first is the Rayleigh quotient of the start vector, which is that of the first product.
it('the measure of the start vector has its first moments', async () => {
  const { operator } = withSpectrum(spectrum, 5);
  const seen: { vector: Float64Array; product: Float64Array }[] = [];
  const watched = {
    ...operator,
    apply(vector: Float64Array) {
      const product = operator.apply(vector) as Float64Array;
      seen.push({ vector: vector.slice(), product: product.slice() });
      return product;
    },
  };
  const { measure } = await lanczos(watched, { eigenpairs: 20, tolerance: 1e-4 });
  const moment = (power: number) => measure.nodes.reduce((sum, node, i) => sum + measure.weights[i] * node ** power, 0);
  const [{ vector, product }] = seen;
  const first = vector.reduce((sum, value, i) => sum + value * product[i], 0);
  const second = product.reduce((sum, value) => sum + value * value, 0);
  expect(moment(0)).toBeCloseTo(1, 12);
  expect(moment(1)).toBeCloseTo(first, 10);
  expect(Math.abs(moment(2) / second - 1)).toBeLessThan(1e-10);
});
