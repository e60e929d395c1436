/** What a run is called on a page, and what tells it from others there. */
import { basename, parse, relative } from 'node:path';
import { shortNumber, wholeNumber } from '../../report/numbers.ts';
import { leaves } from '../leaves.ts';
import type { Experiment } from '../schema.ts';

/** What a run without a title is called: its model and data, or where it has neither, the file that it was imported from. */
export function calledOf({ model, data, import: given }: Pick<Experiment, 'model' | 'data' | 'import'>): string {
  if (given && (model.name === 'none' || data.name === 'none')) return basename(given.recording);
  return `${kindOf(model)} on ${kindOf(data)}`;
}

/** A user's own by the name of its file. */
const kindOf = (named: Experiment['model'] | Experiment['data']): string =>
  'path' in named ? parse(named.path).name : named.name;

/** A run among others. */
export interface Named {
  /** Absolute path of its directory. */
  readonly path: string;
  readonly experiment: Experiment;
}

/** How settings that often differ are written; the first that are found are told. Others by their keys. */
const SYMBOLS: Readonly<Record<string, (value: unknown) => string>> = {
  'sgd.sampler': (value) => String(value),
  'sgd.learningRate': (value) => `η = ${shortNumber(Number(value))}`,
  'sgd.momentum': (value) => `β = ${shortNumber(Number(value))}`,
  'sgd.batchSize': (value) => `S = ${wholeNumber(Number(value))}`,
  'data.samples': (value) => (typeof value === 'number' ? `N = ${wholeNumber(value)}` : 'N as given'),
  'sgd.weightDecay': (value) => `μ = ${shortNumber(Number(value))}`,
  seed: (value) => `seed ${String(value)}`,
  'sgd.seed': (value) => (value === null ? 'batches of the seed' : `batches of seed ${String(value)}`),
  'model.name': (value) => String(value),
  'data.name': (value) => String(value),
  'record.epochs': (value) => `${String(value)} epochs`,
};

/** More settings than these in a label would not be read. */
const MOST = 3;

/**
 * A label a run, each another: its title or where it has none its folder; where titles agree what differs in the settings,
 * and where nothing does, or not enough, the folder.
 */
export function labelsOf(runs: readonly Named[]): string[] {
  const names = runs.map(({ path, experiment }) => experiment.report.title ?? basename(path));
  const alike = (i: number) => runs.filter((_, other) => names[other] === names[i]);
  const allAlike = new Set(names).size === 1;
  return runs.map((run, i) => {
    const group = alike(i);
    if (group.length === 1) return names[i];
    const apart = apartIn(group)[group.indexOf(run)];
    return allAlike ? apart : `${names[i]}, ${apart}`;
  });
}

/** What each of some runs of one name is told by. */
function apartIn(group: readonly Named[]): string[] {
  const settings = group.map(({ experiment }) => new Map(leaves(experiment)));
  const keys = [...new Set(settings.flatMap((one) => [...one.keys()]))].filter(
    (key) => key !== 'report.title' && new Set(settings.map((one) => JSON.stringify(one.get(key)))).size > 1,
  );
  const order = Object.keys(SYMBOLS);
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const told = keys.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST);
  const words = settings.map((one) => told.map((key) => settingInWords(key, one.get(key))).join(', '));
  const folders = [(path: string) => basename(path), (path: string) => relative(process.cwd(), path) || '.'];
  return folders.reduce((labels, folderOf) => {
    const isEnough = (label: string) => label !== '' && labels.filter((other) => other === label).length === 1;
    return labels.map((label, i) => (isEnough(label) ? label : both(words[i], folderOf(group[i].path))));
  }, words);
}

const both = (words: string, folder: string): string => (words === '' ? folder : `${words}, ${folder}`);

/** `η = 0.05`: a setting with its value. One that only some runs have is written where it is. */
export function settingInWords(key: string, value: unknown): string {
  if (value === undefined) return `no ${key}`;
  return SYMBOLS[key]?.(value) ?? `${key} = ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
