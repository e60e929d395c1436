/**
 * A run that never happened, close to a real one: the spectrum, noise and window of a small tanh regression network, its
 * variances drawn about exact theory with the χ² scatter of the window. Seeded; written without the code under test and
 * without the project's theory, so that pictures of it can be judged by eye against what is known to be in them.
 */
import { randomStream } from '../../src/random.ts';
import type { Column, DirectionColumns, NoiseLags, ReportInput, TrainingRow } from '../../src/report/input.ts';
import type { RangeSummary, Summary } from '../../src/report/summary.ts';
import { rangeOf } from './hand-made.ts';

const learningRate = 0.05;
const momentum = 0.9;
const batchesPerEpoch = 100;
const weightDecay = 1e-5;
const epochs = 40;
export const crossover = (3 * (1 - momentum)) / (learningRate * batchesPerEpoch);

export interface Wish {
  readonly sampler?: Summary['sampler'];
  readonly directions?: number;
  /** How many of them have a negative eigenvalue. */
  readonly negative?: number;
  readonly seed?: number;
  /** Share of a fluctuating curvature in the noise: such noise is independent from batch to batch. */
  readonly fluctuating?: number;
}

/** That of the gallery, a small network's. */
const FLUCTUATING = 0.015;

/** Half mean square displacement of independent batches: s(0…M), by its recursion. */
function displacements(lambda: number): number[] {
  const step = learningRate * lambda;
  const s = [0, learningRate ** 2 / ((1 - momentum) * (2 * (1 + momentum) - step))];
  const force = (1 + momentum) * s[1];
  let d = s[1];
  for (let h = 1; h < batchesPerEpoch; h++) {
    d = momentum * d + force - step * s[h];
    s.push(s[h] + d);
  }
  return s;
}

function epochTheory(lambda: number) {
  const m = batchesPerEpoch;
  const s = displacements(lambda);
  let theta = 0;
  for (let h = 1; h < m; h++) theta += ((2 * (m - h)) / (m * (m - 1))) * s[h];
  return { theta, velocity: ((2 * m) / (m - 1)) * (s[1] - s[m] / m ** 2) };
}

/** One order for all epochs: the periodic answer to noise of a cycle that adds up to nothing, frequency by frequency. */
function cycleTheory(lambda: number) {
  const m = batchesPerEpoch;
  let [theta, velocity, squares] = [0, 0, 0];
  for (let n = 1; n < m; n++) {
    const phase = (2 * Math.PI * n) / m;
    const real = (1 + momentum) * Math.cos(phase) - (1 + momentum - learningRate * lambda);
    const answer = learningRate ** 2 / (real ** 2 + ((1 - momentum) * Math.sin(phase)) ** 2);
    theta += answer / (m - 1);
    velocity += (2 - 2 * Math.cos(phase)) * (answer / (m - 1));
    squares += (answer / (m - 1)) ** 2;
  }
  return { theta, velocity, dof: theta ** 2 / squares };
}

function whiteTheory(lambda: number) {
  const softness = (1 - momentum) * (2 * (1 + momentum) - learningRate * lambda);
  return { theta: (learningRate * (1 + momentum)) / (lambda * softness), velocity: (2 * learningRate ** 2) / softness };
}

const known = new Map<string, DirectionColumns>();

/** Columns of directions.csv, filled; whoever asks for the same has a copy of what was drawn then. */
export function syntheticColumns(wish: Wish = {}): DirectionColumns {
  const key = JSON.stringify(Object.entries(wish).sort());
  const columns = known.get(key) ?? drawColumns(wish);
  known.set(key, columns);
  return structuredClone(columns);
}

