// @ts-check
/** Work for derivatives of LeNet, from a seed; what the pixels show does not change the time. */
import { randomStream } from '../../dist/random.js';
import { writeSafetensors } from '../../dist/store/safetensors.js';
import { LENET_SIZE } from '../lenet.mjs';

const PIXELS = 32 * 32 * 3;
const CLASSES = 10;
/** Images are pieces of this many numbers: drawing them all would take longer than the benchmark. */
const POOL = 1_000_003;

/** Weights, images, labels and a direction. @param {string} file @param {number} samples */
export function writeRandomLenet(file, samples) {
  const random = randomStream(1, 'bench/hvp');
  const normals = (/** @type {number} */ count, scale = 1) =>
    new Float32Array(count).map(() => scale * random.normal());
  const pool = normals(POOL);
  const x = new Float32Array(samples * PIXELS);
  const y = new Float32Array(samples * CLASSES);
  for (let n = 0; n < samples; n++) {
    const from = random.integer(POOL - PIXELS);
    x.set(pool.subarray(from, from + PIXELS), n * PIXELS);
    y[CLASSES * n + random.integer(CLASSES)] = 1;
  }
  writeSafetensors(file, {
    theta: { shape: [LENET_SIZE], data: normals(LENET_SIZE, 0.1) },
    vector: { shape: [LENET_SIZE], data: normals(LENET_SIZE) },
    x: { shape: [samples, 32, 32, 3], data: x },
    y: { shape: [samples, CLASSES], data: y },
  });
}
