/** Files that the configuration names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DataError } from './errors.ts';

/**
 * @param key whose value is the path
 * @throws DataError where there is no such file, naming the key and how paths are read
 */
export function requireNamedFile(key: string, given: string): void {
  if (existsSync(given)) return;
  const file = resolve(given);
  const relative =
    file === given
      ? ''
      : ', and relative paths start at the working directory (those within a YAML file at the folder of that file)';
  throw new DataError(`no file ${file}: ${key} is ${given}${relative}`);
}
