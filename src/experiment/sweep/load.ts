/** From a name or a file to a sweep whose points are known. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { typed } from '../../typed.ts';
import { assign, valueAt } from '../assignments.ts';
import { EXPERIMENTS, type StageName, sweepNames } from '../catalogue.ts';
import { describeIssue } from '../messages.ts';
import { readYaml } from '../yaml-file.ts';
import { axesOf, type Point, pointsOf } from './points.ts';
import { type Settings, type SweepFile, sweepSchema } from './schema.ts';

/** A sweep, every configuration of it resolved. */
export interface Sweep {
  readonly name: string;
  readonly title: string | null;
  readonly until: StageName;
  /** Keys that differ between points. */
  readonly axes: readonly string[];
  readonly points: readonly Point[];
}

/**
 * @param nameOrFile a sweep that comes with the program, or the path of a YAML file
 * @param assignments `key.path=value` for all points, the value in YAML
 * @throws ConfigurationError for an unknown sweep, a file that is none, and every wrong key or value
 */
export function loadSweep(nameOrFile: string, assignments: readonly string[] = []): Sweep {
  const file = findSweep(nameOrFile);
  const given = checked(readYaml(file), file);
  const { sweep, assigned } = withAssignments(given, assignments);
  const name = path.basename(file).replace(/\.ya?ml$/, '');
  const { title, until } = sweep;
  return { name, title, until, axes: axesOf(sweep), points: pointsOf(sweep, path.dirname(file), assigned) };
}

/** @throws ConfigurationError naming what is wrong */
function checked(given: Record<string, unknown>, file: string): SweepFile {
  if (given.base === undefined)
    throw new ConfigurationError(
      `${file} has no key base: a sweep names the experiment that its points begin with; for one experiment \`${typed('run', file)}\``,
    );
  const result = sweepSchema.safeParse(given);
  if (result.success) return result.data;
  const keys = Object.fromEntries(Object.keys(sweepSchema.shape).map((key) => [key, undefined]));
  throw new ConfigurationError(describeIssue(result.error.issues[0], given, keys));
}

/** What is given for all points takes the place of what the file sets for all. Its paths start at the working directory, as those of `run`. */
function withAssignments(
  sweep: SweepFile,
  assignments: readonly string[],
): { readonly sweep: SweepFile; readonly assigned: Settings } {
  const own = assignments.map((assignment): [key: string, value: Settings[string]] => {
    const [key] = assignment.split('=', 1);
    const axis = axesOf(sweep).find((name) => isWithin(name, key) || isWithin(key, name));
    if (axis !== undefined)
      throw new ConfigurationError(
        `--set ${assignment}: ${axis} differs between the points of this sweep; change it in the file`,
      );
    const given: Record<string, unknown> = {};
    assign(given, assignment);
    return [key, valueAt(given, key) as Settings[string]];
  });
  const kept = Object.entries(sweep.set).filter(([key]) => !own.some(([name]) => isWithin(key, name)));
  return { sweep: { ...sweep, set: Object.fromEntries(kept) }, assigned: Object.fromEntries(own) };
}

/** Whether a key is another one, or lies in its section. */
const isWithin = (key: string, section: string): boolean => key === section || key.startsWith(`${section}.`);

function findSweep(nameOrFile: string): string {
  const known = sweepNames();
  if (known.includes(nameOrFile)) return path.join(EXPERIMENTS, `${nameOrFile}.yaml`);
  if (/\.ya?ml$/.test(nameOrFile)) {
    const file = path.resolve(nameOrFile);
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return file;
    throw new ConfigurationError(`there is no sweep file ${file}; known sweeps: ${known.join(', ')}`);
  }
  if (fs.existsSync(nameOrFile) && fs.statSync(nameOrFile).isDirectory())
    throw new ConfigurationError(`${nameOrFile} is a folder that holds no sweep: give the folder of one, or its file`);
  const near = nearest(nameOrFile, known);
  throw new ConfigurationError(
    `unknown sweep ${nameOrFile}${near ? ` (did you mean ${near}?)` : ''}; known: ${known.join(', ')}, or give the path of a .yaml file`,
  );
}
