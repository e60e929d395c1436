/** Files of a user's own that a configuration names: where they are, and a checksum of what is in them. */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { requireOwnFiles } from '../data/file.ts';
import { DataError } from '../errors.ts';
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

/** A user's own files as a run was computed from them. */
export interface OwnFiles {
  /** Of all of them: it belongs to the settings. */
  readonly checksum: string;
  /** SHA-256 by path; of a module it is that of all its files. */
  readonly files: Readonly<Record<string, string>>;
}

/** A path and a checksum of what is there. */
type Entry = readonly [path: string, sha256: string];

/**
 * A user's own files may change under the same name: their content belongs to the settings.
 *
 * @returns no files, and an empty checksum, where the configuration names none
 * @throws DataError where one is missing
 */
export function ownFilesOf(experiment: Experiment): OwnFiles {
  const others = [...modelFiles(experiment), ...weightsFiles(experiment), ...importFiles(experiment)];
  const own = dataFiles(experiment);
  const data = own.length === 0 ? '' : checksumOf(own);
  const checksum = others.length === 0 ? data : checksumOf([['', data], ...others]);
  return { checksum, files: Object.fromEntries([...own, ...others]) };
}

/** Their checksum alone. @throws DataError where one is missing */
export const ownFilesChecksum = (experiment: Experiment): string => ownFilesOf(experiment).checksum;

/** What has happened to the files since, in words. */
export function changesSince({ files }: OwnFiles): string[] {
  return Object.entries(files).flatMap(([path, sha256]) => {
    if (!existsSync(path)) return [`${path} is not there any more`];
    return isStill(path, sha256) ? [] : [`${path}${isModule(path) ? ', or a file that it imports,' : ''} has changed`];
  });
}

function isStill(path: string, sha256: string): boolean {
  try {
    return fileChecksum(path) === sha256;
  } catch (error) {
    // What a module imports may be gone.
    if (error instanceof DataError) return false;
    throw error;
  }
}

function dataFiles({ data }: Experiment): Entry[] {
  if (data.name !== 'file') return [];
  requireOwnFiles(data);
  return [data.path, data.labels, data.testPath, data.testLabels].filter((file) => file !== null).map(entryOf);
}

function modelFiles({ model }: Experiment): Entry[] {
  if (model.name !== 'module') return [];
  requireNamedFile('model.path', model.path);
  return [entryOf(model.path)];
}

function weightsFiles({ train: { weights } }: Experiment): Entry[] {
  if (weights === null) return [];
  requireNamedFile('train.weights.path', weights.path);
  if (weights.check !== null) requireNamedFile('train.weights.check', weights.check);
  return [weights.path, weights.check].filter((file) => file !== null).map(entryOf);
}

function importFiles({ import: imported }: Experiment): Entry[] {
  if (imported === null) return [];
  const files = [...inspectRecording(imported.recording).files];
  if (imported.eigenpairs !== null) {
    requireNamedFile('import.eigenpairs', imported.eigenpairs);
    files.push(imported.eigenpairs);
  }
  return files.map(entryOf);
}

const entryOf = (path: string): Entry => [path, fileChecksum(path)];

/** What was read, by path, size and time: a sweep asks for one file as often as it has points. */
const checksums = new Map<string, string>();

function fileChecksum(path: string): string {
  if (isModule(path)) return moduleChecksum(path);
  const file = resolve(path);
  const { size, mtimeNs } = statSync(file, { bigint: true });
  const key = `${file} ${size} ${mtimeNs}`;
  const known = checksums.get(key) ?? sha256File(file);
  checksums.set(key, known);
  return known;
}

const checksumOf = (entries: readonly Entry[]): string =>
  createHash('sha256')
    .update(entries.map(([, sha256]) => sha256).join())
    .digest('hex');
