/**
 * ES modules of a user's own: a model, or data. Their code takes part in what a result depends on, as far as it can be
 * found out: the file, and the files that it imports by relative paths, and so on. Packages, and files that a module
 * reads by itself, are not followed.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'es-module-lexer/js';
import { ConfigurationError, DataError, RunError } from './errors.ts';

/** A file of a module. */
export interface ModuleFile {
  /** Absolute. */
  readonly path: string;
  /** From the folder of the module itself, with forward slashes: the same wherever that lies. */
  readonly name: string;
  /** Of its bytes, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Whether a path names an ES module. */
export const isModule = (path: string): boolean => /\.m?js$/.test(path);

/**
 * The module's file, then those that it imports by relative paths, directly or through each other, in the order in which
 * they are met.
 *
 * @throws DataError where one is missing or cannot be read
 */
export function moduleFiles(path: string): ModuleFile[] {
  const entry = resolve(path);
  const files = new Map<string, ModuleFile>();
  const visit = (file: string, importer: string | null) => {
    if (files.has(file)) return;
    if (!existsSync(file) || !statSync(file).isFile())
      throw new DataError(`no file ${file}${importer === null ? '' : `, which ${importer} imports`}`);
    const bytes = read(file);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.set(file, { path: file, name: relative(dirname(entry), file).split(sep).join('/'), sha256 });
    for (const imported of relativeImports(file, bytes.toString('utf8'))) visit(imported, file);
  };
  visit(entry, null);
  return [...files.values()];
}

/** One checksum of all files of a module and their names. @throws DataError as `moduleFiles` */
export function moduleChecksum(path: string): string {
  const lines = moduleFiles(path).map(({ name, sha256 }) => `${sha256} ${name}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** Checksums of the files that this process has loaded: Node keeps a module for as long as the process lives. */
const loaded = new Map<string, string>();

/**
 * Loads a module.
 *
 * @returns its exports
 * @throws DataError where a file is missing; ConfigurationError where the module cannot be loaded, with the reason;
 * RunError where a file of it has changed since this process loaded it
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const entry = resolve(path);
  const files = moduleFiles(entry);
  for (const file of files) {
    if ((loaded.get(file.path) ?? file.sha256) !== file.sha256)
      throw new RunError(`${file.path} has changed since this process loaded it: start another process`);
    loaded.set(file.path, file.sha256);
  }
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Record<string, unknown>;
  } catch (error) {
    // The error does not tell the line.
    const place = error instanceof SyntaxError ? ` (\`node --check ${path}\` shows the place)` : '';
    throw new ConfigurationError(`${entry} cannot be loaded: ${reasonOf(error)}${place}`, { cause: error });
  }
}

/** What went wrong in a user's code, in one line: the kind of error and its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [message] = error.message.split('\n');
  return `${error.name}: ${message}`;
}

/** This program's own code, as a stack names it. */
const PROGRAM = new URL('.', import.meta.url).href;

/** ` in line 7 of net.mjs`: where in a user's code an error was thrown; empty where the stack does not tell. */
export function placeOf(error: unknown): string {
  const frames = (error instanceof Error ? (error.stack ?? '') : '').matchAll(/(file:\/\/[^\s()]+):(\d+):\d+\)?$/gm);
  for (const [, url, line] of frames)
    if (!url.startsWith(PROGRAM) && !url.includes('/node_modules/'))
      return ` in line ${line} of ${basename(fileURLToPath(url))}`;
  return '';
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new DataError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** Absolute paths of what a file imports by relative paths that are written out. */
function relativeImports(file: string, code: string): string[] {
  if (!/\.[cm]?[jt]s$/.test(file)) return [];
  let specifiers: (string | undefined)[];
  try {
    specifiers = parse(code)[0].map(({ n }) => n);
  } catch {
    // Loading it will tell what is wrong.
    return [];
  }
  return specifiers
    .filter((specifier) => specifier !== undefined && /^(\.{0,2}\/|file:)/.test(specifier))
    .map((specifier) => fileURLToPath(new URL(specifier!, pathToFileURL(file))));
}
