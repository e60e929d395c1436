// @ts-check
/**
 * The Python of the peers: the one EPOCHNOISE_PYTHON names, else a virtual environment in bench/.venv, made on first use
 * from bench/requirements.txt.
 */
import fs from 'node:fs';
import { ConfigurationError, RunError } from '../dist/errors.js';
import { here } from './files.mjs';
import { outputOf, Process } from './processes.mjs';

const VENV = here('.venv/');
const REQUIREMENTS = here('requirements.txt');
/** What the contestants and the referee share; a peer whose own library is missing is left out by itself. */
const SHARED = ['torch', 'numpy', 'scipy', 'safetensors'];
const ALL = [...SHARED, 'jax', 'hessian_eigenthings', 'pyhessian', 'curvlinops'];
/** Prints the names that cannot be imported. */
const PROBE = `
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception:
        print(name)
`;

/**
 * @returns {Promise<string | null>} null where there is none: this program is then timed alone
 * @throws ConfigurationError where the one that is named does not do
 */
export async function findPython() {
  const named = process.env.EPOCHNOISE_PYTHON;
  if (named) return checked(named);
  const inside = `${VENV}bin/python`;
  if (fs.existsSync(inside) && (await missingIn(inside, ALL)).length === 0) return inside;
  process.stderr.write('bench: installing the peers into bench/.venv (some gigabytes; once) …\n');
  const steps = /** @type {[string, string[]][]} */ ([
    ['python3', ['-m', 'venv', VENV]],
    [inside, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]],
  ]);
  for (const [program, args] of steps) {
    const step = new Process(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if ((await step.ended) === 0) continue;
    process.stderr.write(`bench: no peers, ${[program, ...args].join(' ')} failed\n`);
    return null;
  }
  return inside;
}

/** @param {string} python @throws ConfigurationError */
async function checked(python) {
  let missing;
  try {
    missing = await missingIn(python, SHARED);
  } catch (error) {
    if (error instanceof RunError) throw new ConfigurationError(error.message);
    throw error;
  }
  if (missing.length === 0) return python;
  throw new ConfigurationError(
    `EPOCHNOISE_PYTHON (${python}) cannot import ${missing.join(', ')}; install bench/requirements.txt there, or unset it for an environment of the benchmarks' own`,
  );
}

/** @param {string} python @param {string[]} names */
async function missingIn(python, names) {
  const output = await outputOf(`EPOCHNOISE_PYTHON (${python})`, python, ['-c', PROBE, ...names]);
  return output.split('\n').filter(Boolean);
}
