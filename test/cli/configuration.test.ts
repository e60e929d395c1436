/** Experiments that cannot be run as they are written: exit code 2, what was given, what is expected, the way out. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentNames } from '../../src/experiment/catalogue.ts';
import { compile, refusal, refusalHere, workingFolder, writeTiny } from './program.ts';

compile();
const folder = workingFolder();
writeTiny(folder);
const known = experimentNames().join(', ');

describe('--set refuses', () => {
  it.each([
    ['lr=3', /^2: unknown key lr; known here: seed, precision, .*report$/],
    [
      'sgd.learningrate=3',
      /^2: unknown key sgd\.learningrate \(did you mean sgd\.learningRate\?\); known here: learningRate, /,
    ],
    [
      'data.name=file',
      /^2: data\.name is file, but testSamples, inputs, hidden, noise of tiny\.yaml belong to the data that it names; replace the whole section: --set 'data=\{ name: file, … \}'$/,
    ],
    [
      'model.name=resnet20',
      /^2: model\.name is resnet20, but hidden of tiny\.yaml belongs to the model that it names; replace /,
    ],
    ['sgd.learningRate=fast', /^2: sgd\.learningRate is "fast"; expected a number$/],
    ['sgd.momentum=1', /^2: sgd\.momentum is 1; expected less than 1$/],
    ['data.name=mnits', /^2: data\.name is "mnits"; expected teacher, digits, .* or none \(did you mean mnist\?\)$/],
    ['sgd.nesterov=true', /^2: sgd\.nesterov asks for Nesterov momentum, which is not supported: .*; remove the key$/],
    ['sgd.dampening=0.1', /^2: sgd\.dampening asks for dampening, which is not supported: .*; remove the key$/],
    ['adam=true', /^2: adam asks for Adam, which is not supported: .*; remove the key$/],
    [
      'sgd.batchSize=7',
      /^2: batch size 7 does not divide 400 samples; nearest that do: 5, 8; or drop the incomplete batch of every epoch with sgd\.dropLast: true$/,
    ],
    ['sgd.batchSize=400', /^2: batch size 400 leaves 1 batch an epoch, .*; the largest that leaves more is 200$/],
    ['controls.run=frozne', /^2: controls\.run is "frozne"; expected .* \(did you mean frozen\?\)$/],
    ['model={name: lenet}', /^2: model lenet .* was given inputs of shape \[4\]; expected \[height, width, channels\]/],
    ['loss=cross-entropy', /^2: loss cross-entropy needs one-hot classes, but the data are regression: use half-mean-/],
    [
      'sgd.learningRate',
      /^2: --set was given "sgd\.learningRate"; expected key\.path=value, e\.g\. sgd\.learningRate=/,
    ],
  ])('%s', async (assignment, sentence) => {
    expect(await refusalHere(folder, ['run', 'tiny.yaml', '--set', assignment])).toMatch(sentence);
    // Nothing was begun.
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });

  it('binary cross-entropy on classes', async () => {
    const data = 'data={name: digits, samples: 400, testSamples: 0, size: 8}';
    const args = ['run', 'tiny.yaml', '--set', data, '--set', 'model={name: linear}'];
    expect(await refusalHere(folder, [...args, '--set', 'loss=binary-cross-entropy'])).toBe(
      '2: loss binary-cross-entropy needs one column of targets 0 or 1, but the data are classes: use cross-entropy',
    );
  });
});

describe('a file is refused', () => {
  it.each([
    [
      'that breaks off',
      'sgd: { learningRate: 0.1\nmodel: [',
      /^2: ~\/bad\.yaml is not valid YAML: .* at line 2, column 1$/,
    ],
    ['with an alias of nothing', 'sgd: *other', /^2: ~\/bad\.yaml is not valid YAML: Unresolved alias .*other$/],
    ['with a tag of its own', 'sgd: !mine {}', /^2: ~\/bad\.yaml is not valid YAML: Unresolved tag: !mine at line 1/],
    [
      'of two documents',
      'seed: 1\n---\nseed: 2',
      /^2: ~\/bad\.yaml is not valid YAML: several documents \(---\) in one file$/,
    ],
    ['that is a list', '- 1\n- 2', /^2: ~\/bad\.yaml holds a list; expected keys and values$/],
  ])('%s', async (_, text, sentence) => {
    writeFileSync(join(folder, 'bad.yaml'), text);
    expect(await refusalHere(folder, ['run', 'bad.yaml'])).toMatch(sentence);
  });
});

it('unknown experiments are told from known ones', async () => {
  expect(await refusal(folder, ['run', 'quikstart'])).toBe(
    `2: unknown experiment quikstart (did you mean quickstart?); known: ${known}, or give the path of a .yaml file`,
  );
  expect(await refusalHere(folder, ['run', 'mine/none.yaml'])).toBe(
    `2: there is no experiment file ~/mine/none.yaml; known experiments: ${known}`,
  );
  mkdirSync(join(folder, 'earlier'));
  expect(await refusalHere(folder, ['run', './earlier'])).toBe(
    `2: ~/earlier is a folder; expected an experiment: give its YAML file, or one of ${known}`,
  );
});

it('a number of threads that is none is not blamed on the experiment', async () => {
  expect(await refusal(folder, ['run', 'tiny.yaml'], { environment: { EPOCHNOISE_THREADS: 'all' } })).toBe(
    '2: EPOCHNOISE_THREADS is "all"; expected a positive whole number',
  );
});
