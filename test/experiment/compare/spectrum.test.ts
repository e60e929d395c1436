import { expect, test } from 'vitest';
import { describeSpectrum } from '../../../src/experiment/compare/spectrum.ts';

const density = { nodes: Float64Array.of(5, 3, 1, -1), weights: Float64Array.of(0.1, 0.1, 0.6, 0.2) };

// Channel: sums by hand. 98 directions share 0.6 : 0.2 between 1 and −1.
test('the rest is scaled to the directions that were not computed, μ taken out everywhere', () => {
  const { summary, rest } = describeSpectrum({ eigenvalues: Float64Array.of(5, 3), density }, 100, 0.5);
  expect(rest!.counts).toEqual(Float64Array.of((98 * 0.6) / 0.8, (98 * 0.2) / 0.8));
  expect(summary.traceComputed).toBe(7);
  expect(summary.traceRest).toBeCloseTo(98 * 0.5 - 98 * 0.5, 12);
  expect(summary.traceRestError).toBeCloseTo(Math.sqrt((2 * 98 * 0.75 * 98) / 100), 12);
  expect(summary.share).toBeCloseTo(1, 12);
});

test('nothing is left of a complete spectrum', () => {
  const { summary, rest } = describeSpectrum({ eigenvalues: Float64Array.of(5, 3, 1, -1), density }, 4, 0);
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
