import { describe, expect, test } from 'vitest';
import { noiseAutocovarianceFigure } from '../../../src/report/figures/noise-autocovariance.ts';
import type { NoiseLags } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticInput } from '../synthetic.ts';

const theory = (figure: ReturnType<typeof noiseAutocovarianceFigure>) =>
  figure.series.find(({ role }) => role === 'sampler-theory')!;

/** M = 4: lags 0…8, all measured values the same. */
function figureOf(sampler: 'reshuffle' | 'shuffle-once' | 'with-replacement', changes: Partial<NoiseLags> = {}) {
  const lags = Array.from({ length: 9 }, (_, lag) => lag);
  const flat = (value: number) => lags.map(() => value);
  const noise = { lags, autocovariance: flat(-0.1), autocovarianceError: flat(0.01), ...changes };
  return noiseAutocovarianceFigure({ ...inputOf([], { sampler, batchesPerEpoch: 4 }), noise });
}

describe('theory, M = 4', () => {
  test('reshuffled: −(M−h)/(M(M−1)) up to an epoch, 0 beyond', () => {
    const { x, y } = theory(figureOf('reshuffle'));
    expect(x).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    [-3 / 12, -2 / 12, -1 / 12, 0, 0, 0, 0, 0].forEach((value, i) => expect(y[i]).toBeCloseTo(value, 15));
  });

  test('one order kept: −1/(M−1); where the batch returns, 1 is told in the footnote, not drawn', () => {
    const figure = figureOf('shuffle-once');
    expect(theory(figure).x).toEqual([1, 2, 3, 5, 6, 7]);
    theory(figure).y.forEach((value) => expect(value).toBeCloseTo(-1 / 3, 15));
    expect(figure.footnote).toContain(
      'So are lags 4 and 8, where the same batch returns: predicted 1, measured −0.1 and −0.1.',
    );
  });

  test('where a last incomplete batch is dropped, f = S/N takes the place of 1/M', () => {
    const run = { sampler: 'reshuffle', batchesPerEpoch: 4, batchSize: 3, samples: 15 } as const;
    const lags = [0, 1, 2, 3, 4];
    const noise = { lags, autocovariance: lags.map(() => 0), autocovarianceError: lags.map(() => 0) };
    const drawn = theory(noiseAutocovarianceFigure({ ...inputOf([], run), noise }));
    // −f/(1−f)·(M−h)/M with f = 1/5: −1/4 · 3/4, …
    [-3 / 16, -2 / 16, -1 / 16, 0].forEach((value, i) => expect(drawn.y[i]).toBeCloseTo(value, 15));
    expect(drawn.label).toContain('f = S/N');
  });

  test('independent batches: 0', () => {
    expect(theory(figureOf('with-replacement')).y).toEqual(Array(8).fill(0));
  });
});

test('bands are one standard error, and none where no error is known', () => {
  const trajectory = Array(9).fill(-0.2);
  const { series } = figureOf('reshuffle', { autocovarianceTrajectory: trajectory });
  const [along, mean] = series;
  expect(along).toMatchObject({ label: 'along the trajectory', kind: 'band' });
  expect(along.low!.every(Number.isNaN)).toBe(true);
  expect(mean.low![0]).toBeCloseTo(-0.11, 12);
  expect(mean.high![0]).toBeCloseTo(-0.09, 12);
});

test('values far beyond 1/M lie off the axis and are counted', () => {
  const autocovariance = [1, -0.2, -0.1, 0, 0, 0, 9, 0, NaN];
  const { footnote, y } = figureOf('reshuffle', { autocovariance });
  expect(footnote).toContain('Beyond the axis: 1 of 7 measured values.');
  expect(y.range![1]).toBeLessThan(5 / 4);
});

test('whole epochs are marked, with room for the last label', () => {
  const figure = noiseAutocovarianceFigure(syntheticInput());
  expect(figure.verticals).toEqual([
    { value: 100, label: '1 epoch' },
    { value: 200, label: '2 epochs' },
  ]);
  expect(figure.x.range![1]).toBeGreaterThan(200);
  expect(figure.subtitle).toContain('1/M = 0.01');
});

test.each([
  ['no lags', { lags: [], autocovariance: [], autocovarianceError: [] }],
  ['no numbers', { lags: [0, 1, 2], autocovariance: [1, NaN, NaN], autocovarianceError: [0, NaN, NaN] }],
])('%s: the picture says so', (_name, noise) => {
  expect(figureOf('reshuffle', noise).message).toBe('no autocovariance was measured');
});
