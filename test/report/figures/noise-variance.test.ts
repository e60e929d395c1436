import { describe, expect, test } from 'vitest';
import { noiseVarianceFigure } from '../../../src/report/figures/noise-variance.ts';
import { inputOf } from '../hand-made.ts';
import { crossover, syntheticInput } from '../synthetic.ts';

const slopes = (value: number | null) => ({
  stiff: null,
  suppressed: null,
  noiseExponent: { value, low: null, high: null, predicted: 1 },
});
const exact = { noise_variance_low: 4, noise_variance_high: 4 };

test('the x axis is the curvature of the loss alone: weight decay is taken off, also from the crossover', () => {
  const figure = noiseVarianceFigure(
    inputOf([{ ...exact, eigenvalue: 2, noise_variance: 4, regime: 'stiff' }], { weightDecay: 0.5 }),
  );
  expect(figure.series[0].x).toEqual([1.5]);
  expect(figure.verticals[0].value).toBe(0.5);
  expect(figure.x.range![0]).toBeLessThan(0.5);
});

describe('lines', () => {
  const rows = [1, 2, 4].map((eigenvalue) => ({
    ...exact,
    eigenvalue,
    noise_variance: 3 * eigenvalue ** 2,
    regime: 'stiff' as const,
  }));

  test('the fit has the slope of the summary and goes through the median', () => {
    const { series } = noiseVarianceFigure(inputOf(rows, { slopes: slopes(2) }));
    const fit = series.find(({ role }) => role === 'fit')!;
    expect(fit.label).toBe('fitted slope 2.000');
    expect(fit.x).toEqual([1, 4]);
    expect(fit.y[0]).toBeCloseTo(3, 12);
    expect(fit.y[1]).toBeCloseTo(48, 12);
  });

  test('C ∝ λ−μ is drawn over it, in dashes, so that both can be seen where they agree', () => {
    const { series } = noiseVarianceFigure(syntheticInput());
    expect(series.map(({ role }) => role)).toEqual(['left-out', 'measured', 'fit', 'reference', 'measured']);
    expect(series[2].label).toBe('fitted slope 1.004 (0.995 … 1.013)');
  });

  test('no fit, no line; one direction, no line at all', () => {
    expect(noiseVarianceFigure(inputOf(rows)).series.map(({ role }) => role)).toEqual(['reference', 'measured']);
    const single = noiseVarianceFigure(inputOf(rows.slice(1, 2), { slopes: slopes(2) }));
    expect(single.series.map(({ role }) => role)).toEqual(['measured']);
  });
});

test('exact values have no bars, estimated ones do', () => {
  const row = { eigenvalue: 2, noise_variance: 4, regime: 'stiff' as const };
  const kindOf = (low: number, high: number) =>
    noiseVarianceFigure(inputOf([{ ...row, noise_variance_low: low, noise_variance_high: high }])).series[0];
  expect(kindOf(4, 4)).toMatchObject({ kind: 'points', label: 'C of one direction' });
  expect(kindOf(3, 5)).toMatchObject({ kind: 'errorbars', label: 'C of one direction, 95 % interval', low: [3] });
});

test('directions without curvature or noise are counted', () => {
  const { footnote, subtitle } = noiseVarianceFigure(
    inputOf(
      [
        { ...exact, eigenvalue: 2, noise_variance: 4, regime: 'stiff' },
        { ...exact, eigenvalue: 0.1, noise_variance: 4, regime: 'suppressed' },
        { ...exact, eigenvalue: 1, noise_variance: NaN, regime: 'suppressed' },
        { ...exact, eigenvalue: -1, noise_variance: 4, regime: 'negative' },
      ],
      { weightDecay: 0.2 },
    ),
  );
  expect(subtitle).toContain('1 direction');
  expect(footnote).toContain('Not shown: 3 directions with λ−μ\u00a0≤\u00a00, far below the crossover, or without C.');
});

test('the crossover is named by its eigenvalue', () => {
  const [marker] = noiseVarianceFigure(syntheticInput()).verticals;
  expect(marker.label).toBe('crossover λ_× = 0.06');
  expect(marker.value).toBeCloseTo(crossover - 1e-5, 12);
});
