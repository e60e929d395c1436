// @ts-check
/** Pictures of the settled state: noise, crossover, correlation time, leading order, position, one order for all epochs. */
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';
import {
  estimatorPredictor,
  reshuffledPositionVariances,
  reshuffledVelocityVariance,
  reshuffledWeightVariance,
  independentVelocityVariance,
  stationaryMoments,
} from '../../dist/theory/index.js';
import {
  CROSSOVER,
  CURVATURE,
  direction,
  figure,
  line,
  linear,
  log,
  logSpaced,
  M,
  RELATIVE,
  RUN,
  stationary,
  whiteVariance,
} from './setting.mjs';

/** @typedef {import('./setting.mjs').Figure} Figure */

/** @returns {Figure} */
export function noiseAutocovariance() {
  const lags = Array.from({ length: 2 * M - 1 }, (_, h) => h + 1);
  return figure({
    title: 'What a batch has too much of, the rest of the epoch lacks',
    subtitle: `covariance of the noise of two updates, averaged over the position in the epoch; M = ${M}`,
    x: linear('lag h, updates', [0, 2 * M]),
    y: linear('R(h)·M / C', [-1.2, 0.2]),
    series: [
      line(
        'independent batches',
        'white-theory',
        lags,
        lags.map(() => 0),
      ),
      line(
        'one order for all epochs',
        'measured',
        lags,
        lags.map((h) => (h % M === 0 ? NaN : -M / (M - 1))),
      ),
      line(
        'reshuffled every epoch',
        'sampler-theory',
        lags,
        lags.map((h) => (h < M ? -(M - h) / (M - 1) : 0)),
      ),
    ],
    footnote:
      'Lag 0 is R = C, far above the picture, and so is lag M where the order is kept: there the noise returns. What lies below 0 balances that exactly, over all lags or over a cycle.',
  });
}

/** @returns {Figure} */
export function crossover() {
  const ratio = (/** @type {import('../../src/theory/index.ts').Sampler} */ sampler) =>
    RELATIVE.map((relative) => stationary(relative, sampler).thetaVariance / whiteVariance(relative));
  return figure({
    title: 'Weight variance over that of independent batches',
    x: log(CURVATURE),
    y: log('σ²_θ / σ²_θ of independent batches', [1e-4, 3]),
    series: [
      line(
        'independent batches',
        'white-theory',
        RELATIVE,
        RELATIVE.map(() => 1),
      ),
      line(
        'leading order: min(1, λ/λ×)',
        'reference',
        RELATIVE,
        RELATIVE.map((relative) => Math.min(1, relative)),
        { emphasis: 'muted' },
      ),
      line('one order for all epochs', 'measured', RELATIVE, ratio('shuffle-once')),
      line('reshuffled every epoch', 'sampler-theory', RELATIVE, ratio('reshuffle')),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    footnote:
      'Where the noise is proportional to the curvature this is the weight variance itself, but for a constant.',
  });
}

/** @returns {Figure} */
export function correlationTime() {
  const time = (/** @type {import('../../src/theory/index.ts').Sampler} */ sampler) =>
    RELATIVE.map((relative) => stationary(relative, sampler).correlationTime);
  const { momentum } = RUN;
  return figure({
    title: 'Correlation time: for epochs it has an upper bound',
    x: log(CURVATURE),
    y: log('τ = 2σ²_θ / σ²_v, updates'),
    series: [
      line('independent batches', 'white-theory', RELATIVE, time('with-replacement')),
      line('one order for all epochs', 'measured', RELATIVE, time('shuffle-once')),
      line('reshuffled every epoch', 'sampler-theory', RELATIVE, time('reshuffle')),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: ((M / 3) * (1 + momentum)) / (1 - momentum), label: 'leading order' }],
    footnote: 'Leading order: (M/3)(1+β)/(1−β).',
  });
}

/** @returns {Figure} */
export function leadingOrder() {
  const lengths = logSpaced(4, 1e4, 60).map(Math.round);
  /** @type {[number, import('./setting.mjs').Series['role']][]} */
  const momenta = [
    [0.99, 'measured-again'],
    [0.9, 'sampler-theory'],
    [0.5, 'test'],
    [0, 'measured'],
  ];
  const at = (/** @type {number} */ momentum, /** @type {number} */ batchesPerEpoch) => ({
    learningRate: RUN.learningRate,
    momentum,
    batchesPerEpoch,
    eigenvalue: 0,
    noiseVariance: 1,
  });
  const series = momenta.flatMap(([momentum, role]) => {
    const leading = (/** @type {number} */ length) => ((length / 6) * RUN.learningRate ** 2) / (1 - momentum) ** 2;
    return [
      line(
        `velocity, β = ${momentum}`,
        role,
        lengths,
        lengths.map(
          (length) =>
            reshuffledVelocityVariance(at(momentum, length)) / independentVelocityVariance(at(momentum, length)),
        ),
        { emphasis: 'muted', dashed: true },
      ),
      line(
        `weight, β = ${momentum}`,
        role,
        lengths,
        lengths.map((length) => reshuffledWeightVariance(at(momentum, length)) / leading(length)),
      ),
    ];
  });
  return figure({
    title: 'Exact over leading order, along flat directions',
    subtitle: 'reshuffled every epoch, λ → 0',
    x: log('M, updates per epoch'),
    y: linear('exact / leading order', [0, 1.3]),
    series,
    horizontals: [{ value: 1, label: '1' }],
    footnote:
      'Leading order: σ²_θ = (M/6)η²C/(1−β)², and for the velocity the variance of independent batches. Corrections are of the order of (1+β)/((1−β)M).',
  });
}

