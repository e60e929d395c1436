/** What is wrong with a configuration, in one sentence: what was given, what is expected, the way out. */
import type { z } from 'zod';

/** Keys of other optimisers, that the theory does not cover; refused by name. */
const REFUSED: Readonly<Record<string, string>> = {
  nesterov: 'Nesterov momentum',
  dampening: 'dampening',
  adam: 'Adam',
  optimizer: 'another optimiser than heavy-ball SGD',
  optimiser: 'another optimiser than heavy-ball SGD',
};

type Issue = z.core.$ZodIssue;

/**
 * A problem of a configuration as a sentence.
 *
 * @param given the configuration as it was given
 * @param known the keys that a section may have
 */
export function describeIssue(issue: Issue, given: unknown, known: readonly string[]): string {
  const at = withinWord(given, issue.path);
  const path = at.join('.');
  const value = valueAt(given, at);
  switch (issue.code) {
    case 'unrecognized_keys':
      return describeUnknownKey(path, issue.keys[0], known);
    case 'invalid_type':
      if (value === undefined) return `key ${path} is missing; expected ${withArticle(issue.expected)}`;
      return `${path || 'the configuration'} is ${shown(value)}; expected ${withArticle(issue.expected)}`;
    case 'invalid_value':
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

function describeUnknownKey(path: string, key: string, known: readonly string[]): string {
  const full = path ? `${path}.${key}` : key;
  const refused = REFUSED[key.toLowerCase()];
  if (refused)
    return `${full} asks for ${refused}, which is not supported: the theory is that of heavy-ball SGD; remove the key`;
  return `unknown key ${full}${suggestion(key, known)}; known here: ${known.join(', ')}`;
}

/** The names that a section of one kind of many may have. */
const optionsOf = (issue: Issue): string[] => ((issue as { options?: unknown[] }).options ?? []).map(String);

/** The known word nearest to a given one, if it is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(given.toLowerCase(), word.toLowerCase());
    if (distance < least) {
      least = distance;
      best = word;
    }
  }
  return best;
}

function suggestion(given: unknown, known: readonly unknown[]): string {
  const word = typeof given === 'string' ? nearest(given, known.map(String)) : undefined;
  return word === undefined ? '' : ` (did you mean ${word}?)`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
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
const withArticle = (noun: string): string =>
  ({ int: 'a whole number', object: 'keys and values', record: 'keys and values' })[noun] ??
  `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;
