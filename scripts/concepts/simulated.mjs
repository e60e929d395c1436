// @ts-check
/** Pictures of the quadratic model under Gaussian noise of exactly the sampler's covariance, from a seed. */
import { lanczos } from '../../dist/hessian/lanczos.js';
import { operatorFrom } from '../../dist/hessian/operator.js';
import { randomStream } from '../../dist/random.js';
import { varianceInterval } from '../../dist/statistics/chi-square.js';
import { ratioInterval } from '../../dist/statistics/halves.js';
import { fitLogLogSlope } from '../../dist/statistics/line-fit.js';
import { windowEstimates } from '../../dist/statistics/window-estimates.js';
import { accumulateWindow } from '../../dist/statistics/window-variance.js';
import { estimatorPredictor, quadraticPath } from '../../dist/theory/index.js';
import {
  CROSSOVER,
  CURVATURE,
  figure,
  line,
  linear,
  log,
  logSpaced,
  M,
  RUN,
  SETTING,
  whiteVariance,
} from './setting.mjs';

/** @typedef {import('./setting.mjs').Figure} Figure */
/** @typedef {import('./setting.mjs').Series} Series */

/**
 * Noise of unit variance for one epoch along k directions [M, k]; less the epoch's mean where it sums to zero.
 *
 * @param {import('../../src/random.ts').RandomStream} random @param {number} k @param {boolean} zeroSum
 */
function epochNoise(random, k, zeroSum) {
  const noise = Float64Array.from({ length: M * k }, () => random.normal());
  if (!zeroSum) return noise;
  const scale = Math.sqrt(M / (M - 1));
  for (let i = 0; i < k; i++) {
    let mean = 0;
    for (let j = 0; j < M; j++) mean += noise[j * k + i] / M;
    for (let j = 0; j < M; j++) noise[j * k + i] = scale * (noise[j * k + i] - mean);
  }
  return noise;
}

/**
 * A window of the model, its mean taken off [K, k], with the velocities.
 *
 * @param {readonly number[]} eigenvalues
 * @param {{ epochs: number, burnIn: number, zeroSum: boolean, noise?: readonly number[] }} run
 * @param {import('../../src/random.ts').RandomStream} random
 */
function simulate(eigenvalues, { epochs, burnIn, zeroSum, noise }, random) {
  const k = eigenvalues.length;
  const path = quadraticPath({ ...RUN, eigenvalues });
  const theta = new Float64Array(epochs * M * k);
  const velocity = new Float64Array(epochs * M * k);
  const scale = noise?.map(Math.sqrt);
  for (let epoch = -burnIn; epoch < epochs; epoch++) {
    const kicks = epochNoise(random, k, zeroSum);
    if (scale) for (let at = 0; at < kicks.length; at++) kicks[at] *= scale[at % k];
    const state = path.advance(kicks);
    if (epoch < 0) continue;
    theta.set(state.theta, epoch * M * k);
    velocity.set(state.velocity, epoch * M * k);
  }
  for (let i = 0; i < k; i++) {
    let mean = 0;
    for (let at = i; at < theta.length; at += k) mean += theta[at] / (epochs * M);
    for (let at = i; at < theta.length; at += k) theta[at] -= mean;
  }
  return { theta, velocity };
}

