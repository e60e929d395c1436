// @ts-check
/**
 * A LeNet that has begun to learn, so that its Hessian has the spectrum of one: `node train-lenet.mjs FILE SAMPLES` writes
 * theta, x and y, and prints what the images are and the training loss.
 */
import { initialWeights } from '../../dist/models/model.js';
import { randomStream } from '../../dist/random.js';
import { openHeavyBall } from '../../dist/sgd/heavy-ball.js';
import { atRest } from '../../dist/sgd/motion.js';
import { batchSource } from '../../dist/sgd/samplers.js';
import { writeSafetensors } from '../../dist/store/safetensors.js';
import { backendCalled } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { images } from './images.mjs';

const EPOCHS = 5;
const BATCH = 50;
const LEARNING_RATE = 0.01;

const [file, count] = process.argv.slice(2);
const samples = Number(count);
const { x, y, source } = await images(samples);
const problem = lenetProblem(await backendCalled());
const random = randomStream(1, 'bench/train-lenet');
const heavyBall = openHeavyBall(problem, { x, y, samples }, BATCH, 0.9);
const motion = heavyBall.begin(atRest(initialWeights(problem.model, 'tanh', random), 'float32'));
const sampler = batchSource('reshuffle', samples, BATCH, random);
let loss = 0;
for (let epoch = 0; epoch < EPOCHS; epoch++) {
  const order = sampler.nextEpoch();
  loss = 0;
  for (let at = 0; at < samples; at += BATCH)
    loss += ((await motion.advance(order.subarray(at, at + BATCH), LEARNING_RATE))[0] * BATCH) / samples;
}
const { theta } = await motion.state();
writeSafetensors(file, {
  theta: { shape: [problem.size], data: theta },
  x: { shape: [samples, ...problem.inputShape], data: x },
  y: { shape: [samples, problem.outputs], data: y },
});
process.stdout.write(`${JSON.stringify({ source, loss })}\n`);
