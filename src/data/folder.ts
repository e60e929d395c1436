/** Where datasets that are read from files lie. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DataError } from '../errors.ts';
import { typed } from '../typed.ts';

/** What the choice of the folder depends on; the process's own where left out. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly home?: string;
}

/**
 * The data folder: the option, else the environment variable EPOCHNOISE_DATA, else `epochnoise` in the place where the
 * system keeps a user's data (XDG_DATA_HOME or ~/.local/share, ~/Library/Application Support, %LOCALAPPDATA%).
 *
 * @param option `data.folder` of the configuration; relative to the working directory
 * @returns an absolute path; the folder need not exist
 */
export function dataFolder(option: string | null, surroundings: Surroundings = {}): string {
  const { environment = process.env, platform = process.platform, home = homedir() } = surroundings;
  if (option) return resolve(option);
  if (environment.EPOCHNOISE_DATA) return resolve(environment.EPOCHNOISE_DATA);
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'epochnoise');
  if (platform === 'win32') return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'epochnoise');
  // The specification of that variable asks that a relative path be ignored.
  const shared = environment.XDG_DATA_HOME;
  return join(shared && isAbsolute(shared) ? shared : join(home, '.local', 'share'), 'epochnoise');
}

/** The command that downloads a data set: into the data folder, or another where that one cannot be written. */
export function downloadCommand(folder: string, dataset: string): string {
  return typed('data', 'get', dataset, ...(canBeWritten(join(folder, dataset)) ? [] : ['--folder', 'data']));
}

/**
 * Whether files may be made there; a folder that is not there yet is made in the nearest that is. One that nobody may write to
 * is left alone even by those whom nothing stops.
 */
function canBeWritten(folder: string): boolean {
  if (!existsSync(folder)) return dirname(folder) === folder || canBeWritten(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return process.platform === 'win32' || (statSync(folder).mode & 0o222) !== 0;
  } catch {
    return false;
  }
}

/**
 * The first of these files that is there.
 *
 * @param folder the data folder
 * @param candidates names within it, with forward slashes, the usual one first
 * @param dataset what `epochnoise data get` calls it
 * @throws DataError naming the path looked for and the ways out
 */
export function requireFile(folder: string, candidates: readonly string[], dataset: string): string {
  const found = candidates.find((candidate) => existsSync(join(folder, candidate)));
  if (found !== undefined) return found;
  throw new DataError(
    `no file ${join(folder, candidates[0])}; \`${downloadCommand(folder, dataset)}\` downloads it${canBeWritten(join(folder, dataset)) ? ', or' : ' into a folder that can be written:'} ` +
      `name the folder that holds it with data.folder or EPOCHNOISE_DATA`,
  );
}
