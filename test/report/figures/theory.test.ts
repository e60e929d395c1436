/** The picture of `epochnoise theory`. What its curves should be follows from closed forms, written out here. */
import { describe, expect, test } from 'vitest';
import type { Figure, Series } from '../../../src/report/figure.ts';
import { theoryFigure } from '../../../src/report/figures/theory.ts';
import { renderPng } from '../../../src/report/png.ts';
import { SAMPLERS, theoryTable, type Sampler, type TheoryTableOptions } from '../../../src/theory/index.ts';
import { hasWhiteFrame, pixelsOf } from '../pixels.ts';

/** Two batches an epoch, no momentum: crossover at 15, unstable from 20. */
const TWO: TheoryTableOptions = {
  learningRate: 0.1,
  momentum: 0,
  batchesPerEpoch: 2,
  eigenvalues: [1],
  noiseVariance: 3,
};
const USUAL = { ...TWO, learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 100, noiseVariance: 2 };

const draw = (options: TheoryTableOptions): Figure => theoryFigure(options, theoryTable(options));
const lines = ({ series }: Figure) => series.filter(({ kind }) => kind === 'line');
const labelled = ({ series }: Figure, label: string) => series.find((one) => one.label === label)!;
const given = ({ series }: Figure) => series.find(({ label }) => label.includes('given'));

/** All values of a line, and what they should be; to a relative 1e-9. */
function expectCurve({ x, y }: Series, expected: (eigenvalue: number) => number): void {
  expect(x.length).toBeGreaterThan(100);
  x.forEach((eigenvalue, i) => expect(y[i] / expected(eigenvalue)).toBeCloseTo(1, 9));
}

/** η(1+β)C/(λ(1−β)(2(1+β)−ηλ)). */
function independent({ learningRate, momentum, noiseVariance }: TheoryTableOptions) {
  return (eigenvalue: number) =>
    (learningRate * (1 + momentum) * noiseVariance) /
    (eigenvalue * (1 - momentum) * (2 * (1 + momentum) - learningRate * eigenvalue));
}

describe('curves', () => {
  test.each([TWO, USUAL])('independent batches: a stationary autoregression', (options) => {
    expectCurve(labelled(draw(options), 'independent batches'), independent(options));
  });

  test('two batches, reshuffled: noise g then −g in every epoch, averaged over the boundary and the middle', () => {
    const { learningRate, noiseVariance } = TWO;
    expectCurve(labelled(draw(TWO), 'reshuffled every epoch'), (eigenvalue) => {
      // θ₁ = aθ₀ − ηg, θ₂ = aθ₁ + ηg = a²θ₀ + η(1−a)g, with g independent of θ₀.
      const a = 1 - learningRate * eigenvalue;
      const boundary = ((1 - a) ** 2 * learningRate ** 2 * noiseVariance) / (1 - a ** 4);
      return (boundary + a ** 2 * boundary + learningRate ** 2 * noiseVariance) / 2;
    });
  });

  test('two batches in one order: the cycle ±ηg/(1+a)', () => {
    const { learningRate, noiseVariance } = TWO;
    expectCurve(labelled(draw(TWO), 'one order for all epochs'), (eigenvalue) => {
      const a = 1 - learningRate * eigenvalue;
      return (learningRate ** 2 * noiseVariance) / (1 + a) ** 2;
    });
  });

  test('a window of five updates with replacement: less the variance of its mean', () => {
    const figure = draw({ ...TWO, sampler: 'with-replacement', window: 5 });
    expectCurve(labelled(figure, 'in a window of 5 updates'), (eigenvalue) => {
      const a = 1 - TWO.learningRate * eigenvalue;
      const mean = (5 + 2 * (4 * a + 3 * a ** 2 + 2 * a ** 3 + a ** 4)) / 25;
      return independent(TWO)(eigenvalue) * (1 - mean);
    });
  });
});

describe('the sampler asked for', () => {
  test.each(SAMPLERS)('%s is bold, in one piece and on top; the others stand back', (sampler: Sampler) => {
    const drawn = lines(draw({ ...USUAL, sampler }));
    expect(drawn).toHaveLength(3);
    expect(drawn.map(({ emphasis }) => emphasis === 'strong')).toEqual([false, false, true]);
    expect(drawn[2].dashed).toBe(false);
    expect(new Set(drawn.map(({ role }) => role)).size).toBe(3);
  });

  test('its window is dashed, in its colour', () => {
    const drawn = lines(draw({ ...USUAL, sampler: 'with-replacement', window: 2000 }));
    expect(drawn[3]).toMatchObject({ label: 'in a window of 2,000 updates', role: drawn[2].role, dashed: true });
  });

  test('a window without prediction, or without variance, has no line', () => {
    const none = draw({ ...USUAL, sampler: 'shuffle-once', window: 200, start: 'rest' });
    expect(lines(none)).toHaveLength(3);
    expect(none.footnote).toContain('The window has no prediction.');
    expect(draw({ ...USUAL, window: 1 }).footnote).toContain('A window of one update has no variance.');
  });
});

