/** What there is to type, command by command, read off the commander program: what completion of every shell is made from. */
import type { Argument, Command, Option } from 'commander';

/**
 * What may stand in a place: a path, an experiment or a sweep (a name or a path), a setting with its value, one of some words (those
 * after the colon, a space between), or anything.
 */
export type Kind = 'file' | 'folder' | 'experiment' | 'sweep' | 'setting' | `words:${string}` | 'anything';

/** A word, and what it does in a few words. */
export interface Word {
  readonly word: string;
  readonly says: string;
}

/** A command, or the program itself. */
export interface Place {
  /** Words that lead here: none for the program, `data get`. */
  readonly path: string;
  readonly commands: readonly Word[];
  /** Long and short names apart; `value` null for those that take none. */
  readonly options: readonly (Word & { readonly value: Kind | null })[];
  readonly arguments: readonly Kind[];
  /** Whether the last argument may be given again and again. */
  readonly repeats: boolean;
}

/** By the name of the placeholder, of an argument or of an option's value. */
const KINDS: Readonly<Record<string, Kind>> = {
  experiment: 'experiment',
  sweep: 'sweep',
  run: 'folder',
  runs: 'folder',
  folder: 'folder',
  recording: 'file',
  'key.path=value': 'setting',
};

/**
 * The program and all its commands.
 *
 * @param words what may stand for a placeholder, where commander does not know it
 */
export function placesOf(
  command: Command,
  words: Readonly<Record<string, readonly string[]>>,
  path: readonly string[] = [],
): Place[] {
  const kindOf = (placeholder: string, { argChoices }: Option | Argument): Kind => {
    const choices = argChoices ?? words[placeholder];
    if (choices) return `words:${choices.join(' ')}`;
    return /^file\b/.test(placeholder) ? 'file' : (KINDS[placeholder] ?? 'anything');
  };
  const valueOf = (option: Option): Kind | null =>
    option.required || option.optional ? kindOf(/[<[](.*?)[>\]]/.exec(option.flags)![1], option) : null;
  const help = command.createHelp();
  const taken = command.registeredArguments;
  const here: Place = {
    path: path.join(' '),
    commands: help.visibleCommands(command).map((one) => ({ word: one.name(), says: brief(one.description()) })),
    options: help
      .visibleOptions(command)
      .flatMap((option) =>
        [option.long, option.short]
          .filter((flag) => flag !== undefined)
          .map((word) => ({ word, says: brief(option.description), value: valueOf(option) })),
      ),
    arguments: taken.map((one) => kindOf(one.name(), one)),
    repeats: taken.some(({ variadic }) => variadic),
  };
  return [here, ...command.commands.flatMap((one) => placesOf(one, words, [...path, one.name()]))];
}

/** A line of a menu is short. */
const LONGEST = 80;

/** The first sentence without what stands in parentheses; of a long one what comes before a semicolon or a colon. */
function brief(text: string): string {
  const [sentence] = text.split(/\.(?:\s+[A-Z]|$)|\s+\(/, 1);
  return (sentence.length <= LONGEST ? sentence : sentence.split(/[;:]/, 1)[0]).trim();
}
