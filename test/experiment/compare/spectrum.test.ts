import { expect, test } from 'vitest';
import { describeSpectrum } from '../../../src/experiment/compare/spectrum.ts';
import type { SpectrumReport } from '../../../src/experiment/spectrum/directions.ts';

const density = { nodes: Float64Array.of(5, 3, 1, -1), weights: Float64Array.of(0.1, 0.1, 0.6, 0.2) };

const report = { subset: null, shared: false } as SpectrumReport;

// Channel: sums by hand. 98 directions share 0.6 : 0.2 between 1 and −1.
test('the rest is scaled to the directions that were not computed, μ taken out everywhere', () => {
  const { summary, rest } = describeSpectrum({ eigenvalues: Float64Array.of(5, 3), density, report }, 100, 0.5, null);
  expect(rest!.counts).toEqual(Float64Array.of((98 * 0.6) / 0.8, (98 * 0.2) / 0.8));
  expect(summary.traceComputed).toBe(7);
  expect(summary.traceRest).toBeCloseTo(98 * 0.5 - 98 * 0.5, 12);
  expect(summary.traceRestError).toBeCloseTo(Math.sqrt((2 * 98 * 0.75 * 98) / 100), 12);
  expect(summary.share).toBeCloseTo(1, 12);
});

test('nothing is left of a complete spectrum', () => {
  const { summary, rest } = describeSpectrum(
    { eigenvalues: Float64Array.of(5, 3, 1, -1), density, report },
    4,
    0,
    null,
  );
  expect(rest).toBeNull();
  expect(summary).toEqual({
    parameters: 4,
    computed: 4,
    traceComputed: 8,
    traceRest: 0,
    traceRestError: 0,
    share: 1,
  });
});

test.each([{ subset: 50 }, { shared: true }])(
  'directions of another Hessian: the look’s trace, no quadrature: %o',
  (other) => {
    const spectrum = { eigenvalues: Float64Array.of(4, 2), density, report: { ...report, ...other } };
    const trace = { value: 20, low: 18.04, high: 21.96, products: 60 };
    const { summary, rest } = describeSpectrum(spectrum, 100, 0.5, trace);
    expect(rest).toBeNull();
    // 4 + 2 − 2·0.5 of 20.
    expect(summary).toMatchObject({ traceComputed: 5, traceRest: 15, share: 0.25 });
    expect(summary.traceRestError).toBeCloseTo(1, 12);
    expect(describeSpectrum(spectrum, 100, 0.5, null).summary).toMatchObject({ traceRest: null, share: null });
  },
);
