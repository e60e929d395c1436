/** `epochnoise init`: an experiment of one's own, every key with its default and its reason. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { attempt, unwritable } from '../store/atomic.ts';
import { makeFolder } from '../store/folder.ts';
import { typed } from '../typed.ts';
import { EXPERIMENTS, experimentNames } from './catalogue.ts';
import type { Described } from './result.ts';

/** The experiment that is written, before its name is. */
export const TEMPLATE = path.join(EXPERIMENTS, 'templates', 'study.yaml');

/**
 * Writes `<name>.yaml`, with the folders that lead to it.
 *
 * @param name of the study, or a path to it, with or without the ending
 * @throws ConfigurationError where there is such a file, or the program comes with an experiment of that name; StorageError where the
 * folder cannot be written
 */
export function writeStudy(name: string): Described {
  const file = `${name.replace(/\.ya?ml$/, '')}.yaml`;
  const study = path.basename(file, '.yaml');
  if (study === '')
    throw new ConfigurationError(`${JSON.stringify(name)} names no file; expected a name, such as my-study`);
  if (experimentNames().includes(study))
    throw new ConfigurationError(
      `${study} is an experiment that comes with the program, whose results would go into the same folder; give another name`,
    );
  const next = typed('run', file);
  const text = `# ${study}: an experiment of about ten seconds. Change what you like, and run it: ${next}\n${fs.readFileSync(TEMPLATE, 'utf8')}`;
  const folder = path.dirname(file);
  attempt(folder, () => makeFolder(folder));
  try {
    fs.writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(folder, error);
    throw new ConfigurationError(`${file} is there already, and is left as it is; give another name, or remove it`);
  }
  const lines = [`${file} is written: every key, its default, and why.`, `Next: ${next}`];
  return { document: { file, next }, text: lines.join('\n') };
}
