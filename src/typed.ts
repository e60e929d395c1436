/** Commands that a message suggests, such as they can be typed where it is read. Depends on nothing. */
import { isAbsolute, relative } from 'node:path';

/**
 * A command of this program. Where npx or npm has started it, as in a checkout, the shell itself does not find it.
 *
 * @param words those that a shell would take apart are quoted
 */
export function typed(...words: readonly string[]): string {
  const program = process.env.npm_command ? 'npx epochnoise' : 'epochnoise';
  return [program, ...words.map(quoted)].join(' ');
}

/** A word for a shell. */
export function quoted(word: string): string {
  return /^[\p{L}\p{N}_./,:=@%+…-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A path as one types it: from the working directory where it lies within. */
export function fromHere(path: string): string {
  const here = relative('', path);
  if (here === '') return '.';
  return isAbsolute(here) || /^\.\.([/\\]|$)/.test(here) ? path : here;
}
