// @ts-check
/** Which results may be believed. */

/**
 * @typedef {object} Entry what is asked of a contestant's results
 * @property {string} name
 * @property {boolean} agrees whether its numbers are this program's
 * @property {boolean} [atTolerance] whether it has reached the accuracy asked for, where that is a question
 */

/**
 * Takes out of a case's results the contestants whose numbers are wrong.
 *
 * @param {{ title: string, contestants?: Entry[], failure?: string }[]} results this program is the first contestant of each
 * @returns {{ sound: object[] | null, faults: string[], failures: string[] }} null where this program is wrong, or no peer
 * agrees with it: it is then unknown who is; or where it failed at all; a sentence for each contestant that was taken out, and
 * for each piece of work that this program failed at, whose result tells so
 */
export function withoutWrong(results) {
  /** @type {string[]} */
  const faults = [];
  let isBelieved = true;
  const sound = results.map((result) => {
    const { title, contestants } = result;
    if (!contestants) return result;
    const right = contestants.filter(isRight);
    faults.push(...contestants.filter((entry) => !isRight(entry)).map((entry) => `${title}: ${faultOf(entry)}`));
    if (!isRight(contestants[0]) || (right.length === 1 && contestants.length > 1)) isBelieved = false;
    return { ...result, contestants: right };
  });
  const failures = results.flatMap(({ title, failure }) => (failure ? [`${title}: ${failure}`] : []));
  return { sound: isBelieved && failures.length < results.length ? sound : null, faults, failures };
}

/** @param {Entry} entry */
const isRight = ({ agrees, atTolerance = true }) => agrees && atTolerance;

/** @param {Entry} entry */
const faultOf = ({ name, agrees }) =>
  agrees ? `${name} has not converged` : `${name} has not the same numbers as the first`;
