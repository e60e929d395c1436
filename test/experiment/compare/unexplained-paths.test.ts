import { describe, expect, it } from 'vitest';
import { unexplainedPathsInWords } from '../../../src/experiment/compare/unexplained-paths.ts';
import type { RangeSummary } from '../../../src/report/summary.ts';

const range = (parts: Partial<RangeSummary>): RangeSummary =>
  ({ low: 0.01, high: 0.1, directions: 12, replayExplained: 0.74, replayPredicted: 0.74, ...parts }) as RangeSummary;

describe('paths that the quadratic model does not explain', () => {
  it('are told, stiffest range first, with what was expected', () => {
    const text = unexplainedPathsInWords([
      range({ replayExplained: -0.6 }),
      range({ low: 0.1, high: 1, replayExplained: 0.65, replayPredicted: 0.9 }),
    ]);
    expect(text).toContain(
      'Between λ×/10 and λ×: R² = 0.65 (median of 12 directions; 0.90 expected). Between λ×/100 and λ×/10: R² = −0.60 (median of 12 directions; 0.74 expected).',
    );
  });

  it.each([
    ['what runs that follow the theory show', { replayExplained: 0.63 }],
    ['more than was expected', { replayExplained: 0.95 }],
    ['few directions', { replayExplained: -2, directions: 4 }],
    ['directions below a hundredth of the crossover', { replayExplained: -2, low: 0, high: 0.01 }],
    ['no replay', { replayExplained: null }],
    ['two components unknown, and a replay that is some use', { replayExplained: 0.1, replayPredicted: null }],
  ])('are not told of for %s', (_, parts) => {
    expect(unexplainedPathsInWords([range(parts)])).toBeNull();
  });

  it('are told without an expectation where two components are unknown and the replay is no use', () => {
    expect(unexplainedPathsInWords([range({ replayExplained: -0.1, replayPredicted: null })])).toContain(
      'R² = −0.10 (median of 12 directions).',
    );
  });
});
