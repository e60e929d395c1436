/** From names, files and --set options to configurations. */
import { writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentNames, loadExperiment, resolveExperiment } from '../../src/experiment/load.ts';
import { nearest } from '../../src/nearest.ts';
import { nearestDivisors } from '../../src/sgd/samplers.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';

function yaml(text: string, name = 'mine.yaml'): string {
  const file = join(scratchFolder(), name);
  writeFileSync(file, text);
  return file;
}

describe('experiments that come with the program', () => {
  it('are found by name', () => expect(experimentNames()).toContain('quickstart'));

  it.each(experimentNames())('%s loads, and its batches fit its samples', (name) => {
    const loaded = loadExperiment(name);
    expect(loaded.name).toBe(name);
    const { data, sgd } = loaded.experiment;
    const samples = data.samples ?? { mnist: 60_000, cifar10: 50_000 }[data.name as 'mnist' | 'cifar10'];
    expect(nearestDivisors(samples, sgd.batchSize)[0]).toBe(sgd.batchSize);
  });
});

describe('loadExperiment', () => {
  it('names the run after the file', () => {
    expect(loadExperiment(yaml('seed: 7')).name).toBe('mine');
    expect(loadExperiment(yaml('seed: 7', 'other.run.yml')).name).toBe('other.run');
  });

  it('takes the settings of a run, named after its folder; what the machine suggested for it is none of them', () => {
    const stored = JSON.stringify({ ...resolveExperiment({ seed: 7 }), choices: { threads: 3 } });
    const file = yaml(stored, 'experiment.json');
    const { name, experiment } = loadExperiment(file, ['sgd.learningRate=8.1e-7']);
    expect(name).toBe(basename(dirname(file)));
    expect(experiment).toEqual(resolveExperiment({ seed: 7, sgd: { learningRate: 8.1e-7 } }));
    expect(() => loadExperiment(yaml(stored, 'other.json'))).toThrow(/^unknown key choices/);
  });

  it('asks what an empty file means; {} are the defaults', async () => {
    for (const nothing of ['', '# nothing\n'])
      expect(await problemOf(() => loadExperiment(yaml(nothing)))).toMatch(
        /^exit 2: .*\.yaml is empty: write at least one key \(`epochnoise init` writes a file to begin with\), or {} for nothing but defaults$/,
      );
    expect(loadExperiment(yaml('{}')).experiment).toEqual(resolveExperiment({}));
  });

  it('lets assignments win, values in YAML, the last one last', () => {
    const file = yaml('sgd: { learningRate: 0.1, momentum: 0.5 }\nmodel: { hidden: [3] }');
    const { experiment } = loadExperiment(file, [
      'sgd.learningRate=1.0e-2',
      'model.hidden=[5, 4]',
      'report.title="a: b=c"',
      'spectrum.samples=null',
      'seed=2',
      'seed=3',
    ]);
    expect(experiment.sgd).toMatchObject({ learningRate: 0.01, momentum: 0.5 });
    expect(experiment.model).toMatchObject({ hidden: [5, 4] });
    expect(experiment).toMatchObject({ seed: 3, report: { title: 'a: b=c' }, spectrum: { samples: null } });
  });

  it('takes paths in a file from the folder of that file, all others from the working directory', () => {
    const file = yaml(`
      data: { name: file, path: ./x.npy, labels: ../y.npy, folder: /data }
      model: { name: module, path: nets/net.mjs }
      train: { weights: { path: w.safetensors, check: /elsewhere/check.safetensors } }`);
    const here = relative(process.cwd(), dirname(file));
    const { experiment } = loadExperiment(file, ['data.testPath=./u.npy', 'data.testLabels=v.npy']);
    expect(experiment.data).toMatchObject({
      path: join(here, 'x.npy'),
      labels: join(here, '..', 'y.npy'),
      testPath: './u.npy',
      testLabels: 'v.npy',
      folder: '/data',
    });
    expect(experiment.model).toMatchObject({ path: join(here, 'nets', 'net.mjs') });
    expect(experiment.train.weights).toMatchObject({
      path: join(here, 'w.safetensors'),
      check: '/elsewhere/check.safetensors',
    });
    // As a run keeps them they are read again.
    const kept = yaml(JSON.stringify(experiment), 'experiment.json');
    expect(loadExperiment(kept).experiment).toEqual(experiment);
  });

  it('checks assigned keys like written ones', async () => {
    const file = yaml('{}');
    expect(await problemOf(() => loadExperiment(file, ['sgd.learningrate=1']))).toMatch(
      /^exit 2: unknown key sgd.learningrate \(did you mean sgd\.learningRate\?\)/,
    );
    expect(await problemOf(() => loadExperiment(file, ['sgd.batchSize=many']))).toBe(
      'exit 2: sgd.batchSize is "many"; expected a number',
    );
    expect(await problemOf(() => loadExperiment(file, ['sgd.__proto__.x=1']))).toBe(
      'exit 2: --set was given the key "sgd.__proto__.x"; expected key.path',
    );
  });

  it.each([
    ['seed', '--set was given "seed"; expected key.path=value, e.g. sgd.learningRate=0.1'],
    ['=3', '--set was given "=3"; expected key.path=value, e.g. sgd.learningRate=0.1'],
    ['sgd.=3', '--set was given the key "sgd."; expected key.path'],
    ['.seed=3', '--set was given the key ".seed"; expected key.path'],
    [
      'report.title="a',
      `--set report.title="a: the value is not valid YAML; quote it, e.g. --set 'report.title="a: b"'`,
    ],
  ])('refuses --set %j', async (assignment, sentence) => {
    expect(await problemOf(() => loadExperiment('quickstart', [assignment]))).toBe(`exit 2: ${sentence}`);
  });

  it('says what it knows where a name is unknown', async () => {
    expect(await problemOf(() => loadExperiment('quikstart'))).toBe(
      `exit 2: unknown experiment quikstart (did you mean quickstart?); known: ${experimentNames().join(', ')}, or give the path of a .yaml file`,
    );
    expect(await problemOf(() => loadExperiment(join(scratchFolder(), 'none.yaml')))).toBe(
      `exit 2: there is no experiment file ~/none.yaml; known experiments: ${experimentNames().join(', ')}`,
    );
  });

  it.each([
    ['- 1', '~/mine.yaml holds a list; expected keys and values'],
    ['5', '~/mine.yaml holds 5; expected keys and values'],
  ])('refuses a file that holds %j', async (text, sentence) => {
    const file = yaml(text);
    expect(await problemOf(() => loadExperiment(file))).toBe(`exit 2: ${sentence}`);
  });

  it('names file and place where a file is no YAML', async () => {
    const file = yaml('sgd: { learningRate: 0.1\nseed: 1');
    expect(await problemOf(() => loadExperiment(file))).toMatch(/^exit 2: ~\/mine.yaml is not valid YAML: .*line 2/);
  });
});

describe('nearest', () => {
  it.each([
    ['reshufle', ['reshuffle', 'shuffle-once'], 'reshuffle'],
    ['RESHUFFLE', ['reshuffle'], 'reshuffle'],
    ['xyz', ['reshuffle', 'linear'], undefined],
    ['lr', ['learningRate'], undefined],
    ['', [], undefined],
  ])('to %j among %j is %s', (given, known, expected) => expect(nearest(given, known)).toBe(expected));
});