/** One path with drift, and what each estimator measures it from. @returns {Figure} */
export function path() {
  const epochs = 6;
  const eigenvalue = 0.03 * CROSSOVER;
  const random = randomStream(6, 'concepts/path');
  const noise = Array.from({ length: epochs }, () => epochNoise(random, 1, true));
  const drift = -0.06;
  const model = quadraticPath({ ...RUN, eigenvalues: [eigenvalue], force: [drift] }, { theta: [0], velocity: [0.03] });
  const theta = noise.flatMap((one) => [...model.advance(one).theta]);
  const updates = theta.map((_, k) => k + 1);
  const mean = average(theta);
  const centre = average(updates);
  let [product, square] = [0, 0];
  for (const [k, value] of theta.entries()) {
    product += (updates[k] - centre) * (value - mean);
    square += (updates[k] - centre) ** 2;
  }
  const epochMeans = updates.flatMap((k) => {
    const first = Math.floor((k - 1) / M) * M;
    const own = average(theta.slice(first, first + M));
    return k % M === 0 ? [own, NaN] : [own];
  });
  const steps = updates.flatMap((k) => (k % M === 0 ? [k, k] : [k]));
  return figure({
    title: 'One path, three ways to measure its variance',
    subtitle: `flat direction (λ/λ× = 0.03), reshuffled every epoch, with what is left of a gradient; ${SETTING}`,
    x: linear('update of the window', [0, epochs * M]),
    y: linear('θ'),
    series: [
      line('weight θ', 'measured', updates, theta, { emphasis: 'muted' }),
      line('mean of the window', 'reference', [1, epochs * M], [mean, mean]),
      line(
        'straight line',
        'white-theory',
        updates,
        updates.map((k) => mean + (product / square) * (k - centre)),
      ),
      line('mean of each epoch', 'sampler-theory', steps, epochMeans),
    ],
    footnote:
      'Whole window: squares about the dashed mean. Without trend: about the line. Within epochs: about the steps.',
  });
}

/** How often the 95 % intervals hold the truth. @returns {Figure} */
export function coverage() {
  const replicas = 1000;
  const epochs = 20;
  const burnIn = 60;
  const relative = logSpaced(0.01, 10, 7);
  const eigenvalues = relative.flatMap((one) => Array.from({ length: replicas }, () => one * CROSSOVER));
  const batch = 500;
  const predict = estimatorPredictor({
    ...RUN,
    sampler: 'reshuffle',
    start: 'rest',
    burnInUpdates: burnIn * M,
    updates: epochs * M,
  });
  const random = randomStream(1, 'concepts/coverage');
  const names = ['whole window', 'within epochs', 'without trend', 'ratio of halves (F)', 'bootstrap over epochs'];
  const inside = names.map(() => relative.map(() => 0));
  for (let first = 0; first < eigenvalues.length; first += batch) {
    const chosen = eigenvalues.slice(first, first + batch);
    const at = Math.floor(first / replicas);
    const { theta, velocity } = simulate(chosen, { epochs, burnIn, zeroSum: true }, random);
    const window = accumulateWindow(epochs * M, batch);
    window.add(theta, velocity);
    const whole = window.finish().theta;
    const found = windowEstimates(theta, batch, M);
    const moments = predict(chosen[0]);
    if (!moments) throw new Error('no prediction');
    const holds = (/** @type {number} */ measured, /** @type {number} */ truth, /** @type {number} */ nu) => {
      const { low, high } = varianceInterval(measured, nu);
      return low <= truth && truth <= high ? 1 : 0;
    };
    const [early, late] = moments.halves;
    const factor = ratioInterval(late.degreesOfFreedom, early.degreesOfFreedom);
    for (let i = 0; i < batch; i++) {
      inside[0][at] += holds(whole[i], moments.whole.thetaVariance, moments.whole.thetaDegreesOfFreedom);
      inside[1][at] += holds(
        found.withinEpochs[i],
        moments.withinEpochs.variance,
        moments.withinEpochs.degreesOfFreedom,
      );
      inside[2][at] += holds(
        found.withoutTrend[i],
        moments.withoutTrend.variance,
        moments.withoutTrend.degreesOfFreedom,
      );
      const ratio = found.halves[1][i] / found.halves[0][i] / (late.variance / early.variance);
      inside[3][at] += factor.low <= ratio && ratio <= factor.high ? 1 : 0;
      const [low, high] = bootstrap(theta, batch, i, epochs, random);
      inside[4][at] += low <= moments.whole.thetaVariance && moments.whole.thetaVariance <= high ? 1 : 0;
    }
  }
  const share = inside.map((counts) => counts.map((count) => (100 * count) / replicas));
  /** @type {Series['role'][]} */
  const roles = ['sampler-theory', 'two-component-theory', 'white-theory', 'measured', 'left-out'];
  return figure({
    title: 'How often 95 % intervals hold the truth',
    subtitle: `${replicas} windows of the quadratic model, reshuffled, ${epochs} epochs after ${burnIn} of burn-in; ${SETTING}`,
    x: log(CURVATURE),
    y: linear('intervals that hold it, %', [80, 100]),
    series: names.map((name, which) => line(name, roles[which], relative, share[which])).toReversed(),
    horizontals: [{ value: 95, label: '95 %' }],
    footnote: `${names.map((name, which) => `${name}: ${Math.min(...share[which]).toFixed(1)} … ${Math.max(...share[which]).toFixed(1)} %`).join('; ')}. Standard error of a point ${(100 * Math.sqrt((0.95 * 0.05) / replicas)).toFixed(1)} %.`,
  });
}

