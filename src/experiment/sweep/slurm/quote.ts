/** Text that reaches a program of the shell, or SLURM itself, as it is: spaces, quotes and dollars included. Depends on errors only. */
import { ConfigurationError } from '../../../errors.ts';

/** Characters that mean nothing but themselves to bash and to sbatch. */
const PLAIN = /^[\w@%+=:,./[\]-]+$/;

/** One word of bash. */
export const bashWord = (text: string): string =>
  PLAIN.test(text) && !text.includes('[') ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** A command of bash: a word for each argument. */
export const bashCommand = (argv: readonly string[]): string => argv.map(bashWord).join(' ');

/**
 * An option as a line at the head of a batch script. sbatch has rules of quoting of its own there: in double quotes all but
 * themselves and the backslash is what it is.
 *
 * @param name with its dashes
 * @throws ConfigurationError for a value of more than one line
 */
export function sbatchLine(name: string, value?: string | number): string {
  if (value === undefined) return `#SBATCH ${name}`;
  const text = oneLine(name, String(value));
  return `#SBATCH ${name}=${PLAIN.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`}`;
}

/** @throws ConfigurationError for text that the head of a batch script cannot hold */
export function oneLine(name: string, text: string): string {
  if (/[\r\n\0]/.test(text))
    throw new ConfigurationError(`${name} is ${JSON.stringify(text)}: it has to be a single line`);
  return text;
}
