/** What every shell's script knows, as tables: functions from a key to lines. Only their syntax differs. */
import type { Place, Word } from './tree.ts';

/** What the program's words are about. */
export interface Vocabulary {
  readonly experiments: readonly string[];
  readonly sweeps: readonly string[];
  /** Keys of the configuration, and the words that may be their values. */
  readonly settings: readonly { readonly key: string; readonly words: readonly string[] }[];
}

/** A function of a script: the lines that it prints for a key, nothing for others. */
export interface Table {
  readonly name: string;
  readonly rows: readonly (readonly [key: string, lines: readonly string[]])[];
}

/** A word and what it says, as fish takes it. */
const line = ({ word, says }: Word): string => `${word}\t${says}`;

/**
 * `commands` and `options` of a place; `place` of a place and a word; `value` of a place and an option; `argument` of a
 * place and how many there are already, or `+` for all that follow; `words` of a setting, or all settings of nothing;
 * `names` of what comes with the program.
 */
export function tablesOf(places: readonly Place[], { experiments, sweeps, settings }: Vocabulary): Table[] {
  const commands = places.filter((place) => place.commands.length > 0);
  return [
    { name: 'commands', rows: commands.map(({ path, commands }) => [path, commands.map(line)]) },
    { name: 'options', rows: places.map(({ path, options }) => [path, options.map(line)]) },
    { name: 'place', rows: places.slice(1).map(({ path }) => [path.includes(' ') ? path : ` ${path}`, [path]]) },
    {
      name: 'value',
      rows: places.flatMap(({ path, options }) =>
        options.flatMap(({ word, value }) => (value === null ? [] : [[`${path} ${word}`, [value]] as const])),
      ),
    },
    {
      name: 'argument',
      rows: places.flatMap(({ path, arguments: kinds, repeats }) => [
        ...kinds.map((kind, at) => [`${path} ${at}`, [kind]] as const),
        ...(repeats ? [[`${path} +`, kinds.slice(-1)] as const] : []),
      ]),
    },
    {
      name: 'settings',
      rows: [
        ['', settings.map(({ key }) => `${key}=`)],
        ...settings.filter(({ words }) => words.length > 0).map(({ key, words }) => [key, words] as const),
      ],
    },
    {
      name: 'names',
      rows: [
        ['experiment', experiments],
        ['sweep', sweeps],
      ],
    },
  ];
}
