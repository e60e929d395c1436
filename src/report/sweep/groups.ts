/** Which settings of a sweep share a colour: each its own while there are few, else those with one value of one key. */
import type { GroupRole } from '../figure.ts';
import type { Collected, SettingSummary } from './collected.ts';

const ROLES: readonly GroupRole[] = [
  'group-1',
  'group-2',
  'group-3',
  'group-4',
  'group-5',
  'group-6',
  'group-7',
  'group-8',
];

/** Settings that are drawn alike. */
export interface Group {
  readonly label: string;
  readonly role: GroupRole;
  /** Indices of the settings. */
  readonly settings: readonly number[];
}

/** All settings in groups, and a sentence where a group is more than one. */
export interface Grouping {
  readonly groups: readonly Group[];
  readonly note: string;
}

/** @returns at most eight groups, in the order of the sweep */
export function groupsOf({ settings }: Pick<Collected, 'settings'>): Grouping {
  if (settings.length <= ROLES.length)
    return {
      groups: settings.map(({ label }, i) => ({ label, role: ROLES[i], settings: [i] })),
      note: '',
    };
  const key = keyToGroupBy(settings);
  if (key === undefined)
    return {
      groups: [{ label: `all ${settings.length} settings`, role: ROLES[0], settings: settings.map((_, i) => i) }],
      note: 'No key of the sweep has two to eight values: all settings are drawn alike.',
    };
  const texts = settings.map(({ set }) => JSON.stringify(set[key]));
  const values = [...new Set(texts)];
  return {
    groups: values.map((text, i) => ({
      label: wordsOf(settings, key, text),
      role: ROLES[i],
      settings: texts.flatMap((other, index) => (other === text ? [index] : [])),
    })),
    note: `Colours: ${key} alone; ${settings.length} settings are too many for one colour each.`,
  };
}

/** The key with the most values that still have a colour each; of several the first. */
function keyToGroupBy(settings: readonly SettingSummary[]): string | undefined {
  const keys = [...new Set(settings.flatMap(({ set }) => Object.keys(set)))];
  const counted = keys
    .map((key) => ({ key, values: new Set(settings.map(({ set }) => JSON.stringify(set[key]))).size }))
    .filter(({ values }) => values >= 2 && values <= ROLES.length);
  return counted.reduce<(typeof counted)[number] | undefined>(
    (best, one) => (best && best.values >= one.values ? best : one),
    undefined,
  )?.key;
}

/** One value of a key in words. */
function wordsOf(settings: readonly SettingSummary[], key: string, text: string | undefined): string {
  const one = settings.find(({ set }) => JSON.stringify(set[key]) === text)!;
  return one.words[key] ?? `no ${key}`;
}
