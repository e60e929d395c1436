// @ts-check
/** This program's SGD updates, as a run makes and records them: `node step.mjs FILE lenet|mlp`. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createTrajectory } from '../../dist/experiment/window/trajectory.js';
import { lenet } from '../../dist/models/lenet.js';
import { lossFor } from '../../dist/models/losses.js';
import { mlp } from '../../dist/models/mlp.js';
import { defineProblem } from '../../dist/models/problem.js';
import { randomStream } from '../../dist/random.js';
import { openHeavyBall } from '../../dist/sgd/heavy-ball.js';
import { atRest } from '../../dist/sgd/motion.js';
import { batchSource } from '../../dist/sgd/samplers.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { suggestChoices } from '../../dist/experiment/choices.js';
import { openBackend } from '../../dist/tensor/backend.js';
import { serve } from './serve.mjs';

const [file, net] = process.argv.slice(2);
const { tensors } = readSafetensors(file);
const values = (/** @type {string} */ name) => /** @type {Float32Array} */ (tensors[name].data);
const [samples, ...inputShape] = tensors.x.shape;
const outputs = tensors.y.shape[1];
const batch = tensors.batches.shape[1];
const isLenet = net === 'lenet';
const model = isLenet
  ? lenet(inputShape, outputs, { padding: 'valid', activation: 'tanh', pooling: 'average' })
  : mlp(inputShape, outputs, { hidden: [40], activation: 'tanh' });
const loss = isLenet ? lossFor('cross-entropy', 'classes') : lossFor('half-mean-squared-error', 'regression');
// As a run chooses.
const { threads } = suggestChoices({ backend: 'tensorflow' });
const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads });
const problem = defineProblem({ backend, model, loss, inputShape, outputs, weightDecay: 1e-4 });
const data = { x: values('x'), y: values('y'), samples };
const heavyBall = openHeavyBall(problem, data, batch, 0.9);
const motion = heavyBall.begin(atRest(values('theta'), 'float32'));
const source = batchSource('reshuffle', samples, batch, randomStream(1, 'bench/step'));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'epochnoise-bench-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
// Longer than any benchmark: its parts are written as they fill, as in a run, and synced only when one is full.
const trajectory = createTrajectory(folder, 2 ** 30, problem.size, 'float32');

/**
 * Updates in calls of as many as a run makes: what is timed and what is checked.
 *
 * @param {typeof motion} from
 * @param {Int32Array} batches
 * @param {(given: import('../../dist/sgd/motion.js').Updates) => void} keep
 */
async function record(from, batches, keep) {
  const perCall = heavyBall.updatesPerCall * batch;
  for (let at = 0; at < batches.length; at += perCall)
    keep(await from.record(batches.subarray(at, at + perCall), 1e-3));
}

/** @param {import('../../dist/sgd/motion.js').Updates} given */
function write({ theta, velocity }) {
  for (let at = 0; at < theta.length; at += problem.size)
    trajectory.add(theta.subarray(at, at + problem.size), velocity.subarray(at, at + problem.size));
}

/** @param {number} updates whole epochs */
async function work(updates) {
  for (let done = 0; done < updates; done += samples / batch) await record(motion, source.nextEpoch(), write);
}

await serve(backend.version, work, async () => {
  const fresh = heavyBall.begin(atRest(values('theta'), 'float32'));
  await record(fresh, /** @type {Int32Array} */ (tensors.batches.data), () => {});
  const { theta } = await fresh.state();
  fresh.dispose();
  return theta;
});
