import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSweep } from '../../../src/experiment/sweep/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A sweep as its file says it. */
function sweep(text: string, assignments: string[] = []) {
  const file = join(folder, 'sweep-own.yaml');
  writeFileSync(file, text);
  return loadSweep(file, assignments);
}

const named = (text: string, assignments?: string[]) => sweep(text, assignments).points.map(({ name }) => name);

describe('the points of a sweep', () => {
  it('are all combinations of a grid, the last key changing fastest, by short names', () => {
    const { points, axes, name, until } = sweep(
      'base: quickstart\ngrid: { sgd.learningRate: [0.05, 0.1], sgd.momentum: [0.9, 0] }\nset: { record.epochs: 7 }\n',
    );
    expect({ axes, name, until }).toEqual({
      axes: ['sgd.learningRate', 'sgd.momentum'],
      name: 'sweep-own',
      until: 'report',
    });
    expect(points.map((point) => point.name)).toEqual([
      'learningRate-0.05_momentum-0.9',
      'learningRate-0.05_momentum-0',
      'learningRate-0.1_momentum-0.9',
      'learningRate-0.1_momentum-0',
    ]);
    expect(points.map(({ experiment: { sgd } }) => [sgd.learningRate, sgd.momentum])).toEqual([
      [0.05, 0.9],
      [0.05, 0],
      [0.1, 0.9],
      [0.1, 0],
    ]);
    expect(points[2].set).toEqual({ 'sgd.learningRate': 0.1, 'sgd.momentum': 0.9 });
    // Of the base, and of what is set for all.
    for (const { experiment } of points) expect(experiment).toMatchObject({ record: { burnInEpochs: 40, epochs: 7 } });
  });

  it('are those of a list with every combination of the grid', () => {
    expect(
      named(
        'base: quickstart\nlist: [{ train.epochs: 1, sgd.sampler: shuffle-once }, { sgd.sampler: reshuffle }]\ngrid: { seed: [1, 2] }\n',
      ),
    ).toEqual([
      'epochs-1_sampler-shuffle-once_seed-1',
      'epochs-1_sampler-shuffle-once_seed-2',
      'sampler-reshuffle_seed-1',
      'sampler-reshuffle_seed-2',
    ]);
  });

  it('have longer names where the last part of a key does not tell it from another, and numbers for what is no word', () => {
    expect(
      named(
        'base: quickstart\ngrid: { seed: [1], sgd.seed: [5], model: [{ name: mlp, hidden: [3] }, { name: linear }] }\n',
      ),
    ).toEqual(['seed-1_sgd.seed-5_model-1', 'seed-1_sgd.seed-5_model-2']);
  });

  it('are numbered where two would have one name, or one no name', () => {
    expect(named('base: quickstart\n')).toEqual(['001']);
    expect(
      named('base: quickstart\nlist: [{ report.title: a b }, { report.title: A B }, { report.title: "1" }]\n'),
    ).toEqual(['001_title-1', '002_title-2', '003_title-1']);
  });

  it('begin with another file, whose paths start at its own folder, or with a configuration in place', () => {
    mkdirSync(join(folder, 'inner'), { recursive: true });
    writeFileSync(
      join(folder, 'inner', 'base.yaml'),
      'data: { name: file, path: my.safetensors }\nsgd: { momentum: 0.5 }\n',
    );
    const [point] = sweep(
      'base: inner/base.yaml\nset: { train.weights: { path: w.safetensors } }\ngrid: { seed: [4] }\n',
    ).points;
    expect(point.experiment).toMatchObject({
      seed: 4,
      sgd: { momentum: 0.5 },
      data: { path: relative('', join(folder, 'inner', 'my.safetensors')) },
      train: { weights: { path: relative('', join(folder, 'w.safetensors')) } },
    });
    const [own] = sweep('base: { data: { name: file, path: my.safetensors } }\ngrid: { seed: [4] }\n').points;
    expect(own.experiment.data).toMatchObject({ path: relative('', join(folder, 'my.safetensors')) });
  });

  it('all get what is set on the command line, which takes the place of what the file sets', () => {
    const { points } = sweep(
      'base: quickstart\nset: { record.epochs: 7, data.samples: 1000 }\ngrid: { seed: [1, 2] }\n',
      ['record={ burnInEpochs: 3 }', 'data.noise=0.5'],
    );
    for (const { experiment } of points)
      expect(experiment).toMatchObject({
        record: { burnInEpochs: 3, epochs: 40 },
        data: { samples: 1000, noise: 0.5 },
      });
  });
});

