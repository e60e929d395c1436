// @ts-check
/**
 * What `--backend` measures: gradient and Hessian product of LeNet at growing numbers of images, its leading eigenpairs, and
 * projections; this program on a back end with a device, the same program on the processor, and PyTorch on CUDA. Everyone
 * but the first is left out where an answer takes too long, so that the whole ends in minutes. Where the first fails, at one
 * size or at all, that is the result, and the others are gone on with.
 */
import path from 'node:path';
import { compare, orFailure } from '../compare.mjs';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { LENET_SIZE } from '../lenet.mjs';
import { writeRandomLenet } from '../work/random-lenet.mjs';
import { eigenpairsCase, SAMPLES } from './lanczos.mjs';
import { DIRECTIONS, UPDATES, writeRecorded } from './project.mjs';

const SIZES = [1000, 10_000, 50_000];
const PAIRS = 200;
const ROUNDS = 5;
const SECONDS_A_ROUND = 0.4;
const PATIENCE = { seconds: 120 };
/** A build of TensorFlow for CUDA would take the card. */
const ON_CPU = { ...PATIENCE, env: { CUDA_VISIBLE_DEVICES: '-1' } };
/** Sums of float32, which each makes in another order. */
const TOLERANCE = { derivatives: 1e-4, projections: 1e-5 };

/**
 * @typedef {object} Options
 * @property {string} backend
 * @property {number | null} rounds
 * @property {string} folder
 * @property {number | null} images at most so many
 * @property {number | null} eigenpairs so many, and as many directions
 */

/** @param {string | null} python @param {Options} options */
export const gradientOnDevice = (python, options) =>
  atAllSizes(python, options, 'Gradient', 'gradient.mjs', [['PyTorch on CUDA', 'gradient']]);

/** @param {string | null} python @param {Options} options */
export const productOnDevice = (python, options) =>
  atAllSizes(python, options, 'Hessian product', 'hvp.mjs', [
    ['PyTorch on CUDA, double backward, graph retained', 'retained'],
    ['PyTorch on CUDA, double backward', 'double-backward'],
  ]);

/**
 * @param {string | null} python
 * @param {Options} options
 * @param {string} what
 * @param {string} script of this program
 * @param {[name: string, way: string][]} ways of hvp.py
 */
async function atAllSizes(python, { backend, rounds, folder, images }, what, script, ways) {
  const sizes = SIZES.filter((size) => size <= (images ?? Infinity));
  const results = [];
  for (const samples of sizes.length > 0 ? sizes : [Number(images)]) {
    const file = path.join(folder, 'work.safetensors');
    writeRandomLenet(file, samples);
    const { own, cuda } = entrants(python, folder, backend);
    const title = `${what}, LeNet ${LENET_SIZE} parameters (tanh, average pooling), ${samples} images 32×32×3`;
    const contestants = [...own(script, [file]), ...ways.flatMap(([name, way]) => cuda(name, 'hvp.py', [file, way]))];
    const one = { title, tolerance: TOLERANCE.derivatives, contestants, folder };
    results.push(await orFailure(title, () => compare({ ...one, rounds: rounds ?? ROUNDS, seconds: SECONDS_A_ROUND })));
  }
  return results;
}

/** @param {string | null} python @param {Options} options */
export async function eigenpairsOnDevice(python, { backend, rounds, folder, images, eigenpairs }) {
  const size = { samples: Math.min(SAMPLES, images ?? SAMPLES), pairs: eigenpairs ?? PAIRS, rounds: rounds ?? 1 };
  const device = { device: 'cuda', conditions: PATIENCE };
  const peers = [
    { name: 'epochnoise, tensorflow on the CPU', backend: 'tensorflow', conditions: ON_CPU },
    { name: 'PyTorch on CUDA, graph retained + SciPy eigsh', way: 'retained', ...device },
    { name: 'hessian-eigenthings on CUDA, as many steps', way: 'eigenthings', ...device },
  ];
  const own = { name: `epochnoise, ${backend}`, backend };
  const title = `${size.pairs} leading eigenpairs of LeNet's Hessian, ${size.samples} images`;
  return [await orFailure(title, () => eigenpairsCase(python, folder, size, own, peers))].flat();
}

/** @param {string | null} python @param {Options} options */
export async function projectOnDevice(python, { backend, rounds, folder, eigenpairs }) {
  const directions = eigenpairs ?? DIRECTIONS;
  const file = path.join(folder, 'work.safetensors');
  writeRecorded(folder, file, directions);
  const { own, cuda, start } = entrants(python, folder, backend);
  const [whole, onCpu] = own('project.mjs', [folder, file, 'stream']);
  const alone = ['project.mjs', folder, file, 'memory', backend];
  const product = start('its matrix product, factors on the device', process.execPath, alone, PATIENCE);
  const title = `Projections of ${UPDATES} updates of LeNet (${LENET_SIZE} parameters, θ and v) on ${directions} directions, from the disk`;
  const contestants = [
    whole,
    product,
    onCpu,
    ...cuda('PyTorch on CUDA, same blocks from safetensors', 'project.py', [folder, file, 'torch']),
    ...cuda('PyTorch on CUDA, its matrix product', 'project.py', [folder, file, 'torch-memory']),
  ];
  const one = { title, tolerance: TOLERANCE.projections, contestants, folder };
  return [await orFailure(title, () => compare({ ...one, rounds: rounds ?? ROUNDS, seconds: SECONDS_A_ROUND }))];
}

/** Starts contestants. @param {string | null} python @param {string} folder @param {string} backend */
function entrants(python, folder, backend) {
  const start = (
    /** @type {string} */ name,
    /** @type {string} */ program,
    /** @type {string[]} */ [script, ...args],
    /** @type {import('../contestant.mjs').Conditions} */ conditions = {},
  ) => new Contestant(name, program, [here(`contestants/${script}`), ...args], folder, conditions);
  return {
    start,
    /** This program on the back end and on the processor. @param {string} script @param {string[]} args */
    own: (script, args) => [
      start(`epochnoise, ${backend}`, process.execPath, [script, ...args, backend]),
      start('epochnoise, tensorflow on the CPU', process.execPath, [script, ...args, 'tensorflow'], ON_CPU),
    ],
    /** PyTorch, where there is Python. @param {string} name @param {string} script @param {string[]} args */
    cuda: (name, script, args) => (python ? [start(name, python, [script, ...args, 'cuda'], PATIENCE)] : []),
  };
}
