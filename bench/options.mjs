// @ts-check
/** What the command line asks of the benchmarks. */
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../dist/errors.js';

const USAGE = 'usage: npm run bench -- [case …] [--rounds N] [--keep] [--images N] [--eigenpairs K], or chart alone';

/**
 * @typedef {object} Options
 * @property {string[]} chosen names of cases; none where only the picture is drawn
 * @property {number | null} rounds null: as many as the case has otherwise
 * @property {boolean} keep whether results are kept whatever their number of rounds
 * @property {number | null} images of the case spectrum
 * @property {number | null} eigenpairs of the case spectrum
 */

/**
 * @param {string[]} argv
 * @param {string[]} cases names of all there are
 * @returns {Options}
 * @throws ConfigurationError
 */
export function readOptions(argv, cases) {
  const { values, positionals: wanted } = parsed(argv);
  const numbers = {
    rounds: count('rounds', values.rounds),
    images: count('images', values.images),
    eigenpairs: count('eigenpairs', values.eigenpairs),
  };
  const unknown = wanted.filter((name) => name !== 'chart' && !cases.includes(name));
  if (unknown.length > 0)
    throw new ConfigurationError(`unknown case ${unknown.join(', ')}; known: ${cases.join(', ')}; or chart`);
  if (wanted.includes('chart')) {
    if (wanted.length + Object.keys(values).length > 1)
      throw new ConfigurationError('chart stands alone: it draws the results that are there, and measures nothing');
    return { chosen: [], keep: false, ...numbers };
  }
  const chosen = cases.filter((name) => wanted.length === 0 || wanted.includes(name));
  if (!chosen.includes('spectrum') && (numbers.images ?? numbers.eigenpairs) !== null)
    throw new ConfigurationError('--images and --eigenpairs belong to the case spectrum, which was not asked for');
  return { chosen, keep: values.keep ?? false, ...numbers };
}

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { rounds: text, keep: { type: 'boolean' }, images: text, eigenpairs: text },
    });
  } catch (error) {
    // The rest are hints of Node's for whoever wants a value that looks like an option.
    const [first] = /** @type {Error} */ (error).message.split(/\.?(?: To |\n|$)/);
    throw new ConfigurationError(`${first}; ${USAGE}`);
  }
}

/** @param {string} option @param {string | undefined} text */
function count(option, text) {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError(`--${option} ${text}: expected a whole number of 1 or more`);
}
