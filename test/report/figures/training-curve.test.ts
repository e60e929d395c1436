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

describe('phases', () => {
  test('that count afresh are laid one after another and marked where they begin', () => {
    const { series, verticals } = figureOf([
      row('train', 1, 3),
      row('train', 2, 2),
      row('burn-in', 1, 1),
      row('window', 1, 1),
    ]);
    expect(series[0].x).toEqual([1, 2, 3, 4]);
    expect(verticals).toEqual([
      { value: 0, label: 'training' },
      { value: 2.5, label: 'burn-in' },
      { value: 3.5, label: 'window' },
    ]);
  });

  test('that count from 0 begin one step after the last', () => {
    const { series } = figureOf([row('train', 0, 3), row('train', 1, 2), row('polish', 0, 1), row('polish', 1, 1)]);
    expect(series[0].x).toEqual([0, 1, 2, 3]);
  });

  test('counted through all of them stay where they are', () => {
    const { series } = figureOf([row('train', 1, 3), row('burn-in', 2, 2), row('window', 3, 1)]);
    expect(series[0].x).toEqual([1, 2, 3]);
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
