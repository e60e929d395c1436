/** Files of a user's own that a configuration names: where they are, and a checksum of what is in them. */
import { createHash } from 'node:crypto';
import { isAbsolute, relative, resolve } from 'node:path';
import { requireOwnFiles } from '../data/file.ts';
import { requireNamedFile } from '../named-file.ts';
import { isModule, moduleChecksum } from '../own-module.ts';
import { sha256File } from '../store/atomic.ts';
import { inspectRecording } from './import/recording.ts';
import type { Experiment } from './schema.ts';

/** The keys whose values are paths. */
const PATH_KEYS = [
  ['data', 'path'],
  ['data', 'labels'],
  ['data', 'testPath'],
  ['data', 'testLabels'],
  ['data', 'folder'],
  ['model', 'path'],
  ['import', 'recording'],
  ['import', 'eigenpairs'],
  ['train', 'weights', 'path'],
  ['train', 'weights', 'check'],
] as const;

/**
 * Makes the relative paths of a configuration that was written in a file, where they start at the file's folder, such as
 * start at the working directory. These are stored with a run: they are the same on every machine where it is made alike.
 *
 * @param given the configuration as it was read; changed in place
 */
export function fromWorkingDirectory(given: Record<string, unknown>, folder: string): void {
  for (const keys of PATH_KEYS) {
    const section = keys.slice(0, -1).reduce<unknown>((value, key) => asSection(value)?.[key], given);
    const last = keys[keys.length - 1];
    const path = asSection(section)?.[last];
    if (typeof path !== 'string' || path === '' || isAbsolute(path)) continue;
    asSection(section)![last] = relative('', resolve(folder, path)) || '.';
  }
}

const asSection = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;

/**
 * A user's own files may change under the same name: their content belongs to the settings.
 *
 * @returns a checksum; empty where the configuration names no such file
 * @throws DataError where one is missing
 */
export function ownFilesChecksum(experiment: Experiment): string {
  const others = [...modelParts(experiment), ...weightsParts(experiment), ...importParts(experiment)];
  const data = dataChecksum(experiment);
  return others.length === 0 ? data : checksumOf([data, ...others]);
}

function dataChecksum({ data }: Experiment): string {
  if (data.name !== 'file') return '';
  requireOwnFiles(data);
  const files = [data.path, data.labels, data.testPath, data.testLabels].filter((file) => file !== null);
  return checksumOf(files.map((file) => (isModule(file) ? moduleChecksum(file) : sha256File(resolve(file)))));
}

function modelParts({ model }: Experiment): string[] {
  if (model.name !== 'module') return [];
  requireNamedFile('model.path', model.path);
  return [moduleChecksum(model.path)];
}

function weightsParts({ train: { weights } }: Experiment): string[] {
  if (weights === null) return [];
  requireNamedFile('train.weights.path', weights.path);
  if (weights.check !== null) requireNamedFile('train.weights.check', weights.check);
  return [weights.path, weights.check].flatMap((file) => (file === null ? [] : [sha256File(resolve(file))]));
}

function importParts({ import: imported }: Experiment): string[] {
  if (imported === null) return [];
  const files = [...inspectRecording(imported.recording).files];
  if (imported.eigenpairs !== null) {
    requireNamedFile('import.eigenpairs', imported.eigenpairs);
    files.push(imported.eigenpairs);
  }
  return files.map((file) => sha256File(resolve(file)));
}

const checksumOf = (parts: readonly string[]): string => createHash('sha256').update(parts.join()).digest('hex');
