/** What is said of a run whose files are damaged, and which of them can be mended. */
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import { fromHere, typed } from '../typed.ts';
import type { Flaw } from './ledger.ts';

/** Flaws that are told one by one. */
const TOLD = 4;

/**
 * One sentence for all that is wrong.
 *
 * @param repairs whether they are to be mended; files that nobody knows are refused all the same
 * @param isBefore whether a flaw is of a stage before those that this call is about
 * @throws DataError where something is wrong that this call does not mend
 */
export function refuseDamage(
  directory: string,
  flaws: readonly Flaw[],
  repairs: boolean,
  isBefore: (flaw: Flaw) => boolean,
): void {
  const foreign = flaws.filter((flaw) => flaw.foreign);
  if (foreign.length > 0)
    throw new DataError(
      `${told(directory, foreign)}: move ${foreign.length === 1 ? 'it' : 'them'} out of the run directory`,
    );
  const [beyond] = flaws.filter(isBefore);
  if (beyond)
    throw new DataError(
      `${told(directory, flaws.filter(isBefore))}: \`${typed(beyond.stage, fromHere(directory), '--repair')}\` computes again what is damaged there`,
    );
  if (flaws.length > 0 && !repairs)
    throw new DataError(`${told(directory, flaws)}: give --repair to compute again what is damaged, and nothing else`);
}

function told(directory: string, flaws: readonly Flaw[]): string {
  const one = ({ file, problem, stage, foreign }: Flaw) =>
    foreign ? `${file} ${problem}` : `${file}, written by stage ${stage}, ${problem}`;
  if (flaws.length === 1) return join(directory, one(flaws[0]));
  const each = flaws.slice(0, TOLD).map(one);
  const more = flaws.length > TOLD ? [`${flaws.length - TOLD} more`] : [];
  return `${flaws.length} files of ${directory} are not as they were: ${[...each, ...more].join('; ')}`;
}
