import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStoredExperiment } from '../../src/experiment/run-directory.ts';
import { coresToUse } from '../../src/experiment/choices.ts';
import { writeJson } from '../../src/store/json.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';

/** A run directory with these choices in experiment.json. */
function withChoices(choices: unknown): string {
  const directory = scratchFolder();
  writeJson(join(directory, 'experiment.json'), { choices });
  return directory;
}

describe('the choices of experiment.json', () => {
  it('are those of the run; what an earlier version wrote besides is left out, what it did not write is suggested', () => {
    expect(readStoredExperiment(withChoices({ threads: 3, savedBytes: 1e9 })).choices).toEqual({ threads: 3 });
    for (const choices of [{}, undefined])
      expect(readStoredExperiment(withChoices(choices)).choices).toEqual({ threads: coresToUse() });
  });

  it.each([
    [{ threads: 0 }, 'choices.threads is 0; expected more than 0'],
    [{ threads: -1 }, 'choices.threads is -1; expected more than 0'],
    [{ threads: 1.5 }, 'choices.threads is 1.5; expected a whole number'],
    [{ threads: 'x' }, 'choices.threads is "x"; expected a number'],
    [{ threads: null }, 'choices.threads is null; expected a number'],
    ['many', 'choices is "many"; expected keys and values'],
    [null, 'choices is null; expected keys and values'],
  ])('are no choices: %j', async (choices, problem) => {
    expect(await problemOf(() => readStoredExperiment(withChoices(choices)))).toBe(
      `exit 3: ~/experiment.json is no configuration: ${problem}`,
    );
  });
});
