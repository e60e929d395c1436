/** What runs are called on a page, and what tells them apart. */
import { describe, expect, test } from 'vitest';
import { calledOf, labelsOf } from '../../../src/experiment/report/called.ts';
import { experimentSchema } from '../../../src/experiment/schema.ts';

const run = (path: string, given: object, title: string | null = 'a network') => ({
  path: `/results/${path}`,
  experiment: experimentSchema.parse({ ...given, report: { title } }),
});

describe('what a run without a title is called', () => {
  test.each([
    [{}, 'mlp on teacher'],
    [{ model: { name: 'module', path: 'nets/mine.mjs' }, data: { name: 'digits' } }, 'mine on digits'],
    [
      {
        model: { name: 'none' },
        data: { name: 'none', samples: 100 },
        import: { recording: 'runs/window.safetensors' },
      },
      'window.safetensors',
    ],
    [{ model: { name: 'none' }, data: { name: 'none', samples: 100 }, import: { recording: 'runs/parts/' } }, 'parts'],
    [{ import: { recording: 'window.safetensors' } }, 'mlp on teacher'],
  ])('%j: %s', (given, called) => {
    expect(calledOf(experimentSchema.parse(given))).toBe(called);
  });
});

describe('what tells runs apart', () => {
  test('their titles where these differ, folders where there are none', () => {
    expect(labelsOf([run('a', {}, 'one'), run('b', {}, 'two')])).toEqual(['one', 'two']);
    expect(labelsOf([run('a', {}, null), run('b', {}, null)])).toEqual(['a', 'b']);
  });

  test.each([
    [{ sgd: { learningRate: 0.05 } }, { sgd: { learningRate: 0.02 } }, ['η = 0.05', 'η = 0.02']],
    [{ seed: 1 }, { seed: 2 }, ['seed 1', 'seed 2']],
    [{}, { sgd: { sampler: 'with-replacement' } }, ['reshuffle', 'with-replacement']],
    [{}, { sgd: { batchSize: 1000, momentum: 0.5 } }, ['β = 0.9, S = 500', 'β = 0.5, S = 1,000']],
    [{}, { noise: { epochs: 20 } }, ['noise.epochs = 10', 'noise.epochs = 20']],
    [{}, { model: { hidden: [8, 8] } }, ['model.hidden = [40]', 'model.hidden = [8,8]']],
  ])('else what differs in their settings: %j, %j', (first, second, labels) => {
    expect(labelsOf([run('a', first), run('b', second)])).toEqual(labels);
  });

  test('the folder where nothing does, for those alone', () => {
    const other = { sgd: { learningRate: 0.02 } };
    expect(labelsOf([run('a', {}), run('b', {})])).toEqual(['a', 'b']);
    expect(labelsOf([run('a', {}), run('b', {}), run('c', other)])).toEqual(['η = 0.05, a', 'η = 0.05, b', 'η = 0.02']);
  });

  test('the whole path where folders are called alike', () => {
    const [one, other] = labelsOf([run('x/a', {}), run('y/a', {})]);
    expect(one).toMatch(/results\/x\/a$/);
    expect(other).toMatch(/results\/y\/a$/);
  });

  test('title and settings where only some are called alike', () => {
    expect(labelsOf([run('a', { seed: 1 }), run('b', { seed: 2 }), run('c', {}, 'another')])).toEqual([
      'a network, seed 1',
      'a network, seed 2',
      'another',
    ]);
  });
});
