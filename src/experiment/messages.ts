/** What is wrong with a configuration, in one sentence: what was given, what is expected, the way out. */
import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { BACK_ENDS } from '../tensor/types.ts';
import { settings } from './settings.ts';

/** Keys of other optimisers, that the theory does not cover; refused by name. */
const REFUSED: Readonly<Record<string, string>> = {
  nesterov: 'Nesterov momentum',
  dampening: 'dampening',
  adam: 'Adam',
  optimizer: 'another optimiser than heavy-ball SGD',
  optimiser: 'another optimiser than heavy-ball SGD',
};

/** A configuration says what was computed, and not on what machine. */
const BACKEND_AUTO = `backend is "auto"; expected ${either(BACK_ENDS)}, since a configuration is to say what was computed: --backend auto on the command line chooses one, which is then written down`;

/** What is expected, in words that are not those of a programming language. */
const NOUNS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  object: 'keys and values',
  record: 'keys and values',
  array: 'a list, in brackets',
  boolean: 'true or false',
  string: 'text',
};

type Issue = z.core.$ZodIssue;

/**
 * A problem of a configuration as a sentence.
 *
 * @param given the configuration as it was given
 * @param section the keys that the section of the problem may have, with their defaults
 */
export function describeIssue(issue: Issue, given: unknown, section: Readonly<Record<string, unknown>>): string {
  const at = withinWord(given, issue.path);
  const path = at.join('.');
  const value = valueAt(given, at);
  switch (issue.code) {
    case 'unrecognized_keys':
      return describeUnknownKeys(path, issue.keys, section);
    case 'invalid_type':
      if (value === undefined) return `key ${path} is missing; expected ${withArticle(issue.expected)}`;
      return `${path || 'the configuration'} is ${shown(value)}; expected ${withArticle(issue.expected)}`;
    case 'invalid_value':
      if (path === 'backend' && value === 'auto') return BACKEND_AUTO;
      return `${path} is ${shown(value)}; expected ${either(issue.values.map(String))}${suggestion(value, issue.values)}`;
    case 'invalid_union':
      return `${path} is ${shown(value)}; expected ${either(optionsOf(issue))}${suggestion(value, optionsOf(issue))}`;
    case 'too_small':
      if (issue.origin === 'array') return `${path} is ${shown(value)}; expected at least ${issue.minimum} entry`;
      return `${path} is ${shown(value)}; expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${path} is ${shown(value)}; expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return `${path} is ${shown(value)}; ${issue.message}`;
  }
}

/** All unknown keys of one section; what stands there is said once. */
function describeUnknownKeys(
  path: string,
  keys: readonly string[],
  section: Readonly<Record<string, unknown>>,
): string {
  const here = `; known here: ${Object.keys(section).join(', ')}`;
  const told = keys.map((key) => describeUnknownKey(path, key, section));
  return told.map((text, i) => (i < told.length - 1 ? text.replace(here, '') : text)).join('; ');
}

function describeUnknownKey(path: string, key: string, section: Readonly<Record<string, unknown>>): string {
  const full = path ? `${path}.${key}` : key;
  const refused = REFUSED[key.toLowerCase()];
  if (refused)
    return `${full} asks for ${refused}, which is not supported: the theory is that of heavy-ball SGD; remove the key`;
  const known = Object.keys(section);
  const here = `known here: ${known.join(', ')}`;
  const everywhere = settings().map((setting) => setting.key);
  if (everywhere.includes(full)) return `${path} ${String(section.name)} has no key ${key}; ${here}`;
  const elsewhere = sameName(key, everywhere);
  const beside = nearest(key, known);
  const meant = beside === undefined ? elsewhere : path ? `${path}.${beside}` : beside;
  return `unknown key ${full}${meant === undefined ? '' : ` (did you mean ${meant}?)`}; ${here}`;
}

/** The key of any section whose own name is the given one, or nearly so: `learning_rate` of `sgd.learningRate`. */
function sameName(given: string, keys: readonly string[]): string | undefined {
  const plain = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, '');
  const own = (key: string) => plain(key.slice(key.lastIndexOf('.') + 1));
  const near = nearest(plain(given), keys.map(own), 0);
  return near === undefined ? undefined : keys.find((key) => own(key) === near);
}

/** The names that a section of one kind of many may have. */
const optionsOf = (issue: Issue): string[] => ((issue as { options?: unknown[] }).options ?? []).map(String);

function suggestion(given: unknown, known: readonly unknown[]): string {
  const word = typeof given === 'string' ? nearest(given, known.map(String)) : undefined;
  return word === undefined ? '' : ` (did you mean ${word}?)`;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given);
}

/** The path up to a word that stands for a list of one: its entries are no letters. */
function withinWord(given: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const word = path.findIndex((_, length) => typeof valueAt(given, path.slice(0, length)) === 'string');
  return word < 0 ? path : path.slice(0, word);
}

/** JSON has no NaN and no infinity, which YAML has. */
const shown = (value: unknown): string =>
  value === undefined ? 'missing' : typeof value === 'number' ? String(value) : JSON.stringify(value);
const withArticle = (noun: string): string => NOUNS[noun] ?? `a ${noun}`;
function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
}
