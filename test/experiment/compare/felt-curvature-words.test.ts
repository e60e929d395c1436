/** When a felt curvature is told, and how. */
import { describe, expect, it } from 'vitest';
import { feltCurvatureInWords } from '../../../src/experiment/compare/felt-curvature-words.ts';
import type { CurvatureRange, FeltCurvatureSummary } from '../../../src/report/summary.ts';

const felt = (value: number, low: number, high: number, directions = 5): FeltCurvatureSummary => ({
  directions,
  overEigenvalue: { value, low, high },
  ratio: 1.01,
  coverage: 0.95,
});
const unknown: FeltCurvatureSummary = { directions: 0, overEigenvalue: null, ratio: null, coverage: null };
const range = (
  low: number,
  high: number | null,
  trajectory: FeltCurvatureSummary,
  finiteStep = unknown,
): CurvatureRange => ({
  low,
  high,
  directions: 30,
  eigenvalue: { ratio: 0.7, coverage: 0.5 },
  trajectory,
  finiteStep,
});
const words = (ranges: readonly CurvatureRange[], window: 'same' | 'second' = 'same') =>
  feltCurvatureInWords({ window, snapshots: 100, samples: 400, ranges });

describe('is told', () => {
  it('where the median is off by more than a tenth, and by more than its error, to either side', () => {
    expect(words([range(1, 10, felt(1.11, 1.01, 1.21))])).not.toBeNull();
    expect(words([range(1, 10, felt(0.89, 0.79, 0.99))])).not.toBeNull();
    expect(words([range(1, 10, unknown, felt(1.5, 1.5, 1.5))])).not.toBeNull();
  });

  it('not where it is within a tenth, within its error, of few directions, of flat ones, or unknown', () => {
    expect(words([range(1, 10, felt(1.09, 1.08, 1.1))])).toBeNull();
    expect(words([range(1, 10, felt(1.5, 0.99, 2.01))])).toBeNull();
    expect(words([range(1, 10, felt(0.5, 0.1, 1.01))])).toBeNull();
    expect(words([range(1, 10, felt(2, 1.9, 2.1, 4))])).toBeNull();
    expect(words([range(0, 0.01, felt(2, 1.9, 2.1))])).toBeNull();
    expect(words([range(1, 10, unknown)])).toBeNull();
    expect(words([])).toBeNull();
  });

  it('range by range, the stiffest first, with what it changes; the others are left out', () => {
    const ranges = [
      range(0.01, 0.1, felt(1.7, 1.3, 2.1)),
      range(0.1, 1, felt(1.01, 1, 1.02)),
      range(1, 10, felt(1.4, 1.3, 1.5), { ...felt(1.5, 1.5, 1.5), ratio: null }),
      range(10, null, felt(1.2, 1.1, 1.3)),
    ];
    expect(words(ranges)).toBe(
      'The weights feel another curvature than the Hessian’s eigenvalue λ: kinks, or a loss that is not quadratic. ' +
        'Above 10 λ×: 1.20 λ along the path (variance over prediction 0.70 with λ, 1.01 with this). ' +
        'Between λ× and 10 λ×: 1.40 λ along the path, 1.50 λ over ±σ (variance over prediction 0.70 with λ, 1.01 and unknown with these). ' +
        'Between λ×/100 and λ×/10: 1.70 λ along the path (variance over prediction 0.70 with λ, 1.01 with this). ' +
        'The path is that of the same window: the prediction with its curvature is not independent of it (curvature.window: second makes it so).',
    );
    expect(words(ranges, 'second')).toMatch(
      /The path is that of a second window, whose fluctuations are not those of the first; .* the step is the real test there\.$/,
    );
  });
});
