import { describe, expect, it } from 'vitest';
import { resolveExperiment } from '../../../src/experiment/load.ts';
import { shareOut } from '../../../src/experiment/sweep/sharing.ts';

const tasksOf = (
  given: readonly object[],
  until: 'train' | 'spectrum' | 'report' = 'report',
  files = given.map(() => ''),
) =>
  shareOut(
    given.map((settings) => resolveExperiment(settings)),
    until,
    files,
  ).map(({ point, until: stage, donor, level, after }) => ({
    task: `${point} ${stage}`,
    from: donor && `${donor.point} ${donor.stages}`,
    level,
    after,
  }));

describe('sharing out the work of a sweep', () => {
  it('shares nothing where already the training depends on what differs', () => {
    expect(tasksOf([{ seed: 1 }, { seed: 2 }])).toEqual([
      { task: '0 report', from: null, level: 0, after: null },
      { task: '1 report', from: null, level: 0, after: null },
    ]);
  });

  it('trains once for several samplers, and lets the others wait', () => {
    const samplers = ['reshuffle', 'shuffle-once', 'with-replacement'].map((sampler) => ({ sgd: { sampler } }));
    expect(tasksOf(samplers)).toEqual([
      { task: '0 train', from: null, level: 0, after: null },
      { task: '0 report', from: null, level: 1, after: 0 },
      { task: '1 report', from: '0 1', level: 1, after: 0 },
      { task: '2 report', from: '0 1', level: 1, after: 0 },
    ]);
  });

  it('shares as many stages as there are in common, over several levels', () => {
    const points = [
      { spectrum: { eigenpairs: 5 } },
      { spectrum: { eigenpairs: 9 } },
      { sgd: { sampler: 'with-replacement' }, spectrum: { eigenpairs: 5 } },
      { sgd: { sampler: 'with-replacement' }, spectrum: { eigenpairs: 9 } },
      { spectrum: { eigenpairs: 9 }, report: { title: 'the same but for its title' } },
    ];
    expect(tasksOf(points)).toEqual([
      { task: '0 train', from: null, level: 0, after: null },
      { task: '0 record', from: null, level: 1, after: 0 },
      { task: '2 record', from: '0 1', level: 1, after: 0 },
      { task: '1 compare', from: '0 2', level: 2, after: 1 },
      { task: '0 report', from: null, level: 3, after: 1 },
      { task: '1 report', from: '0 2', level: 3, after: 3 },
      { task: '2 report', from: '0 1', level: 3, after: 2 },
      { task: '3 report', from: '2 2', level: 3, after: 2 },
      { task: '4 report', from: '1 6', level: 3, after: 3 },
    ]);
  });

  it('gives a point that is done with what it shares one task', () => {
    const points = [{ spectrum: { eigenpairs: 5 } }, { spectrum: { eigenpairs: 9 } }];
    expect(tasksOf(points, 'train')).toEqual([
      { task: '0 train', from: null, level: 0, after: null },
      { task: '1 train', from: '0 1', level: 0, after: 0 },
    ]);
  });

  it('does not take over what another back end, other files or another way of keeping the window gave', () => {
    const own = [{ sgd: { sampler: 'reshuffle' } }, { sgd: { sampler: 'shuffle-once' } }];
    expect(tasksOf(own, 'report', ['one', 'two'])).toHaveLength(2);
    expect(tasksOf([{ backend: 'cpu' }, { backend: 'tensorflow' }])).toHaveLength(2);
    expect(tasksOf([{ record: { store: 'replay' } }, { record: { store: 'trajectory' } }])[2].from).toBe('0 1');
  });

  it('lets every task wait for one before it at most', () => {
    const points = Array.from({ length: 24 }, (_, index) => ({
      sgd: { sampler: index % 2 ? 'reshuffle' : 'shuffle-once', seed: index % 3 },
      spectrum: { eigenpairs: 3 + (index % 4) },
      report: { title: `${index}` },
    }));
    const tasks = tasksOf(points);
    for (const [index, { after, level }] of tasks.entries()) {
      if (after === null) continue;
      expect(after).toBeLessThan(index);
      expect(tasks[after].level).toBeLessThanOrEqual(level);
    }
    expect(new Set(tasks.filter(({ task }) => task.endsWith('report')).map(({ task }) => task)).size).toBe(24);
  });
});
