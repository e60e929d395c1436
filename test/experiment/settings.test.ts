/** The list of all keys. Channel: what resolved configurations of every kind hold, and what the schema then takes. */
import { describe, expect, it } from 'vitest';
import { resolveExperiment } from '../../src/experiment/load.ts';
import { settings } from '../../src/experiment/settings.ts';
import { flat } from './flat.ts';
import { isGiven, KINDS } from './kinds.ts';

const found = settings();
const wordsOf = (key: string) => found.find((setting) => setting.key === key)!.words;

const kinds = KINDS.map((given) => flat(resolveExperiment(given)));

it('has every key of every kind once, and no other', () => {
  const known = new Set(kinds.flat().map(([key]) => key));
  expect(found.map(({ key }) => key).sort()).toEqual([...known].sort());
});

it('has the default of every kind', () => {
  for (const [key, value] of kinds.flat())
    if (!isGiven(key, value)) expect(found.find((setting) => setting.key === key)!.defaults, key).toContainEqual(value);
});

describe('words', () => {
  it('are those of choices, also within lists, and of true and false', () => {
    expect(wordsOf('sgd.sampler')).toEqual(['reshuffle', 'shuffle-once', 'with-replacement']);
    expect(wordsOf('controls.run')).toContain('frozen');
    expect(wordsOf('sgd.dropLast')).toEqual(['true', 'false']);
    expect(wordsOf('model.normalisation')).toEqual(['group', 'frozen-batch', 'none']);
    expect(wordsOf('sgd.learningRate')).toEqual([]);
    expect(wordsOf('sgd.seed')).toEqual([]);
  });
});
