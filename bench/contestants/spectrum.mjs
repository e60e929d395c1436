// @ts-check
/** What a run of Lanczos is made of: `node spectrum.mjs IMAGES EIGENPAIRS PRODUCTS` (see cases/spectrum.mjs). */
import { openHessian } from '../../dist/hessian/hessian.js';
import { lanczos } from '../../dist/hessian/lanczos.js';
import { basisOn } from '../../dist/hessian/native-basis.js';
import { FLOAT32_PRECISION, operatorFrom } from '../../dist/hessian/operator.js';
import { initialWeights } from '../../dist/models/model.js';
import { randomStream } from '../../dist/random.js';
import { backendCalled } from '../backend.mjs';
import { lenetProblem } from '../lenet.mjs';
import { spread } from '../spread.mjs';
import { images } from '../work/images.mjs';
import { serve } from './serve.mjs';

/** Memory for what products share, as `--memory` of a run: with the images and their copies it stays within 16 GB. */
const SAVED_BYTES = 8e9;
/**
 * Eigenvalues of the known operator: ± 1/i, the negative ones so much smaller. With these 100 pairs take 277 steps, as
 * LeNet's own do (269 … 304 in the case lanczos).
 */
const NEGATIVE = 0.3;

const [samples, eigenpairs, repeats] = process.argv.slice(2).map(Number);
const problem = lenetProblem(await backendCalled(), 'same');
const { size } = problem;
const data = await images(samples);

/** One Hessian product, after one that is not counted. */
async function timeOfProduct() {
  const random = randomStream(1, 'bench/spectrum');
  const hessian = openHessian(problem, { ...data, samples }, SAVED_BYTES);
  const operator = hessian.at(initialWeights(problem.model, 'tanh', random));
  const vector = new Float64Array(size).map(() => random.normal());
  await operator.apply(vector);
  const seconds = [];
  while (seconds.length < repeats) {
    const start = performance.now();
    await operator.apply(vector);
    seconds.push((performance.now() - start) / 1000);
  }
  operator.dispose();
  hessian.dispose();
  return spread(seconds);
}

/** A whole run with the known operator; its products are not counted. */
async function timeOfTheRest() {
  const half = Math.ceil(size / 2);
  const eigenvalues = Float64Array.from({ length: size }, (_, i) =>
    i < half ? 1 / (i + 1) : -NEGATIVE / (i + 1 - half),
  );
  const product = new Float64Array(size);
  const parts = { growing: 0, checking: 0, vectors: 0, residuals: 0 };
  let since = performance.now();
  const operator = operatorFrom(
    size,
    (vector) => {
      const start = performance.now();
      for (let i = 0; i < size; i++) product[i] = Math.fround(eigenvalues[i] * vector[i]);
      since += performance.now() - start;
      return product;
    },
    FLOAT32_PRECISION,
  );
  const { iterations: dimension, products } = await lanczos(operator, {
    eigenpairs,
    openBasis: basisOn(problem.backend),
    onProgress: ({ stage, iteration }) => {
      // The vectors are taken from the space between the last look and the first residual.
      parts[stage === 'residuals' && iteration === 1 ? 'vectors' : stage] += (performance.now() - since) / 1000;
      since = performance.now();
    },
  });
  return { dimension, products, parts };
}

await serve(
  problem.backend.version,
  async () => {
    const product = await timeOfProduct();
    return { source: data.source, product, ...(await timeOfTheRest()) };
  },
  () => ({}),
);
