/** Runs of a user's own model. Channel: the model that comes with the program, written anew, must give the same bytes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../../src/experiment/index.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

const folder = temporaryFolders();

/** The mlp of the tiny experiment, with the width of its hidden layer as an option. */
const MLP = `
  export default ({ inputShape, outputs, options: { width } }) => ({
    shapes: [
      { name: 'dense1/weight', shape: [inputShape[0], width] },
      { name: 'dense1/bias', shape: [width] },
      { name: 'dense2/weight', shape: [width, outputs] },
      { name: 'dense2/bias', shape: [outputs] },
    ],
    forward(ops, [w1, b1, w2, b2], x) {
      return ops.add(ops.matMul(ops.tanh(ops.add(ops.matMul(x, w1), b1)), w2), b2);
    },
  });`;

function place(code: string): string {
  const path = join(folder(), 'net.mjs');
  writeFileSync(path, code);
  return path;
}

describe.each([
  ['near the teacher', { from: 'teacher' }, {}],
  ['from random weights, after training', { from: 'random' }, { train: { epochs: 3, initialLearningRate: 0.1 } }],
])('a module that is the mlp written anew, %s', (_, initialisation, changes) => {
  it('gives a run of the same bytes', async () => {
    const [builtIn, own] = [join(folder(), 'built-in'), join(folder(), 'own')];
    await run(builtIn, { ...changes, model: { initialisation } }, 'compare');
    const model = { name: 'module', path: place(MLP), options: { width: 3 }, initialisation };
    await run(own, { ...changes, model }, 'compare');
    const { 'experiment.json': _ours, 'stages.json': _stages, ...found } = fingerprints(own);
    const { 'experiment.json': _theirs, 'stages.json': _others, ...expected } = fingerprints(builtIn);
    expect(Object.keys(found)).toContain('directions.csv');
    expect(found).toEqual(expected);
  });
});

describe('the doctor', () => {
  it('says what it found before the run, once', async () => {
    const said: string[] = [];
    const voice = {
      ...quiet,
      say: (text: string) => void said.push(text),
      warn: (text: string) => void said.push(text),
    };
    const directory = join(folder(), 'run');
    const experiment = tiny({ model: { name: 'module', path: place(MLP), options: { width: 3 } } });
    await runExperiment(directory, experiment, voice, { until: 'train' });
    const lines = said.filter((text) => text.startsWith('model: '));
    expect(lines).toHaveLength(8);
    expect(lines.every((text) => text.startsWith('model: passed  '))).toBe(true);
    said.length = 0;
    // The minimum is there: what it rests on was examined.
    await runExperiment(directory, experiment, voice, { until: 'record' });
    expect(said.filter((text) => text.startsWith('model: '))).toEqual([]);
  });

  it('refuses a model that couples samples, before a folder is made', async () => {
    const code = `export const shapes = [{ name: 'w', shape: [4, 1] }];
      export const forward = (ops, [w], x) => ops.matMul(ops.sub(x, ops.mean(x, 0)), w);`;
    const path = place(code);
    const directory = join(folder(), 'run');
    expect(await problemOf(() => run(directory, { model: { name: 'module', path } }))).toMatch(
      /^exit 2: model \/.*\/net\.mjs fails the check "samples apart": outputs of single samples differ from those of the batch by \d\.\de[+-]\d of the largest: .*; normalise every sample by itself$/,
    );
    expect(listing(join(directory, '..'))).toEqual([]);
  });
});
