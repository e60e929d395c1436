// @ts-check
/** Complete SGD updates: sampling, gradient, L2, momentum, and the record of θ and v after every update. */
import os from 'node:os';
import path from 'node:path';
import { randomStream } from '../../dist/random.js';
import { writeSafetensors } from '../../dist/store/safetensors.js';
import { compare } from '../compare.mjs';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { LENET_SIZE } from '../lenet.mjs';

const NETS = [
  {
    net: 'lenet',
    title: `LeNet, ${LENET_SIZE} parameters, batch 50`,
    size: LENET_SIZE,
    batch: 50,
    samples: 5000,
    inputs: [32, 32, 3],
    outputs: 10,
  },
  {
    net: 'mlp',
    title: 'tanh network 20-40-1, batch 500',
    size: 881,
    batch: 500,
    samples: 50_000,
    inputs: [20],
    outputs: 1,
  },
];

/** @param {string | null} python @param {{ rounds: number | null, folder: string }} options */
export async function stepCases(python, { rounds, folder }) {
  const results = [];
  for (const one of NETS) {
    const file = path.join(folder, `${one.net}.safetensors`);
    writeWork(file, one);
    const start = (
      /** @type {string} */ name,
      /** @type {string} */ program,
      /** @type {string[]} */ [script, ...args],
    ) => new Contestant(name, program, [here(`contestants/${script}`), file, one.net, ...args], folder);
    const ours = start('epochnoise', process.execPath, ['step.mjs']);
    const peers = python
      ? [...new Set([os.availableParallelism(), 1])].map((threads) =>
          start(`PyTorch, ${threads} ${threads === 1 ? 'thread' : 'threads'}`, python, ['step.py', String(threads)]),
        )
      : [];
    const title = `Complete SGD update, ${one.title}, recorded`;
    const unit = one.samples / one.batch;
    results.push(await compare({ title, tolerance: 1e-4, contestants: [ours, ...peers], folder, rounds, unit }));
  }
  return results;
}

/** @param {string} file @param {typeof NETS[number]} net */
function writeWork(file, { size, batch, samples, inputs, outputs }) {
  const random = randomStream(1, 'bench/step');
  const normals = (/** @type {number} */ count, scale = 1) =>
    new Float32Array(count).map(() => scale * random.normal());
  const y = outputs === 1 ? normals(samples) : new Float32Array(samples * outputs);
  if (outputs > 1) for (let n = 0; n < samples; n++) y[outputs * n + random.integer(outputs)] = 1;
  writeSafetensors(file, {
    theta: { shape: [size], data: normals(size, 0.1) },
    x: { shape: [samples, ...inputs], data: normals(samples * inputs.reduce((a, b) => a * b)) },
    y: { shape: [samples, outputs], data: y },
    // The batches of the updates that are compared, whole calls of any number a call makes; timed ones are drawn by each
    // contestant.
    batches: { shape: [20, batch], data: new Int32Array(20 * batch).map(() => random.integer(samples)) },
  });
}