/**
 * Percentile interval of the window's variance from resampled epochs, each epoch's mean square about the window's mean.
 *
 * @param {Float64Array} theta @param {number} k @param {number} i @param {number} epochs
 * @param {import('../../src/random.ts').RandomStream} random
 */
function bootstrap(theta, k, i, epochs, random) {
  const squares = Array.from({ length: epochs }, (_, epoch) => {
    let sum = 0;
    for (let j = 0; j < M; j++) sum += theta[(epoch * M + j) * k + i] ** 2 / M;
    return sum;
  });
  const draws = Array.from({ length: 400 }, () => {
    let sum = 0;
    for (let epoch = 0; epoch < epochs; epoch++) sum += squares[random.integer(epochs)] / epochs;
    return sum;
  }).sort((a, b) => a - b);
  return [draws[10], draws[389]];
}

/** Principal components of a window against the Hessian's directions, independent batches. @returns {Promise<Figure>} */
export async function principalComponents() {
  const count = 600;
  const components = 300;
  const epochs = 20;
  const relative = logSpaced(30, 1e-3, count);
  const eigenvalues = relative.map((one) => one * CROSSOVER);
  // C = aλ: independent batches would then give the same variance in all directions, 1 here.
  const noise = relative.map((one) => 1 / whiteVariance(one));
  const random = randomStream(1, 'concepts/principal-components');
  const { theta } = simulate(eigenvalues, { epochs, burnIn: epochs, zeroSum: false, noise }, random);
  const covariance = new Float64Array(count * count);
  for (let at = 0; at < theta.length; at += count)
    for (let i = 0; i < count; i++)
      for (let j = 0; j < count; j++) covariance[i * count + j] += (theta[at + i] * theta[at + j]) / (epochs * M);
  const product = new Float64Array(count);
  const operator = operatorFrom(count, (vector) => {
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += covariance[i * count + j] * vector[j];
      product[i] = sum;
    }
    return product;
  });
  const { eigenvalues: variance, eigenvectors } = await lanczos(operator, {
    eigenpairs: components,
    tolerance: 1e-6,
    seed: 1,
    certify: false,
  });
  const curvature = [...variance].map((_, rank) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += relative[i] * eigenvectors[rank * count + i] ** 2;
    return sum;
  });
  const own = relative.map((_, i) => covariance[i * count + i]);
  const slopeOf = (/** @type {number[]} */ x, /** @type {number[]} */ y) =>
    fitLogLogSlope(x, y)?.value.toFixed(2).replace('-', '−');
  const ranks = (/** @type {number} */ from, /** @type {number} */ to) =>
    slopeOf(curvature.slice(from - 1, to), [...variance].slice(from - 1, to));
  const stiff = relative.filter((one) => one > 2).length;
  const trace = own.reduce((sum, value) => sum + value, 0);
  return figure({
    title: 'Principal components: a power law made of sorting',
    subtitle: `quadratic model, C ∝ λ, independent batches; ${count} directions, ${epochs} epochs after ${epochs} of burn-in\n${SETTING}`,
    x: log('curvature uᵀHu / λ_×'),
    y: log('variance / settled variance of independent batches'),
    series: [
      { ...line('along the Hessian’s directions', 'measured', relative, own), kind: 'points' },
      {
        ...line(`principal components, the largest ${components}`, 'sampler-theory', curvature, [...variance]),
        kind: 'points',
      },
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: `Slope of the principal components 10 … 100: ${ranks(10, 100)}; 10 … 300: ${ranks(10, 300)}; along the Hessian’s directions above 2 λ_×: ${slopeOf(relative.slice(0, stiff), own.slice(0, stiff))}. The first component has ${((100 * variance[0]) / trace).toFixed(0)} % of all variance.`,
  });
}

/** @param {readonly number[]} values */
function average(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
