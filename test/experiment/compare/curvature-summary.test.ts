/** How quadratic the window was, from ratios made by hand. */
import { describe, expect, it } from 'vitest';
import { summariseCurvature } from '../../../src/experiment/compare/summary.ts';

// λ/λ_cross = 5, 0.5, 0.1, 0.05, 0.01, 0.001 and −1 with λ_cross = 2.
const eigenvalues = Float64Array.of(10, 1, 0.2, 0.1, 0.02, 0.002, -2);
const curvature = (directions: readonly number[], ...rows: readonly number[][]) => ({
  updates: Int32Array.from(rows, (_, row) => 10 * row),
  directions: Int32Array.from(directions),
  ratio: Float64Array.from(rows.flat()),
});

describe('summariseCurvature', () => {
  it('takes what lies above a hundredth of the crossover, of all states, the worst above a tenth', () => {
    // Columns: λ_×/10 itself, λ_×/100 itself and what is below are left out of the one or the other.
    const found = summariseCurvature(
      curvature([0, 1, 2, 3, 4, 5, 6], [1.1, 0.7, 3, 0.2, 50, 1e3, -1e3], [1, 1.2, 0.9, 1.05, -50, 1e3, -1e3]),
      eigenvalues,
      2,
    );
    // 0.2 0.7 0.9 1 | 1.05 1.1 1.2 3
    expect(found).toEqual({ median: 1.025, low: 0.2, high: 3, worstAboveTenth: 0.7 });
  });

  it('takes the worst to either side', () => {
    expect(summariseCurvature(curvature([0, 1], [1.1, 0.95]), eigenvalues, 2)).toMatchObject({ worstAboveTenth: 1.1 });
    expect(summariseCurvature(curvature([0, 1], [1.1, 0.8]), eigenvalues, 2)).toMatchObject({ worstAboveTenth: 0.8 });
  });

  it('is unknown in part where all is below a tenth, and in whole where all is below a hundredth', () => {
    expect(summariseCurvature(curvature([3, 5], [1.5, 9]), eigenvalues, 2)).toEqual({
      median: 1.5,
      low: 1.5,
      high: 1.5,
      worstAboveTenth: null,
    });
    expect(summariseCurvature(curvature([4, 5, 6], [1, 1, 1]), eigenvalues, 2)).toBeNull();
    expect(summariseCurvature(curvature([]), eigenvalues, 2)).toBeNull();
  });
});