describe('eigenvalues', () => {
  const ends = (options: TheoryTableOptions) => {
    const [{ x }] = lines(draw(options));
    return [x[0], x[x.length - 1]];
  };

  test('reach two decades to either side of the crossover, which is marked', () => {
    const [low, high] = ends({ ...USUAL, eigenvalues: [0.1] });
    expect(low).toBeCloseTo(6e-4, 12);
    expect(high).toBeCloseTo(6, 12);
    const { verticals } = draw(USUAL);
    expect(verticals.map(({ label }) => label)).toEqual(['crossover λ_× = 0.06']);
    expect(verticals[0].value).toBeCloseTo(0.06, 12);
  });

  test('are stretched to those asked for', () => {
    expect(ends({ ...USUAL, eigenvalues: [1e-6, 0.1, 30] })).toEqual([1e-6, 30]);
  });

  test('end short of the limit of stability, which is marked where it is near', () => {
    const figure = draw(TWO);
    expect(ends(TWO)[1]).toBeCloseTo(19.8, 12);
    expect(figure.verticals[1]).toEqual({ value: 20, label: 'unstable from λ = 20' });
    expect(figure.x.range![1]).toBeGreaterThan(20);
    expect(ends({ ...TWO, eigenvalues: [19.99] })[1]).toBe(19.99);
  });

  test('lie on every curve, and no two points of a curve too close to be told apart', () => {
    const [{ x }] = lines(draw({ ...TWO, eigenvalues: [0.2, 1, 19.99] }));
    expect([0.2, 1, 19.99].every((value) => x.includes(value))).toBe(true);
    const span = Math.log(x[x.length - 1] / x[0]);
    for (let i = 1; i < x.length; i++) expect(Math.log(x[i] / x[i - 1])).toBeGreaterThan(span / 1000);
  });
});

describe('points', () => {
  test('are the eigenvalues given, once each, with their values beside them', () => {
    const figure = draw({ ...USUAL, sampler: 'with-replacement', eigenvalues: [0.01, 0.1, 0.1], window: 2000 });
    const points = given(figure)!;
    expect(points.x).toEqual([0.01, 0.1]);
    points.x.forEach((eigenvalue, i) => expect(points.y[i]).toBeCloseTo(independent(USUAL)(eigenvalue), 9));
    // 0.05 · 1.9 · 2 / (0.1 · 0.1 · (3.8 − 0.005)) = 5.0066.
    expect(points.pointLabels![1]).toMatch(/^σ²_θ\(0\.1\) = 5\.01\nin the window 4\.\d\d$/);
    expect(figure.series.filter(({ kind }) => kind === 'points').map(({ x }) => x)).toEqual([points.x, points.x]);
  });

  test('of many the values are not written', () => {
    const eigenvalues = Array.from({ length: 9 }, (_, i) => 0.01 * (i + 1));
    const figure = draw({ ...USUAL, eigenvalues });
    expect(given(figure)!.x).toEqual(eigenvalues);
    expect(given(figure)!.pointLabels).toBeUndefined();
    expect(figure.footnote).toContain('The values of the 9 points are in the table.');
  });

  test('that cannot be drawn are named', () => {
    const figure = draw({ ...TWO, eigenvalues: [0, -2, 1, 30, 30] });
    expect(given(figure)!.x).toEqual([1]);
    expect(figure.footnote).toContain(
      'Not shown: λ = 0, −2 (no place on a logarithmic axis); λ = 30 (no stationary state).',
    );
    const many = draw({ ...TWO, eigenvalues: Array.from({ length: 9 }, (_, i) => -i) });
    expect(many.footnote).toContain('Not shown: 9 eigenvalues (no place on a logarithmic axis).');
    expect(given(many)).toBeUndefined();
  });
});

describe('words', () => {
  test('settings below the title, the window in a line of its own', () => {
    expect(draw(USUAL).subtitle).toBe('reshuffled every epoch; η = 0.05, β = 0.9, M = 100, C = 2');
    const second = (options: Partial<TheoryTableOptions>) => draw({ ...USUAL, ...options }).subtitle.split('\n')[1];
    expect(second({ window: 2000 })).toBe('window of 2,000 updates (20 epochs) in the stationary state');
    expect(second({ window: 100, start: 'rest' })).toBe(
      'window of 100 updates (1 epoch), opened at rest in the minimum',
    );
    expect(second({ window: 150, start: 'rest', burnInEpochs: 3 })).toBe(
      'window of 150 updates (1.5 epochs), opened 3 epochs after rest in the minimum',
    );
    expect(draw({ ...USUAL, samplingFraction: 0.0095 }).subtitle).toContain('M = 100, S/N = 0.0095, C = 2');
  });

  test('the noise variance is said to be the same everywhere', () => {
    expect(draw({ ...USUAL, noiseVariance: 2e-7 }).footnote).toMatch(
      /^The noise variance is the same at all eigenvalues, C = 2×10⁻⁷; /,
    );
  });

  test('without noise there is nothing to draw, and that is said', () => {
    const figure = draw({ ...USUAL, noiseVariance: 0, window: 100 });
    expect(figure.series).toEqual([]);
    expect(figure.message).toBe('without noise the weights rest in the minimum');
  });
});

test.each<[string, TheoryTableOptions]>([
  ['few batches, near the limit', { ...TWO, eigenvalues: [0.2, 19.99] }],
  ['many batches, far from the crossover', { ...USUAL, batchesPerEpoch: 1000, eigenvalues: [1e-7, 70], window: 7000 }],
  ['eight eigenvalues in one place', { ...USUAL, eigenvalues: [1, 2, 3, 4, 5, 6, 7, 8].map((i) => 0.06 + i / 1000) }],
  ['no noise', { ...USUAL, noiseVariance: 0 }],
])('nothing is cut off at an edge: %s', async (_, options) => {
  expect(hasWhiteFrame(await pixelsOf(renderPng(draw(options))), 10)).toBe(true);
});