/** @returns {Figure} */
export function positions() {
  const places = Array.from({ length: M + 1 }, (_, j) => j);
  const profile = (/** @type {import('../../src/theory/index.ts').Direction} */ one) => {
    const { theta } = reshuffledPositionVariances(one);
    const mean = theta.reduce((sum, value) => sum + value, 0) / M;
    return places.map((j) => theta[j % M] / mean);
  };
  /** @type {[number, import('./setting.mjs').Series['role']][]} */
  const shown = [
    [10, 'measured'],
    [1, 'test'],
    [0.3, 'measured-again'],
    [0.01, 'sampler-theory'],
  ];
  return figure({
    title: 'Weight variance by position in the epoch',
    subtitle: `reshuffled every epoch, settled; η = ${RUN.learningRate}, β = ${RUN.momentum}, M = ${M}`,
    x: linear('updates since the epoch began', [0, M]),
    y: linear('σ²_θ at this position / its mean', [0, 1.8]),
    series: [
      line('λ → 0, β = 0: Brownian bridge', 'reference', places, profile({ ...direction(0), momentum: 0 })),
      ...shown.map(([relative, role]) => line(`λ/λ× = ${relative}`, role, places, profile(direction(relative)))),
    ],
    horizontals: [{ value: 1, label: '1' }],
  });
}

/** @returns {Figure} */
export function shuffleOnce() {
  const predict = estimatorPredictor({ ...RUN, sampler: 'shuffle-once', start: 'stationary', updates: 2 * M });
  const cycle = RELATIVE.map((relative) => {
    const moments = predict(relative * CROSSOVER);
    if (!moments) throw new Error(`no prediction at λ/λ_cross = ${relative}`);
    return moments.whole;
  });
  const expected = cycle.map(({ thetaVariance }, i) => thetaVariance / whiteVariance(RELATIVE[i]));
  const end = (/** @type {number} */ probability) =>
    cycle.map(({ thetaDegreesOfFreedom: nu }, i) => (expected[i] * Number(quantile(probability, nu))) / nu);
  return figure({
    title: 'One order for all epochs: every run is one draw',
    x: log(CURVATURE),
    y: log('σ²_θ / σ²_θ of independent batches'),
    series: [
      {
        label: 'one order: expected, and the range of 95 % of the orders',
        kind: 'band',
        role: 'measured',
        emphasis: 'normal',
        x: RELATIVE,
        y: expected,
        low: end(0.025),
        high: end(0.975),
      },
      line('one order: median', 'measured', RELATIVE, end(0.5), { emphasis: 'muted', dashed: true }),
      line(
        'reshuffled every epoch',
        'sampler-theory',
        RELATIVE,
        RELATIVE.map((relative) => stationary(relative, 'reshuffle').thetaVariance / whiteVariance(relative)),
      ),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    footnote: 'Range and median from χ² with the degrees of freedom of equation 18; more epochs do not narrow it.',
  });
}

/** @returns {Figure} */
export function onceOverReshuffled() {
  const lengths = logSpaced(4, 1e4, 60).map(Math.round);
  /** @type {[number, import('./setting.mjs').Series['role']][]} */
  const momenta = [
    [0.9, 'sampler-theory'],
    [0.5, 'test'],
    [0, 'measured'],
  ];
  return figure({
    title: 'One order over a fresh one, along flat directions',
    subtitle: 'λ → 0',
    x: log('M, updates per epoch'),
    y: linear('σ²_θ, one order / reshuffled', [0, 0.6]),
    series: momenta.map(([momentum, role]) =>
      line(
        `β = ${momentum}`,
        role,
        lengths,
        lengths.map((batchesPerEpoch) => {
          const one = { ...RUN, momentum, batchesPerEpoch, eigenvalue: 0, noiseVariance: 1 };
          return (
            stationaryMoments(one, 'shuffle-once').thetaVariance / stationaryMoments(one, 'reshuffle').thetaVariance
          );
        }),
      ),
    ),
    horizontals: [{ value: 0.5, label: '1/2' }],
  });
}