function drawColumns(wish: Wish): DirectionColumns {
  const { sampler = 'reshuffle', directions = 881, negative = 6, seed = 1, fluctuating = 0 } = wish;
  const random = randomStream(seed, 'test/report');
  const positive = directions - negative;
  const lambdas = Array.from({ length: positive }, (_, i) => {
    // A few stiff directions, most of the others between λ_cross/100 and λ_cross.
    const rank = positive === 1 ? 0.01 : i / (positive - 1);
    const exponent = rank < 0.03 ? 1.6 - 30 * rank : 0.7 - 3.9 * rank ** 0.8;
    return crossover * 10 ** (exponent + 0.05 * random.normal());
  });
  lambdas.push(...Array.from({ length: negative }, () => -crossover * 1e-3 * random.uniform()));
  lambdas.sort((a, b) => b - a);

  const chiSquareMean = (dof: number) => chiSquareOverDof(random, dof);
  // Wilson–Hilferty: good enough for a picture.
  const quantile = (dof: number, z: number) => (1 - 2 / (9 * dof) + z * Math.sqrt(2 / (9 * dof))) ** 3;

  const rows = lambdas.map((lambda) => {
    const x = Math.abs(lambda) / crossover;
    const noise = 3e-4 * Math.max(lambda - weightDecay, 1e-6) * 10 ** (0.03 * random.normal());
    const white = lambda > 0 ? whiteTheory(lambda) : { theta: NaN, velocity: NaN };
    const cycle = sampler === 'shuffle-once' && lambda > 0 ? cycleTheory(lambda) : null;
    const own = cycle ?? (lambda <= 0 || sampler === 'with-replacement' ? white : epochTheory(lambda));
    const mixed = (a: number, b: number) => a + fluctuating * (b - a);
    const two = { theta: mixed(own.theta, white.theta), velocity: mixed(own.velocity, white.velocity) };
    const drifting = x < 0.01 || lambda <= 0;
    const nu =
      cycle?.dof ??
      (sampler === 'with-replacement' ? Math.max(2, 40 * Math.min(4, x)) : epochs * (1.7 + 0.18 * Math.min(x, 40)));
    const nuVelocity = epochs * 40;
    const truth =
      (lambda > 0 ? two.theta : epochTheory(1e-6).theta) * noise * (drifting ? 10 ** (2 * random.uniform()) : 1);
    const theta = truth * chiSquareMean(nu);
    const velocity = (lambda > 0 ? two.velocity : epochTheory(1e-6).velocity) * noise * chiSquareMean(nuVelocity);
    return {
      eigenvalue: lambda,
      residual: 1e-6,
      noise_variance: noise,
      noise_variance_low: noise,
      noise_variance_high: noise,
      theta_variance: theta,
      theta_variance_low: theta / quantile(nu, 1.96),
      theta_variance_high: theta / quantile(nu, -1.96),
      theta_dof: nu,
      velocity_variance: velocity,
      velocity_variance_low: velocity / quantile(nuVelocity, 1.96),
      velocity_variance_high: velocity / quantile(nuVelocity, -1.96),
      velocity_dof: nuVelocity,
      correlation_time: (2 * theta) / velocity,
      theta_variance_sampler: own.theta * noise,
      theta_variance_white: white.theta * noise,
      theta_variance_two_component: fluctuating > 0 ? two.theta * noise : NaN,
      velocity_variance_sampler: own.velocity * noise,
      velocity_variance_white: white.velocity * noise,
      velocity_variance_two_component: fluctuating > 0 ? two.velocity * noise : NaN,
      correlation_time_sampler: (2 * own.theta) / own.velocity,
      correlation_time_white: (2 * white.theta) / white.velocity,
      correlation_time_two_component: fluctuating > 0 ? (2 * two.theta) / two.velocity : NaN,
      trend_fraction: 0.02,
      drift_ratio: 0.1 / Math.max(x, 1e-3),
      regime: lambda <= 0 ? 'negative' : x >= 1 ? 'stiff' : drifting ? 'drift' : 'suppressed',
    };
  });
  const names = Object.keys(rows[0]) as (keyof (typeof rows)[number])[];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as unknown as DirectionColumns;
}

function chiSquareOverDof(random: ReturnType<typeof randomStream>, dof: number): number {
  const whole = Math.max(1, Math.round(dof));
  let sum = 0;
  for (let i = 0; i < whole; i++) sum += random.normal() ** 2;
  return sum / whole;
}