describe('paths', () => {
  it('of the command line start where it was typed, those of the file at its folder', () => {
    const { points } = sweep('base: { data: { name: file, path: mine.safetensors } }\ngrid: { seed: [1] }\n', [
      'train.weights={ path: w.safetensors }',
    ]);
    expect(points[0].experiment).toMatchObject({
      train: { weights: { path: 'w.safetensors' } },
      data: { path: relative('', join(folder, 'mine.safetensors')) },
    });
  });
});

describe('a sweep that is none', () => {
  const base = 'base: quickstart\n';
  it.each([
    [
      'grid: { seed: [1] }\n',
      /sweep-own\.yaml has no key base: a sweep names the experiment that its points begin with; for one experiment `.*run/,
    ],
    [`${base}gird: { seed: [1] }\n`, /^unknown key gird.*did you mean grid\?/],
    [`${base}grid: { seed: 1 }\n`, /^grid\.seed is 1; expected a list, in brackets$/],
    [`${base}grid: { seed: [] }\n`, /^grid\.seed is \[\]; expected at least 1 entry$/],
    [`${base}until: end\n`, /^until is "end"; expected .*train.*report/],
    [`${base}grid: { sgd.momentun: [0.9] }\n`, /^unknown key sgd\.momentun.*momentum/],
    [`${base}grid: { sgd.momentum: [0.9, 1] }\n`, /^point momentum-1: sgd\.momentum is 1; expected less than 1$/],
    [`${base}set: { seed: 3 }\ngrid: { seed: [1] }\n`, /^seed is set in set, and seed in grid: leave one of them out$/],
    [
      `${base}set: { sgd: { momentum: 0 } }\ngrid: { sgd.momentum: [0] }\n`,
      /^sgd is set in set, and sgd\.momentum in grid/,
    ],
    [`${base}grid: { sgd: [{}], sgd.momentum: [0] }\n`, /^grid sets sgd, and sgd\.momentum in it/],
    [
      `${base}list: [{ seed: 1 }, { seed: 1 }]\n`,
      /^two points are the same: \{"seed":1\}; for several runs of one setting vary seed or sgd\.seed$/,
    ],
    [`${base}grid: { "a..b": [1] }\n`, /^grid has the key "a\.\.b"; expected key\.path$/],
    ['base: qickstart\n', /^unknown experiment qickstart \(did you mean quickstart\?\)/],
    ['base: gone.yaml\n', /there is no experiment file .*gone\.yaml/],
    ['base: { data: { name: teacher, sampels: 5 } }\n', /^unknown key data\.sampels.*samples/],
  ])('%j is refused in one sentence', (text, message) => {
    expect(() => sweep(text)).toThrow(message);
  });

  it('names what there is', () => {
    expect(() => loadSweep('sweep-crosover')).toThrow(
      /^unknown sweep sweep-crosover \(did you mean sweep-crossover\?\); known: /,
    );
    expect(() => loadSweep(join(folder, 'gone.yaml'))).toThrow(/^there is no sweep file .*gone\.yaml; known sweeps: /);
  });

  it('does not let --set change what differs between points', () => {
    expect(() => sweep(`${base}grid: { sgd.momentum: [0, 0.9] }\n`, ['sgd.momentum=0.5'])).toThrow(
      /^--set sgd\.momentum=0\.5: sgd\.momentum differs between the points of this sweep; change it in the file$/,
    );
  });
});
