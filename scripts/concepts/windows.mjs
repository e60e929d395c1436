// @ts-check
/** Pictures of finite windows: what they fake, two components, estimators, how much one value is worth. */
import { varianceInterval } from '../../dist/statistics/chi-square.js';
import { medianBias } from '../../dist/statistics/median.js';
import { estimatorPredictor, positionPredictor, windowPredictor } from '../../dist/theory/index.js';
import {
  CROSSOVER,
  CURVATURE,
  figure,
  line,
  linear,
  log,
  logSpaced,
  M,
  RELATIVE,
  RUN,
  SETTING,
  stationary,
  whiteVariance,
} from './setting.mjs';

/** @typedef {import('./setting.mjs').Figure} Figure */
/** @typedef {import('./setting.mjs').Series} Series */
/** @typedef {import('../../src/theory/index.ts').EstimatorMoments} Moments */

/** Epochs of the window and of the burn-in before it. */
export const EPOCHS = 40;
export const WINDOW = { ...RUN, updates: EPOCHS * M, burnInUpdates: EPOCHS * M };
export const WINDOW_SETTING = `${SETTING}; window of ${EPOCHS} epochs after ${EPOCHS} of burn-in`;

/** m = C_mult/C, and how each is drawn. */
const CONTAMINATIONS = /** @type {[number, Series['role']][]} */ ([
  [1, 'two-component-theory'],
  [0.1, 'test'],
  [0.01, 'measured-again'],
  [0.001, 'measured'],
]);

const reshuffled = estimatorPredictor({ ...WINDOW, sampler: 'reshuffle', start: 'stationary' });
const independent = estimatorPredictor({ ...WINDOW, sampler: 'with-replacement', start: 'rest' });

/**
 * Along {@link RELATIVE}.
 *
 * @param {(moments: Moments, relative: number) => number} of
 * @param {typeof reshuffled} [predict] @param {number} [share] of the noise that is white
 */
function along(of, predict = reshuffled, share = 0) {
  return RELATIVE.map((relative) => {
    const moments = predict(relative * CROSSOVER, share);
    return moments ? of(moments, relative) : NaN;
  });
}

