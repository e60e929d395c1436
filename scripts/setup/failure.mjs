// @ts-check
/** The ways in which set-up ends early. A message is one sentence: what was given, what is expected, the way out. */

/** Stops set-up; printed without a stack trace. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {number} exitCode 1 failed, 2 wrong usage, 3 a missing or damaged file that the user named
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** How the message of every build error begins. */
export const NO_BINDING = 'the binding could not be built';

/** A library is there, but the binding to it could not be built: another copy of the library would not help. */
export class BuildError extends Error {}

/**
 * @param {string[]} words
 * @returns {string} `a, b and c`
 */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/**
 * @param {unknown} error
 * @returns {string} its message on one line
 */
export function messageOf(error) {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, '; ');
}
