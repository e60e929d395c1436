// @ts-check
/** Products of the loss's Hessian with a vector at fixed weights: LeNet (62,006 parameters) on 1,000 images. */
import path from 'node:path';
import { compare } from '../compare.mjs';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { LENET_SIZE } from '../lenet.mjs';
import { writeRandomLenet } from '../work/random-lenet.mjs';

const SAMPLES = 1000;

/** @param {string | null} python @param {{ rounds: number | null, folder: string }} options */
export async function hvpCases(python, { rounds, folder }) {
  const file = path.join(folder, 'work.safetensors');
  writeRandomLenet(file, SAMPLES);
  const start = (
    /** @type {string} */ name,
    /** @type {string} */ program,
    /** @type {string[]} */ [script, ...args],
  ) => new Contestant(name, program, [here(`contestants/${script}`), file, ...args], folder);
  const ours = start('epochnoise, linearised graph', process.execPath, ['hvp.mjs']);
  const eager = start('tfjs-node, eager, with our repair', process.execPath, ['eager.mjs']);
  const peers = python
    ? [
        ['PyTorch, double backward', 'double-backward'],
        ['PyTorch, double backward, graph retained', 'retained'],
        ['PyTorch, torch.func forward over reverse', 'func'],
        ['PyTorch, torch.func, torch.compile', 'compile'],
        ['hessian-eigenthings', 'eigenthings'],
        ['PyHessian (graph retained)', 'pyhessian'],
        ['curvlinops', 'curvlinops'],
        ['JAX, jit, forward over reverse', 'jax'],
      ].map(([name, way]) => start(name, python, ['hvp.py', way]))
    : [];
  return [
    await compare({
      title: `Hessian product, LeNet ${LENET_SIZE} parameters (tanh, average pooling), ${SAMPLES} images 32×32×3`,
      tolerance: 1e-4,
      contestants: [ours, eager, ...peers],
      folder,
      rounds,
    }),
  ];
}
