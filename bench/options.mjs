// @ts-check
/** What the command line asks of the benchmarks. */
import { parseArgs } from 'node:util';
import { ConfigurationError } from '../dist/errors.js';

const USAGE =
  'usage: npm run bench -- [case …] [--backend webgpu|tensorflow] [--rounds N] [--keep] [--images N] [--eigenpairs K], or chart alone';
/** Those that may have a device. */
const BACKENDS = ['webgpu', 'tensorflow'];

/**
 * @typedef {object} Options
 * @property {string[]} chosen names of cases; none where only the picture is drawn
 * @property {number | null} rounds null: as many as the case has otherwise
 * @property {boolean} keep whether results are kept whatever their number of rounds
 * @property {string | null} backend whose device is measured; null for the usual cases
 * @property {number | null} images of the case spectrum; at most so many on a device
 * @property {number | null} eigenpairs of the case spectrum; so many on a device, and as many directions
 */

/**
 * @param {string[]} argv
 * @param {string[]} usual names of the cases that there are
 * @param {string[]} onDevice names of those that there are with `--backend`
 * @returns {Options}
 * @throws ConfigurationError
 */
export function readOptions(argv, usual, onDevice) {
  const { values, positionals: wanted } = parsed(argv);
  const { backend = null } = values;
  if (backend !== null && !BACKENDS.includes(backend))
    throw new ConfigurationError(`--backend ${backend}: expected ${BACKENDS.join(' or ')}, which may have a device`);
  const cases = backend === null ? usual : onDevice;
  const numbers = {
    rounds: count('rounds', values.rounds),
    images: count('images', values.images),
    eigenpairs: count('eigenpairs', values.eigenpairs),
  };
  const unknown = wanted.filter((name) => name !== 'chart' && !cases.includes(name));
  if (unknown.length > 0)
    throw new ConfigurationError(
      `unknown case ${unknown.join(', ')}; known${backend === null ? '' : ' with --backend'}: ${cases.join(', ')}; or chart`,
    );
  if (wanted.includes('chart')) {
    if (wanted.length + Object.keys(values).length > 1)
      throw new ConfigurationError('chart stands alone: it draws the results that are there, and measures nothing');
    return { chosen: [], keep: false, backend, ...numbers };
  }
  const chosen = cases.filter((name) => wanted.length === 0 || wanted.includes(name));
  if (backend === null && !chosen.includes('spectrum') && (numbers.images ?? numbers.eigenpairs) !== null)
    throw new ConfigurationError(
      '--images and --eigenpairs belong to the case spectrum, which was not asked for, and to --backend',
    );
  return { chosen, keep: values.keep ?? false, backend, ...numbers };
}

/** @param {string[]} args */
function parsed(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { rounds: text, keep: { type: 'boolean' }, backend: text, images: text, eigenpairs: text },
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
