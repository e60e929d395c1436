import { describe, expect, test } from 'vitest';
import { spectrumFigure } from '../../../src/report/figures/spectrum.ts';
import type { ReportInput } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';

const rows = [4, 2, 1].map((eigenvalue) => ({ eigenvalue, regime: 'stiff' as const }));
const plain = inputOf(rows);
const given = (changes: Partial<ReportInput> = {}): ReportInput => ({
  ...plain,
  run: {
    ...plain.run,
    weightDecay: 0.5,
    spectrum: {
      parameters: 103,
      computed: 3,
      traceComputed: 5.5,
      traceRest: 5.5,
      traceRestError: 0.25,
      share: 0.5,
    },
  },
  density: { eigenvalue: [0.5, 0.25, -0.1], directions: [10, 70, 20] },
  ...changes,
});

// Channel: counts and sums by hand.
describe('the spectrum', () => {
  test('counts computed eigenvalues, and the rest beyond them', () => {
    const { series } = spectrumFigure(given());
    const found = Object.fromEntries(series.map(({ label, x, y }) => [label, [x, y]]));
    expect(found['computed: 3']).toEqual([
      [4, 2, 1],
      [1, 2, 3],
    ]);
    expect(found['the rest, estimated']).toEqual([
      [0.5, 0.25],
      [8, 48],
    ]);
  });

  test('shows the share of the loss’s trace on the right', () => {
    const { series, right } = spectrumFigure(given());
    const share = series.find(({ axis }) => axis === 'right')!;
    expect(share.y).toEqual([3.5 / 11, 5 / 11, 5.5 / 11]);
    expect(right!.range).toEqual([0, 1.05]);
  });

  test('says how much the computed directions hold, and what is not shown', () => {
    expect(spectrumFigure(given()).footnote).toBe(
      'The 3 computed directions of 103 hold 50.0 % of the trace of the loss’s Hessian, 5.5 of 11 ± 0.25. The rest: stochastic Lanczos quadrature with one random vector. About 20 eigenvalues are not positive, and not shown.',
    );
  });

  test('of all directions has no rest', () => {
    const complete = given({ density: { eigenvalue: [], directions: [] } });
    const spectrum = { ...complete.run.spectrum!, parameters: 3, traceRest: 0, traceRestError: 0, share: 1 };
    const { series, footnote } = spectrumFigure({ ...complete, run: { ...complete.run, spectrum } });
    expect(series.map(({ label }) => label)).toEqual(['share of the trace (right)', 'computed: 3']);
    expect(footnote).toBe('All 3 eigenvalues were computed; trace of the loss’s Hessian 5.5.');
  });

  test('of directions that another Hessian gave knows their share alone', () => {
    const shared = given({ density: { eigenvalue: [], directions: [] } });
    const { series, footnote } = spectrumFigure(shared);
    expect(series.map(({ label }) => label)).toEqual(['share of the trace (right)', 'computed: 3']);
    expect(footnote).toBe(
      'The 3 computed directions of 103 hold 50.0 % of the trace of the loss’s Hessian, 5.5 of 11 ± 0.25 (random probes at the minimum). The directions were found with another Hessian, a subset’s or another run’s: nothing is known of single others.',
    );
  });

  test('counts computed eigenvalues that it cannot show', () => {
    const negative = (count: number) => {
      const bent = Array.from({ length: count }, () => ({ eigenvalue: -0.1, regime: 'negative' as const }));
      const { directions } = inputOf([...rows, ...bent]);
      const complete = given({ directions, density: { eigenvalue: [], directions: [] } });
      const spectrum = { ...complete.run.spectrum!, parameters: 3 + count, computed: 3 + count, traceRest: 0 };
      return spectrumFigure({ ...complete, run: { ...complete.run, spectrum } });
    };
    expect(negative(1).series.map(({ label }) => label)).toContain('computed: 3');
    expect(negative(1).footnote).toBe(
      'All 4 eigenvalues were computed; trace of the loss’s Hessian 5.5. 1 eigenvalue is not positive, and not shown.',
    );
    expect(negative(2).footnote).toContain('2 eigenvalues are not positive, and not shown.');
    const some = given({ directions: inputOf([...rows, { eigenvalue: 0, regime: 'negative' }]).directions });
    expect(spectrumFigure(some).footnote).toContain('± 0.25. 1 eigenvalue is not positive, and not shown. The rest:');
  });

  test('without a positive eigenvalue says so', () => {
    const { message } = spectrumFigure({ ...inputOf([{ eigenvalue: -1, regime: 'negative' }]) });
    expect(message).toBe('no eigenvalue is positive');
  });
});
