/** Times as SLURM writes them. */
import { ConfigurationError } from '../../../errors.ts';

/**
 * Seconds of a time limit as `sbatch --time` takes it; null for none.
 *
 * @param text minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or days-hours:minutes:seconds
 * @throws ConfigurationError for anything else
 */
export function timeLimit(text: string): number | null {
  if (/^(-1|infinite|unlimited)$/i.test(text)) return null;
  const [, days, first, second, third] = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text) ?? [];
  if (first === undefined)
    throw new ConfigurationError(
      `the time limit ${JSON.stringify(text)} is none that SLURM knows: give minutes, hours:minutes:seconds or days-hours, such as 90, 12:00:00 or 2-12`,
    );
  const [a, b, c] = [first, second ?? '0', third ?? '0'].map(Number);
  if (days !== undefined) return ((Number(days) * 24 + a) * 60 + b) * 60 + c;
  return third === undefined ? a * 60 + b : (a * 60 + b) * 60 + c;
}

/** Seconds that SLURM says to have passed, [days-]hours:minutes:seconds or minutes:seconds; null where it says none. */
export function elapsed(text: string): number | null {
  const [, days = '0', hours = '0', minutes, seconds] =
    /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)(?:\.\d+)?$/.exec(text) ?? [];
  if (minutes === undefined) return null;
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}
