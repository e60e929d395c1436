import { describe, expect, test } from 'vitest';
import { trainingCurveFigure } from '../../../src/report/figures/training-curve.ts';
import type { TrainingRow } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticTraining } from '../synthetic.ts';

const figureOf = (training: readonly TrainingRow[]) => trainingCurveFigure({ ...inputOf([]), training });
const row = (phase: string, epoch: number, trainLoss: number): TrainingRow => ({
  phase,
  epoch,
  trainLoss,
  trainAccuracy: null,
  testLoss: null,
  testAccuracy: null,
});

test('classes: losses on the left, accuracies in dashes on the right', () => {
  const figure = figureOf(syntheticTraining());
  expect(figure.series.map(({ label, axis, dashed }) => [label, axis, dashed])).toEqual([
    ['test accuracy', 'right', true],
    ['training accuracy', 'right', true],
    ['test loss', 'left', false],
    ['training loss', 'left', false],
  ]);
  expect(figure.title).toBe('Loss and accuracy over the run');
  expect(figure.right?.label).toBe('accuracy (fraction right)');
  expect(figure.right!.range![1]).toBeLessThanOrEqual(1);
});

test('regression: no accuracy, no right axis', () => {
  const figure = figureOf(syntheticTraining(30, false));
  expect(figure.series.map(({ label }) => label)).toEqual(['training loss']);
  expect(figure.right).toBeUndefined();
  expect(figure.title).toBe('Loss over the run');
});

describe('phases as a run writes them', () => {
  const trained = [row('train', 1, 3), row('train', 2, 2)];
  const settled = (epochs: number) => [
    row('burn-in', epochs + 1, 1),
    row('burn-in', epochs + 2, 1),
    row('window', epochs + 3, 1),
  ];
  const polished = (epochs: number) => [row('polish', epochs, 2), row('polish', epochs + 1, 1)];

  test.each([
    {
      name: 'training and polish',
      rows: [...trained, ...polished(2), ...settled(2)],
      x: [1, 2, 2, 2.5, 3, 4, 5],
      begins: { training: 0, polish: 2, 'burn-in': 2.5, window: 4 },
    },
    {
      name: 'training only',
      rows: [...trained, ...settled(2)],
      x: [1, 2, 3, 4, 5],
      begins: { training: 0, 'burn-in': 2, window: 4 },
    },
    {
      name: 'polish only',
      rows: [...polished(0), ...settled(0)],
      x: [0, 0.5, 1, 2, 3],
      begins: { polish: 0, 'burn-in': 0.5, window: 2 },
    },
    { name: 'neither', rows: settled(0), x: [1, 2, 3], begins: { 'burn-in': 0, window: 2 } },
    {
      name: 'no burn-in',
      rows: [...trained, ...polished(2), row('window', 3, 1)],
      x: [1, 2, 2, 2.5, 3],
      begins: { training: 0, polish: 2, window: 2.5 },
    },
  ])('$name: every epoch stands at its number, each phase begins where the last ended', ({ rows, x, begins }) => {
    const { series, verticals, x: axis } = figureOf(rows);
    expect(series[0].x).toEqual(x);
    expect(Object.fromEntries(verticals.map(({ label, value }) => [label, value]))).toEqual(begins);
    expect(axis.range).toEqual([0, x.at(-1)]);
  });

  test('of a long run never go back', () => {
    for (const [epochs, polish] of [
      [30, true],
      [30, false],
      [0, true],
      [0, false],
    ] as const) {
      const { series, x } = figureOf(syntheticTraining(epochs, true, 1, polish));
      for (const one of series) expect(one.x).toEqual([...one.x].sort((a, b) => a - b));
      expect(x.range).toEqual([0, epochs + 80]);
    }
  });

  test('the polish, which has no epochs, is explained where there is one', () => {
    expect(figureOf(syntheticTraining(5)).footnote).toContain('The polish has iterations, not epochs');
    expect(figureOf(syntheticTraining(5, true, 1, false)).footnote).toBe('');
  });

  test('without training epochs, the footnote names the first', () => {
    expect(figureOf(syntheticTraining(0)).footnote).toContain('No training epochs: the run starts with its polish.');
    expect(figureOf(syntheticTraining(5)).footnote).not.toContain('No training epochs');
  });
});

test.each([
  ['falls by more than ten', [1, 0.5, 0.05], 'log'],
  ['hardly falls', [1, 0.9, 0.8], 'linear'],
  ['reaches 0', [1, 0.5, 0], 'linear'],
])('a loss that %s is drawn on a fitting axis', (_name, losses, scale) => {
  expect(figureOf(losses.map((loss, i) => row('train', i + 1, loss))).y.scale).toBe(scale);
});

test('losses that are no numbers are left out; with nothing left the picture says so', () => {
  expect(figureOf([row('train', 1, NaN), row('train', 2, 1)]).series[0]).toMatchObject({ x: [2], y: [1] });
  expect(figureOf([row('train', 1, Infinity)]).message).toContain('nothing to draw');
  expect(figureOf([]).message).toContain('nothing to draw');
});
