/** What the doctor for models finds. */

/** How one check ended. A `failed` one means that the theory, or the arithmetic, does not hold for this model. */
export interface Finding {
  /** For programs and people: two or three words. */
  readonly check: string;
  readonly state: 'passed' | 'warned' | 'failed';
  /** The number on which it was decided; null where there is none. */
  readonly value: number | null;
  /** One sentence with the numbers, and the way out where there is one to be found. */
  readonly text: string;
}

/** A finding that is decided by a number that must stay below a limit. Not a number is not below. */
export function within(check: string, value: number, limit: number, passed: string, failed: string): Finding {
  const isWithin = value <= limit;
  return { check, state: isWithin ? 'passed' : 'failed', value, text: isWithin ? passed : failed };
}

/** The finding that numbers of some kind are not finite; null where all are. */
export function finiteOf(what: string, values: ArrayLike<number>): Finding | null {
  const value = Array.from(values).filter((number) => !Number.isFinite(number)).length;
  if (value === 0) return null;
  const text = `${value} of the ${values.length} numbers of the ${what} are not finite: begin with smaller weights, or scale the inputs`;
  return { check: 'finite', state: 'failed', value, text };
}

/** Two digits are enough to tell rounding from a mistake. */
export const brief = (value: number): string => (value === 0 ? '0' : value.toExponential(1));

/** So many of them. @param one the word for a single one */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The lines that are printed. */
export function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  return findings.map(({ state, check, text }) => `${state}  ${check.padEnd(width)}  ${text}`);
}
