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

/** A library is there, but the binding to it could not be built: another copy of the library would not help. */
export class BuildError extends Error {}

/**
 * @param {unknown} error
 * @returns {string} its message on one line
 */
export function messageOf(error) {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, '; ');
}