function middle(values: number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** The five ranges of λ/λ_cross with medians of the columns. */
export function syntheticRanges(columns: DirectionColumns): RangeSummary[] {
  const edges = [0, 0.01, 0.1, 1, 10, Infinity];
  return edges.slice(0, -1).map((low, position) => {
    const high = edges[position + 1];
    const members = Array.from(columns.eigenvalue, (_, i) => i).filter((i) => {
      const x = columns.eigenvalue[i] / crossover;
      return x > low && x <= high;
    });
    const ratio = (measured: ArrayLike<number>, predicted: ArrayLike<number>) => {
      const value = middle(members.map((i) => measured[i] / predicted[i]));
      return Number.isNaN(value) ? null : value;
    };
    return rangeOf({
      low,
      high: high === Infinity ? null : high,
      directions: members.length,
      ratioSampler: ratio(columns.theta_variance, columns.theta_variance_sampler),
      ratioTwoComponent: ratio(columns.theta_variance, columns.theta_variance_two_component),
      ratioWhite: ratio(columns.theta_variance, columns.theta_variance_white),
      velocityRatioSampler: ratio(columns.velocity_variance, columns.velocity_variance_sampler),
      medianAbsLog10: members.length === 0 ? null : 0.05,
      expectedAbsLog10: members.length === 0 ? null : 0.048,
      coverage: members.length === 0 ? null : 0.95,
    });
  });
}

/** Autocovariances about −(M−h)/(M(M−1)), or about 0 for independent batches, with errors of a 40-epoch window. */
export function syntheticLags(sampler: Summary['sampler'] = 'reshuffle', seed = 1): NoiseLags {
  const random = randomStream(seed, 'test/report/lags');
  const m = batchesPerEpoch;
  const lags = Array.from({ length: 2 * m + 1 }, (_, lag) => lag);
  const truth = (lag: number) => {
    if (lag === 0) return 1;
    if (sampler === 'with-replacement') return 0;
    if (sampler === 'shuffle-once') return lag % m === 0 ? 1 : -1 / (m - 1);
    return lag < m ? -(m - lag) / (m * (m - 1)) : 0;
  };
  const noisy = (error: number) => lags.map((lag) => truth(lag) + (lag === 0 ? 0 : error * random.normal()));
  return {
    lags,
    autocovariance: noisy(8e-4),
    autocovarianceError: lags.map((lag) => (lag === 0 ? 0 : 8e-4)),
    autocovarianceTrajectory: noisy(1.2e-3),
    autocovarianceTrajectoryError: lags.map((lag) => (lag === 0 ? 0 : 1.2e-3)),
  };
}

/**
 * A history as a run writes it: training (unless 0 epochs are asked for), polish, burn-in and window. Epochs are counted
 * through all of them; of the polish there is the state before it and that after it, one epoch on.
 */
export function syntheticTraining(trainingEpochs = 30, classes = true, seed = 1, polish = true): TrainingRow[] {
  const random = randomStream(seed, 'test/report/training');
  const rows: TrainingRow[] = [];
  const row = (epoch: number, phase: string, loss: number) =>
    rows.push({
      epoch,
      phase,
      trainLoss: loss,
      trainAccuracy: classes ? 1 - loss / 3 : null,
      testLoss: classes ? loss * 1.2 + 0.02 : null,
      testAccuracy: classes ? 0.99 - loss / 2.8 : null,
    });
  const phase = (name: string, first: number, count: number, from: number, to: number) => {
    for (let epoch = 1; epoch <= count; epoch++) {
      const loss = (to + (from - to) * Math.exp((-4 * epoch) / count)) * (1 + 0.01 * random.normal());
      row(first + epoch, name, loss);
    }
  };
  phase('train', 0, trainingEpochs, 1.9, 0.25);
  if (polish) {
    row(trainingEpochs, 'polish', rows.at(-1)?.trainLoss ?? 0.06);
    row(trainingEpochs + 1, 'polish', 0.04);
  }
  const floor = polish ? 0.041 : (rows.at(-1)?.trainLoss ?? 0.06);
  phase('burn-in', trainingEpochs, 40, floor, 0.045);
  phase('window', trainingEpochs + 40, 40, 0.045, 0.045);
  return rows;
}

/** Everything at once. */
export function syntheticInput(wish: Wish = {}): ReportInput {
  const directions = syntheticColumns(wish);
  const sampler = wish.sampler ?? 'reshuffle';
  return {
    title: 'teacher–student regression, tanh 20-40-1',
    directions,
    run: {
      crossoverEigenvalue: crossover,
      batchesPerEpoch,
      weightDecay,
      sampler,
      learningRate,
      momentum,
      ranges: syntheticRanges(directions),
      slopes: { stiff: null, suppressed: null, noiseExponent: { value: 1.004, low: 0.995, high: 1.013, predicted: 1 } },
    },
    noise: syntheticLags(sampler),
    training: syntheticTraining(),
  };
}

/** Weights of the gallery's network, 30-60-1. */
const GALLERY_WEIGHTS = 1921;

/** The gallery's: a regression with a little of a fluctuating curvature, in full; about half of its directions were computed. */
export function syntheticGallery(): ReportInput {
  const wish = { fluctuating: FLUCTUATING, negative: 0 };
  const input = {
    ...syntheticInput(wish),
    title: 'teacher–student regression, tanh 30-60-1',
    training: syntheticTraining(30, false),
  };
  const details = syntheticDetails(input);
  const { curvatures } = syntheticSummary(wish);
  const computed = input.directions.eigenvalue.length;
  const trace = (values: Column, count: (i: number) => number) =>
    Array.from(values).reduce((sum, value, i) => sum + count(i) * value, 0);
  const { eigenvalue, directions } = details.density!;
  const [traceComputed, traceRest] = [
    trace(input.directions.eigenvalue, () => 1),
    trace(eigenvalue, (i) => directions[i]),
  ];
  const spectrum = {
    parameters: GALLERY_WEIGHTS,
    computed,
    traceComputed,
    traceRest,
    traceRestError: traceRest / 10,
    share: traceComputed / (traceComputed + traceRest),
  };
  return { ...input, ...details, run: { ...input.run, curvatures, spectrum }, controls: syntheticControls() };
}

export const [FELT_ON_PATH, FELT_OVER_STEP] = [1.012, 1.034];

/** Curvatures felt that are a little more than the eigenvalue, and explain what is measured. */
export function syntheticCurvatures(ranges: readonly RangeSummary[]): Summary['curvatures'] {
  const felt = (value: number, directions: number) => ({
    directions,
    overEigenvalue: directions === 0 ? null : { value, low: value - 0.1, high: value + 0.1 },
    ratio: directions === 0 ? null : 1.002,
    coverage: directions === 0 ? null : 0.95,
  });
  return {
    window: 'same',
    snapshots: 100,
    samples: 50_000,
    ranges: ranges.map(({ low, high, directions, ratioSampler, ratioTwoComponent, coverage }) => ({
      low,
      high,
      directions,
      eigenvalue: { ratio: ratioTwoComponent ?? ratioSampler, coverage },
      trajectory: felt(FELT_ON_PATH, directions),
      finiteStep: felt(FELT_OVER_STEP, low >= 0.01 ? Math.min(directions, 12) : 0),
    })),
  };
}

/** A summary in full, consistent with the columns. */
export function syntheticSummary(wish: Wish = {}): Summary {
  const { run } = syntheticInput(wish);
  return {
    ...run,
    schemaVersion: 1,
    batchSize: 500,
    samples: 50000,
    window: { epochs, updates: epochs * batchesPerEpoch, burnInEpochs: 40 },
    lossFluctuation: {
      measured: 1.234e-4,
      sampler: 1.21e-4,
      white: 1.63e-4,
      constantVariance: 1.66e-4,
      direct: 1.24e-4,
      directLow: 1.19e-4,
      directHigh: 1.3e-4,
      twoComponent: 1.22e-4,
      subspace: 1.23e-4,
      subspaceLow: 1.18e-4,
      subspaceHigh: 1.29e-4,
      overstatement: { value: 1.35, low: 1.29, high: 1.41 },
    },
    spectrum: {
      parameters: 1000,
      computed: 881,
      traceComputed: 40.1,
      traceRest: 1.1,
      traceRestError: 0.1,
      share: 40.1 / 41.2,
    },
    noise: {
      commutator: 0.0123,
      commutatorFloor: 0.034,
      correlation: 0.0045,
      correlationFloor: 0.0159,
      multiplicativeShare: 0.0165,
      expectedShare: 0.0171,
      trace: 41.2,
      traceLow: 40.9,
      traceHigh: 41.5,
      samplesForClearView: 85500,
    },
    curvatures: syntheticCurvatures(run.ranges),
    quadraticity: { median: 1.001, low: 0.97, high: 1.04, worstAboveTenth: 1.02 },
    components: {
      path: 2.4,
      randomWalk: 2.5,
      firstRank: 10,
      lastRank: 200,
      firstShare: 0.5,
      firstShareRandomWalk: 0.6,
    },
    warnings: [
      {
        code: 'float32-floor',
        text: 'Rounding adds 1.4 % to the velocity variance of the flattest directions; float64 avoids it.',
      },
    ],
    verdicts: [
      'Above the crossover the weight variance agrees with epoch theory.',
      'Below it independent batches would predict 5.5 times too much.',
    ],
  };
}

/** What estimators.csv, positions.csv, components.csv and the replay would hold for a run of these columns. */
export function syntheticDetails({
  directions,
}: ReportInput): Pick<ReportInput, 'estimators' | 'curvatures' | 'positions' | 'components' | 'density' | 'paths'> {
  const random = randomStream(4, 'test/report/details');
  const { eigenvalue, noise_variance, theta_variance, theta_variance_sampler: own, theta_variance_white } = directions;
  const all = Array.from(eigenvalue, (_, i) => i);
  const two = all.map((i) => own[i] + FLUCTUATING * (theta_variance_white[i] - own[i]));
  const scattered = (dof: number) => two.map((value) => value * chiSquareOverDof(random, dof));
  const position = Array.from({ length: batchesPerEpoch }, (_, j) => j + 1);
  const bridge = position.map((j) => (6 * j * (batchesPerEpoch - j)) / batchesPerEpoch ** 2);
  const low = all.filter((i) => eigenvalue[i] > 0.01 * crossover && eigenvalue[i] <= 0.1 * crossover);
  const above = middle(low.map((i) => two[i] / own[i] - 1)) || 0;
  const profile = bridge.map((value) => value + above);
  return {
    estimators: {
      multiplicative_noise_variance: all.map((i) => FLUCTUATING * noise_variance[i]),
      theta_dof_two_component: all.map(() => 60),
      within_epoch_variance: scattered(70),
      within_epoch_dof: all.map(() => 70),
      within_epoch_variance_sampler: own,
      within_epoch_variance_two_component: two,
      detrended_variance: scattered(50),
      detrended_dof: all.map(() => 50),
      detrended_variance_sampler: own,
      detrended_variance_two_component: two,
      // The replay knows the noise of the mean weights, not what the fluctuating curvature adds.
      replay_explained: all.map((i) => 1 - (1 - own[i] / two[i]) * chiSquareOverDof(random, 30)),
      replay_explained_predicted: all.map((i) => own[i] / two[i]),
    },
    curvatures: curvatureColumns(directions),
    positions: {
      low: position.map(() => 0.01),
      high: position.map(() => 0.1),
      position,
      measured: profile.map((value) => value * (1 + 0.03 * random.normal())),
      measured_error: profile.map((value) => 0.03 * value),
      sampler: bridge,
      two_component: profile,
    },
    components: componentColumns(eigenvalue, theta_variance, theta_variance_white),
    density: densityColumns(eigenvalue),
    paths: all.length < PATHS_OVER_CROSSOVER.length ? [] : pathsAlong(eigenvalue),
  };
}

/** A long window: its components are the eigendirections, in the order of their variances; a random walk knows no crossover. */
function componentColumns(eigenvalue: Column, measured: Column, white: Column): ReportInput['components'] {
  const random = randomStream(6, 'test/report/components');
  const positive = Array.from(eigenvalue, (_, i) => i).filter((i) => eigenvalue[i] > 0);
  const ranked = (variance: (i: number) => number) => {
    const drawn = positive.map((i) => ({ curvature: eigenvalue[i], variance: variance(i) }));
    return drawn.sort((a, b) => b.variance - a.variance).slice(0, 200);
  };
  const path = ranked((i) => measured[i]);
  const walk = ranked((i) => {
    // Flat directions do not arrive within the window.
    const relaxations = (epochs * batchesPerEpoch * learningRate * eigenvalue[i]) / (1 - momentum);
    const arrived = relaxations / (relaxations + 6);
    return white[i] * arrived * chiSquareOverDof(random, 2 + relaxations);
  });
  return {
    variance: path.map(({ variance }) => variance),
    curvature: path.map(({ curvature }) => curvature),
    random_walk_variance: walk.map(({ variance }) => variance),
    random_walk_curvature: walk.map(({ curvature }) => curvature),
  };
}

/** What lies below the flattest computed direction: ever more, ever flatter ones. */
function densityColumns(computed: Column): ReportInput['density'] {
  const flattest = Math.min(...Array.from(computed).filter((value) => value > 0), crossover);
  const nodes = 40;
  const steps = Array.from({ length: nodes }, (_, step) => step + 1);
  return {
    eigenvalue: steps.map((step) => flattest * 0.85 ** step),
    directions: steps.map(() => (GALLERY_WEIGHTS - computed.length) / nodes),
  };
}

/** Directions whose paths are shown, in λ/λ_cross. */
const PATHS_OVER_CROSSOVER = [10, 1, 0.3, 0.03];

/** θ in units of the noise, by the update rule itself: what it does, and with a little independent noise beside. */
function pathsAlong(eigenvalue: Column): ReportInput['paths'] {
  const random = randomStream(8, 'test/report/paths');
  const all = Array.from(eigenvalue, (_, i) => i).filter((i) => eigenvalue[i] > 0);
  return PATHS_OVER_CROSSOVER.map((wanted) => {
    const distance = (i: number) => Math.abs(Math.log(eigenvalue[i] / crossover / wanted));
    const direction = all.reduce((best, i) => (distance(i) < distance(best) ? i : best));
    const [replayed, measured] = [oscillator(eigenvalue[direction]), oscillator(eigenvalue[direction])];
    // As many epochs before the window, so that it opens settled.
    for (let epoch = 0; epoch < 2 * epochs; epoch++) {
      const kicks = Array.from({ length: batchesPerEpoch }, () => random.normal());
      const mean = kicks.reduce((sum, kick) => sum + kick, 0) / batchesPerEpoch;
      for (const kick of kicks) {
        replayed.step(kick - mean);
        measured.step(kick - mean + Math.sqrt(FLUCTUATING) * random.normal());
      }
    }
    const window = ({ path }: { path: number[] }) => path.slice(-epochs * batchesPerEpoch);
    return { direction, measured: window(measured), replayed: window(replayed) };
  });
}

function oscillator(lambda: number) {
  let [theta, velocity] = [0, 0];
  const path: number[] = [];
  return {
    path,
    step(kick: number) {
      velocity = momentum * velocity - learningRate * (lambda * theta + kick);
      theta += velocity;
      path.push(theta);
    },
  };
}

/** As those of the summary, along the path the flatter the less surely; over a step along every 12th direction. */
function curvatureColumns({ eigenvalue, noise_variance }: DirectionColumns): ReportInput['curvatures'] {
  const random = randomStream(5, 'test/report/curvatures');
  const all = Array.from(eigenvalue, (_, i) => i);
  const error = (i: number) => 0.2 / Math.sqrt(1 + Math.max(0, eigenvalue[i] / crossover) * 30);
  const path = all.map((i) => eigenvalue[i] * (FELT_ON_PATH + error(i) * random.normal()));
  const wide = (sign: number) => all.map((i) => path[i] + sign * 2 * error(i) * eigenvalue[i]);
  const step = all.map((i) =>
    i % 12 === 0 && eigenvalue[i] > 0.01 * crossover ? FELT_OVER_STEP * eigenvalue[i] : NaN,
  );
  const dof = all.map(() => 40);
  const own = (curvature: readonly number[]) =>
    all.map((i) => (curvature[i] > 0 ? epochTheory(curvature[i]).theta * noise_variance[i] : NaN));
  const two = (curvature: readonly number[]) =>
    own(curvature).map(
      (value, i) => value + FLUCTUATING * (whiteTheory(curvature[i]).theta * noise_variance[i] - value),
    );
  return {
    trajectory_curvature: path,
    trajectory_curvature_low: wide(-1),
    trajectory_curvature_high: wide(1),
    trajectory_theta_variance_sampler: own(path),
    trajectory_theta_variance_two_component: two(path),
    trajectory_theta_dof: dof,
    finite_step_curvature: step,
    finite_step_curvature_low: step,
    finite_step_curvature_high: step,
    finite_step_theta_variance_sampler: own(step),
    finite_step_theta_variance_two_component: two(step),
    finite_step_theta_dof: dof,
  };
}

/** Three samplers from one minimum, and both controls without a network. */
export function syntheticControls(): NonNullable<ReportInput['controls']> {
  return (['reshuffle', 'shuffle-once', 'with-replacement', 'frozen', 'quadratic'] as const).map((name, index) => ({
    name,
    sampler: name,
    ...syntheticColumns({
      sampler: name === 'frozen' || name === 'quadratic' ? 'reshuffle' : name,
      seed: 10 + index,
      // The model alone has no curvature that fluctuates; of one order it repeats itself, and nothing is known.
      fluctuating: name === 'reshuffle' ? FLUCTUATING : 0,
    }),
  }));
}
