/** In which settings two computations of one stage differ, by the keys of the configuration. */
import { canonicalJson } from '../store/json.ts';
import { leaves } from './leaves.ts';

/** Where a stage depends on one key of a section, or on the window as a whole, it calls it by another name than the configuration. */
const KEYS: Readonly<Record<string, string>> = {
  weightDecay: 'sgd.weightDecay',
  batchSize: 'sgd.batchSize',
  momentum: 'sgd.momentum',
  epochs: 'record.epochs',
  firstEpoch: 'train.epochs',
  'window.learningRate': 'sgd.learningRate',
  'window.epochs': 'record.epochs',
};

/** Settings that are told one by one. */
const TOLD = 3;

/** `spectrum.eigenpairs was 19 and is 5`, one a key. */
export function changedSettings(before: unknown, now: unknown): string[] {
  const [old, current] = [leavesOf(before), leavesOf(now)];
  const keys = [...new Set([...old.keys(), ...current.keys()])];
  const changed = keys.filter((key) => old.get(key) !== current.get(key));
  const told = changed.map(
    (key) => `${KEYS[key] ?? key} was ${old.get(key) ?? 'not there'} and is ${current.get(key) ?? 'not there'}`,
  );
  const all = [...new Set(told)];
  return all.length > TOLD ? [...all.slice(0, TOLD), `${all.length - TOLD} more settings differ`] : all;
}

/** Values as JSON, by their keys; what is not there has none. */
const leavesOf = (value: unknown): Map<string, string> =>
  new Map(leaves(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, canonicalJson(inner)] as const])));
