/** Which directions the curvature along the window is computed for, by hand. Its values: test/experiment/run/definitions.test.ts. */
import { describe, expect, it } from 'vitest';
import { spreadOverDecades } from '../../../src/experiment/stages/curvature-along-window.ts';

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
