// @ts-check
/** Back ends of this program that are measured. */
import os from 'node:os';
import { memoryForSpectrum, suggestMemory } from '../dist/experiment/memory.js';
import { openBackend, prepareBackend } from '../dist/tensor/backend.js';

/**
 * Opens a back end as a run does, float32.
 *
 * @param {string} [name]
 */
export async function backendCalled(name = 'tensorflow') {
  const called = /** @type {import('../dist/tensor/types.js').BackendName} */ (name);
  await prepareBackend({ name: called });
  const threads = called === 'tensorflow' ? os.availableParallelism() : 1;
  return openBackend({ name: called, precision: 'float32', threads });
}

/**
 * Bytes for the values that Hessian products share, as a run has them where its user says nothing.
 *
 * @param {import('../dist/models/problem.js').Problem} problem
 * @param {number} [eigenpairs] that Lanczos is to find beside
 */
export async function savedBytesOfRun(problem, eigenpairs) {
  return await suggestMemory(problem.backend, eigenpairs === undefined ? 0 : memoryForSpectrum(problem, eigenpairs));
}

/**
 * What a back end that can have a device computes on.
 *
 * @typedef {object} Device
 * @property {string} name as its driver has it, with the driver where that is known
 * @property {boolean} software whether it is the processor after all: a driver that computes in software, or no card
 */

/** Drivers of Vulkan that compute on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|in software/i;

/**
 * The device that a back end names behind its own version.
 *
 * @param {string} version `tfjs 4.22.0 on NVIDIA H100, 550.54`, or `tensorflow 2.15.1` where there is none
 * @returns {Device}
 */
export function deviceIn(version) {
  const [, name = 'the CPU'] = / on (.+)$/.exec(version) ?? [];
  return { name, software: name === 'the CPU' || SOFTWARE.test(name) };
}

/** A device's name as part of the name of a file: `nvidia-h100-80gb-hbm3`. @param {Device} device */
export function fileNameOf({ name }) {
  const [card] = name.split(',');
  return card
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
