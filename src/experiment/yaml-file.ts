/** YAML as users write it: one document of keys and values. */
import fs from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigurationError, DataError } from '../errors.ts';
import { typed } from '../typed.ts';

/**
 * The keys and values of a file.
 *
 * @throws DataError where it cannot be read; ConfigurationError where it is no YAML, empty, or holds something else
 */
export function readYaml(file: string): Record<string, unknown> {
  let text: string;
  let given: unknown;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new DataError(`${file} cannot be read: ${(error as Error).message}`);
  }
  try {
    given = parseYaml(text);
  } catch (error) {
    throw new ConfigurationError(`${file} is not valid YAML: ${(error as Error).message}`);
  }
  if (given === null || given === undefined)
    throw new ConfigurationError(
      `${file} is empty: write at least one key (\`${typed('init')}\` writes a file to begin with), or {} for nothing but defaults`,
    );
  if (typeof given !== 'object' || Array.isArray(given))
    throw new ConfigurationError(
      `${file} holds ${Array.isArray(given) ? 'a list' : JSON.stringify(given)}; expected keys and values`,
    );
  return given as Record<string, unknown>;
}

/** @throws Error of one line, also for what YAML itself only warns of: a tag it does not know */
export function parseYaml(text: string): unknown {
  const document = parseDocument(text);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.code === 'MULTIPLE_DOCS') throw new Error('several documents (---) in one file');
  if (problem) throw new Error(problem.message.split('\n')[0].replace(/:$/, ''));
  return document.toJS();
}
