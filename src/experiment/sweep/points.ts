/** From a sweep's file to its points: every combination of the grid with every entry of the list, each with a name of its own. */
import { relative, resolve } from 'node:path';
import { ConfigurationError } from '../../errors.ts';
import { canonicalJson } from '../../store/json.ts';
import { isKey, setKey, valueAt } from '../assignments.ts';
import { readGiven, resolveExperiment } from '../load.ts';
import { fromWorkingDirectory } from '../own-files.ts';
import type { Experiment } from '../schema.ts';
import type { Settings, SweepFile } from './schema.ts';

/** One configuration of a sweep. */
export interface Point {
  /** Unique in the sweep, and fit for the name of a folder. */
  readonly name: string;
  /** What tells it from others: the keys of grid and list. */
  readonly set: Settings;
  readonly experiment: Experiment;
}

/** Longest name of a point; what is longer is numbered. */
const LONGEST_NAME = 100;

/** Keys that differ between points, in the order in which they were written. */
export const axesOf = ({ list, grid }: Pick<SweepFile, 'list' | 'grid'>): string[] => [
  ...new Set([...list.flatMap((entry) => Object.keys(entry)), ...Object.keys(grid)]),
];

/**
 * All points, the last key of the grid changing fastest.
 *
 * @param folder where the sweep's file lies: relative paths in it start there
 * @param assigned what the command line sets for all points
 * @throws ConfigurationError for a key that is set twice, two points that are the same, and whatever is wrong with a configuration
 */
export function pointsOf(sweep: SweepFile, folder: string, assigned: Settings = {}): Point[] {
  refuseOverlaps(sweep);
  const base = baseOf(sweep, folder, assigned);
  const combinations = Object.entries(sweep.grid).reduce<Settings[]>(
    (before, [key, values]) => before.flatMap((set) => values.map((value) => ({ ...set, [key]: value }))),
    [{}],
  );
  const sets = sweep.list.flatMap((entry) => combinations.map((set) => ({ ...entry, ...set })));
  const names = namesOf(sets, axesOf(sweep));
  refuseTwins(sets, names);
  return sets.map((set, index) => {
    try {
      return { name: names[index], set, experiment: base({ ...sweep.set, ...set }) };
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      const of = names.length === 1 ? '' : `point ${names[index]}: `;
      throw new ConfigurationError(of + error.message, { cause: error });
    }
  });
}

/** The base with settings on top of it, resolved. */
function baseOf({ base }: SweepFile, folder: string, assigned: Settings): (settings: Settings) => Experiment {
  const isPath = typeof base === 'string' && /[\\/]|\.(ya?ml|json)$/.test(base);
  const file = isPath ? relative('', resolve(folder, base)) : typeof base === 'string' ? base : null;
  const inline = typeof base === 'string' ? null : (structuredClone(base) as Record<string, unknown>);
  if (inline) fromWorkingDirectory(inline, folder);
  return (settings) => {
    const own: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(settings)) setKey(own, key, structuredClone(value));
    fromWorkingDirectory(own, folder);
    for (const [key, value] of Object.entries(assigned)) setKey(own, key, structuredClone(value));
    const keys = [...Object.keys(settings), ...Object.keys(assigned)];
    if (file === null) {
      const given = structuredClone(inline!);
      for (const key of keys) setKey(given, key, valueAt(own, key));
      return resolveExperiment(given);
    }
    const assignments = keys.map((key) => `${key}=${JSON.stringify(valueAt(own, key))}`);
    return resolveExperiment(readGiven(file, assignments).given);
  };
}

/** Two settings of one key, or of a section and of a key in it: which of them counts nobody could tell. */
function refuseOverlaps({ set, grid, list }: SweepFile): void {
  const places = [
    ...Object.keys(set).map((key) => [key, 'set'] as const),
    ...Object.keys(grid).map((key) => [key, 'grid'] as const),
    ...[...new Set(list.flatMap((entry) => Object.keys(entry)))].map((key) => [key, 'list'] as const),
  ];
  for (const [key, place] of places) {
    if (!isKey(key)) throw new ConfigurationError(`${place} has the key ${JSON.stringify(key)}; expected key.path`);
    const rival = places.find((other) => other[1] !== place && (other[0] === key || other[0].startsWith(`${key}.`)));
    if (rival)
      throw new ConfigurationError(`${key} is set in ${place}, and ${rival[0]} in ${rival[1]}: leave one of them out`);
    const within = places.find((other) => other[1] === place && other[0].startsWith(`${key}.`));
    if (within) throw new ConfigurationError(`${place} sets ${key}, and ${within[0]} in it: write both in one of them`);
  }
}

function refuseTwins(sets: readonly Settings[], names: readonly string[]): void {
  const seen = new Map<string, string>();
  sets.forEach((set, index) => {
    const text = canonicalJson(set);
    const twin = seen.get(text);
    if (twin !== undefined)
      throw new ConfigurationError(
        `two points are the same: ${JSON.stringify(set)}; for several runs of one setting vary seed or sgd.seed`,
      );
    seen.set(text, names[index]);
  });
}

/** `learningRate-0.05_momentum-0.9`: the last part of each key where that tells it from the others; values that are no words are numbered. */
function namesOf(sets: readonly Settings[], axes: readonly string[]): string[] {
  const short = (key: string): string => {
    const parts = key.split('.');
    for (let from = parts.length - 1; from > 0; from--) {
      const name = parts.slice(from).join('.');
      if (axes.every((other) => other === key || !`.${other}`.endsWith(`.${name}`))) return name;
    }
    return key;
  };
  const values = new Map<string, string[]>();
  const word = (key: string, value: unknown): string => {
    if (['string', 'number', 'boolean'].includes(typeof value) || value === null) {
      const text = String(value);
      if (/^[\w.+-]{1,30}$/.test(text)) return text;
    }
    const known = values.get(key) ?? values.set(key, []).get(key)!;
    const text = canonicalJson(value);
    if (!known.includes(text)) known.push(text);
    return `${known.indexOf(text) + 1}`;
  };
  const names = sets.map((set) =>
    axes
      .filter((key) => Object.hasOwn(set, key))
      .map((key) => `${short(key)}-${word(key, set[key])}`)
      .join('_'),
  );
  const isFit = names.every((name) => name !== '' && name.length <= LONGEST_NAME);
  const isUnique = new Set(names.map((name) => name.toLowerCase())).size === names.length;
  return isFit && isUnique
    ? names
    : names.map(
        (name, index) => `${index + 1}`.padStart(3, '0') + (name && name.length < LONGEST_NAME ? `_${name}` : ''),
      );
}
