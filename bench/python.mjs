// @ts-check
/**
 * The Python of the peers: the one EPOCHNOISE_PYTHON names, else a virtual environment in bench/.venv, made on first use
 * from bench/requirements.txt.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const VENV = fileURLToPath(new URL('./.venv/', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** @returns {Promise<string | null>} null where there is none: this program is then timed alone */
export async function findPython() {
  const named = process.env.EPOCHNOISE_PYTHON;
  if (named) return named;
  const inside = `${VENV}bin/python`;
  if (!fs.existsSync(inside) || !imports(inside)) {
    process.stderr.write('bench: installing the peers into bench/.venv (some gigabytes; once) …\n');
    try {
      execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'inherit' });
      execFileSync(inside, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS], { stdio: 'inherit' });
    } catch (error) {
      process.stderr.write(`bench: no peers, ${error instanceof Error ? error.message : error}\n`);
      return null;
    }
  }
  return inside;
}

/** @param {string} python */
function imports(python) {
  return (
    spawnSync(
      python,
      ['-c', 'import torch, jax, numpy, scipy, safetensors, hessian_eigenthings, pyhessian, curvlinops'],
      { stdio: 'ignore' },
    ).status === 0
  );
}
