import { describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import { freshResiduals } from '../../src/hessian/residuals.ts';

const diagonal = [4, 2, -1];
const operator = operatorFrom(3, (v) => v.map((value, i) => diagonal[i] * value));

// Channel: arithmetic by hand on a diagonal matrix.
describe('fresh residuals', () => {
  it('of exact eigenvectors are zero, whatever their length', async () => {
    const { rayleighQuotients, residuals } = await freshResiduals(operator, Float64Array.of(1, 0, 0, 0, 0, -2));
    expect([...rayleighQuotients]).toEqual([4, -1]);
    expect([...residuals]).toEqual([0, 0]);
  });

  it('take the eigenvalues given, else the Rayleigh quotient', async () => {
    const s = Math.SQRT1_2;
    const mixed = Float64Array.of(s, s, 0);
    const own = await freshResiduals(operator, mixed);
    // vᵀHv = (4+2)/2; (H−3)v = (1, −1, 0)/√2.
    expect(own.rayleighQuotients[0]).toBeCloseTo(3, 14);
    expect(own.residuals[0]).toBeCloseTo(1, 14);
    const given = await freshResiduals(operator, mixed, { eigenvalues: [4] });
    expect(given.rayleighQuotients[0]).toBeCloseTo(3, 14);
    expect(given.residuals[0]).toBeCloseTo(Math.SQRT2, 14);
  });

  it('say after each product how many are done', async () => {
    const done: number[] = [];
    await freshResiduals(operator, Float32Array.of(1, 0, 0, 0, 1, 0), {
      eigenvalues: [4, 2],
      afterEach: (count) => void done.push(count),
    });
    expect(done).toEqual([1, 2]);
  });

  it('refuse vectors of another length, and eigenvalues of another number', async () => {
    await expect(freshResiduals(operator, new Float32Array(4))).rejects.toThrow(RunError);
    await expect(freshResiduals(operator, new Float32Array(4))).rejects.toThrow('4 numbers');
    await expect(freshResiduals(operator, new Float32Array(6), { eigenvalues: [1] })).rejects.toThrow(
      '6 numbers with 1 eigenvalues',
    );
  });

  it('stop at a product that is not finite', async () => {
    const broken = operatorFrom(3, (v) => v.map(() => NaN));
    await expect(freshResiduals(broken, Float32Array.of(1, 0, 0))).rejects.toThrow('has NaN as entry 0');
  });
});