/** @returns {Figure} */
export function windowFakes() {
  /** @type {[number, Series['role']][]} */
  const lengths = [
    [100, 'measured'],
    [20, 'measured-again'],
    [4, 'test'],
    [1, 'white-theory'],
  ];
  return figure({
    title: 'A finite window fakes the effect',
    subtitle: `independent batches, settled, seen through a window of K updates; ${SETTING}`,
    x: log(CURVATURE),
    y: log('σ²_θ in the window / settled σ²_θ', [1e-4, 3]),
    series: [
      ...lengths.map(([epochs, role]) => {
        const predict = windowPredictor({
          ...RUN,
          sampler: 'with-replacement',
          start: 'stationary',
          updates: epochs * M,
        });
        return line(
          `independent batches, K = ${epochs === 1 ? '' : epochs}M`,
          role,
          RELATIVE,
          RELATIVE.map((relative) => predict(relative * CROSSOVER).thetaVariance / whiteVariance(relative)),
          { emphasis: epochs === 1 ? 'strong' : 'normal' },
        );
      }),
      line(
        'reshuffled, no window, times (M−1)/M',
        'sampler-theory',
        RELATIVE,
        RELATIVE.map(
          (relative) => ((1 - 1 / M) * stationary(relative, 'reshuffle').thetaVariance) / whiteVariance(relative),
        ),
        { dashed: true },
      ),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    footnote: 'The two lowest lines are one: the window of M updates does what the epoch does.',
  });
}

/** @returns {Figure} */
export function twoComponents() {
  const total = (/** @type {number} */ share) =>
    along(({ whole }, relative) => whole.thetaVariance / (1 - share) / whiteVariance(relative), reshuffled, share);
  return figure({
    title: 'A fluctuating curvature fills up what epochs suppress',
    subtitle: `reshuffled every epoch; ${WINDOW_SETTING}`,
    x: log(CURVATURE),
    y: log('σ²_θ in the window / settled σ²_θ of white noise C', [1e-4, 5]),
    series: [
      line(
        'independent batches, C alone',
        'white-theory',
        RELATIVE,
        along(({ whole }, relative) => whole.thetaVariance / whiteVariance(relative), independent),
      ),
      ...CONTAMINATIONS.map(([m, role]) => line(`m = ${m}`, role, RELATIVE, total(m / (1 + m)))),
      line('m = 0', 'sampler-theory', RELATIVE, total(0)),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    footnote: 'm: variance of the white noise over C. What it makes comes from rest through the burn-in.',
  });
}

/** @returns {Figure} */
export function withinAgainstWhole() {
  const excess = (/** @type {number} */ m, /** @type {'whole' | 'within'} */ estimator) => {
    const share = m / (1 + m);
    const of = (/** @type {Moments} */ { whole, withinEpochs }) =>
      estimator === 'whole' ? whole.thetaVariance : withinEpochs.variance;
    const pure = along(of);
    return along(of, reshuffled, share).map((value, i) => ((1 + m) * value) / pure[i]);
  };
  const shown = CONTAMINATIONS.slice(1);
  return figure({
    title: 'Two components, about the window’s mean and about each epoch’s',
    subtitle: `reshuffled every epoch; ${WINDOW_SETTING}`,
    x: log(CURVATURE),
    y: log('expected variance / the same without white noise', [0.9, 10]),
    series: shown.flatMap(([m, role]) => [
      line(`within epochs, m = ${m}`, role, RELATIVE, excess(m, 'within'), { dashed: true, emphasis: 'muted' }),
      line(`whole window, m = ${m}`, role, RELATIVE, excess(m, 'whole')),
    ]),
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
  });
}

/** @returns {Figure} */
export function estimators() {
  const part = (/** @type {'withinEpochs' | 'withoutTrend'} */ name, /** @type {typeof reshuffled} */ predict) =>
    along((moments) => moments[name].variance / moments.whole.thetaVariance, predict);
  return figure({
    title: 'What the other estimators keep of the window’s variance',
    subtitle: WINDOW_SETTING,
    x: log(CURVATURE),
    y: log('expected variance / that about the window’s mean', [1e-2, 1.6]),
    series: [
      line('within epochs, independent batches', 'sampler-theory', RELATIVE, part('withinEpochs', independent), {
        dashed: true,
      }),
      line('within epochs, reshuffled', 'sampler-theory', RELATIVE, part('withinEpochs', reshuffled)),
      line('without trend, independent batches', 'measured', RELATIVE, part('withoutTrend', independent), {
        dashed: true,
      }),
      line('without trend, reshuffled', 'measured', RELATIVE, part('withoutTrend', reshuffled)),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
    horizontals: [{ value: 1, label: '1' }],
    footnote: `A straight line would keep 1/n² = ${1 / EPOCHS ** 2} within epochs, and nothing without its trend.`,
  });
}

/** @returns {Figure} */
export function degreesOfFreedom() {
  const perEpoch = (
    /** @type {(moments: Moments) => number} */ of,
    /** @type {typeof reshuffled} */ predict,
    share = 0,
  ) => along((moments) => of(moments) / EPOCHS, predict, share);
  return figure({
    title: 'How many independent values an epoch is worth',
    subtitle: WINDOW_SETTING,
    x: log(CURVATURE),
    y: log('degrees of freedom per epoch, ν/n'),
    series: [
      line(
        'independent batches, whole window',
        'white-theory',
        RELATIVE,
        perEpoch(({ whole }) => whole.thetaDegreesOfFreedom, independent),
      ),
      line(
        'reshuffled and white noise, m = 0.03',
        'two-component-theory',
        RELATIVE,
        perEpoch(({ whole }) => whole.thetaDegreesOfFreedom, reshuffled, 0.03 / 1.03),
      ),
      line(
        'reshuffled, within epochs',
        'sampler-theory',
        RELATIVE,
        perEpoch(({ withinEpochs }) => withinEpochs.degreesOfFreedom, reshuffled),
        { dashed: true, emphasis: 'muted' },
      ),
      line(
        'reshuffled, whole window',
        'sampler-theory',
        RELATIVE,
        perEpoch(({ whole }) => whole.thetaDegreesOfFreedom, reshuffled),
      ),
    ],
    verticals: [{ value: 1, label: 'crossover' }],
  });
}

/** @returns {Figure} */
export function interval() {
  const epochs = 20;
  const worth = (
    /** @type {import('../../src/theory/index.ts').Sampler} */ sampler,
    /** @type {number} */ relative,
  ) => {
    const start = sampler === 'reshuffle' ? 'stationary' : 'rest';
    const predict = windowPredictor({ ...WINDOW, sampler, start, updates: epochs * M });
    return predict(relative * CROSSOVER).thetaDegreesOfFreedom;
  };
  const nu = logSpaced(1.5, 1000, 120);
  const both = nu.map((value) => varianceInterval(1, value));
  return figure({
    title: 'The interval of one measured variance',
    subtitle: 'χ² with ν degrees of freedom, 95 %',
    x: log('degrees of freedom ν'),
    y: log('true variance / measured variance', [0.2, 10]),
    series: [
      {
        label: 'interval of the true variance',
        kind: 'band',
        role: 'measured',
        emphasis: 'normal',
        x: nu,
        y: nu.map(() => 1),
        low: both.map(({ low }) => low),
        high: both.map(({ high }) => high),
      },
      line('median of measured / true, (1−2/(9ν))³', 'sampler-theory', nu, nu.map(medianBias), { dashed: true }),
    ],
    verticals: [
      { value: worth('with-replacement', 1e-3), label: 'flat, independent batches' },
      { value: worth('reshuffle', 1e-3), label: 'flat, reshuffled' },
      { value: worth('reshuffle', 10), label: '10 λ_×, reshuffled' },
    ],
    footnote: `Vertical lines: equation 18 for windows of ${epochs} epochs, ${SETTING}; flat: λ_×/1000.`,
  });
}

/** @returns {Figure} */
export function windowPositions() {
  const relative = 0.03;
  const places = Array.from({ length: M }, (_, j) => j + 1);
  const predict = positionPredictor({ ...WINDOW, sampler: 'reshuffle', start: 'stationary' });
  const mean = windowPredictor({ ...WINDOW, sampler: 'reshuffle', start: 'stationary' })(relative * CROSSOVER);
  const profile = (/** @type {number} */ m) => {
    const found = predict(relative * CROSSOVER, m / (1 + m));
    if (!found) throw new Error('no profile');
    return [...found].map((value) => ((1 + m) * value) / mean.thetaVariance);
  };
  return figure({
    title: 'Position in the epoch, about the window’s mean',
    subtitle: `reshuffled every epoch, λ/λ× = ${relative}; ${WINDOW_SETTING}`,
    x: linear('updates since the epoch began', [0, M]),
    y: linear('σ²_θ at this position / window’s σ²_θ without white noise', [0, 3]),
    series: [
      line('m = 0.03', 'test', places, profile(0.03)),
      line('m = 0.01', 'measured-again', places, profile(0.01)),
      line('m = 0', 'sampler-theory', places, profile(0)),
    ],
    horizontals: [{ value: 1, label: '1' }],
    footnote:
      'm: variance of the white noise over C. It moves the whole epoch to and fro, nearly as much at every position.',
  });
}

/** @returns {Figure} */
export function replay() {
  // What the replay lacks starts where the replay starts: at the opening of the window.
  const lacking = windowPredictor({ ...RUN, sampler: 'with-replacement', start: 'rest', updates: EPOCHS * M });
  const explained = (/** @type {number} */ m) => {
    const share = m / (1 + m);
    return along(
      ({ whole }, relative) => 1 - (share * lacking(relative * CROSSOVER).thetaVariance) / whole.thetaVariance,
      reshuffled,
      share,
    );
  };
  return figure({
    title: 'How much of the path a replay can explain',
    subtitle: `reshuffled every epoch; ${WINDOW_SETTING}`,
    x: log(CURVATURE),
    y: linear('1 − E(unexplained) / E(σ²_θ)', [0, 1.05]),
    series: CONTAMINATIONS.map(([m, role]) => line(`m = ${m}`, role, RELATIVE, explained(m))),
    verticals: [{ value: 1, label: 'crossover' }],
    footnote:
      'm: variance of the white noise over C. What the window’s batches make at its mean is explained; what the fluctuating curvature adds from the opening on is not.',
  });
}
