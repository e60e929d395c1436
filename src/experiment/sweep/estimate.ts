/**
 * What a sweep will take, before it starts: one update and one Hessian product of every kind of network in it are timed on
 * this machine, and multiplied. Good to a factor of about two.
 */
import { ConfigurationError } from '../../errors.ts';
import { NoDevice } from '../../tensor/webgpu/adapters.ts';
import { openHessian } from '../../hessian/hessian.ts';
import { Disposables } from '../../disposables.ts';
import { randomStream } from '../../random.ts';
import { batchesPerEpoch } from '../../sgd/samplers.ts';
import { silent } from '../../progress.ts';
import { canonicalJson } from '../../store/json.ts';
import { medianMilliseconds } from '../back-ends/median-time.ts';
import type { StageName } from '../catalogue.ts';
import { wantedPairs } from '../memory.ts';
import { costOfRun, timeUpdates } from '../probe/cost.ts';
import type { Experiment } from '../schema.ts';
import type { Point } from './points.ts';
import { stageMemory } from '../stage-memory.ts';
import { hasStage, stageAt, STAGES } from '../stages.ts';
import { affordableSamples, chosenSamples, openWorkbench, startingPoint, type Workbench } from '../workbench.ts';

/** What one point takes. */
export interface Estimate {
  /** By stage; those that a point does not have are left out. */
  readonly seconds: Readonly<Partial<Record<StageName, number>>>;
  /** Loading, and compiling graphs: once a process. */
  readonly startSeconds: number;
  /** At most, for the whole process. */
  readonly memoryBytes: number;
  /** M. */
  readonly batchesPerEpoch: number;
}

/** Seconds that are measured, and what of them every point of a kind shares. */
interface Kind {
  readonly bench: Workbench;
  readonly secondsPerUpdate: number;
  readonly secondsPerProduct: number;
  readonly startSeconds: number;
}

/** Layer outputs of a product that is timed: about a quarter of a second. */
const TIMED_UNITS = 1e7;
/** Steps of Lanczos that a pair takes, where only some of all are wanted. */
const STEPS_PER_PAIR = 2.2;
/** Hessian products that the polish takes, as measured over the experiments that come with the program. */
const POLISH_PRODUCTS = 600;
/** A gradient costs so much of a Hessian product, and a derivative along a direction, sample by sample, too. */
const GRADIENT_SHARE = 0.4;
/** Directions of the finite step, where the configuration leaves them open. */
const FINITE_STEP_DIRECTIONS = 60;
/** Predictions, pictures and page. */
const COMPARE_SECONDS = 5;
const REPORT_SECONDS = 4;

/** What is to be estimated. */
export interface EstimateQuestion {
  readonly points: readonly Pick<Point, 'name' | 'experiment'>[];
  readonly until: StageName;
  /** Of each process. */
  readonly threads: number;
  /** Of each process for intermediate values, where the user names it. */
  readonly memoryBytes?: number;
  /** Whether the points run on this machine; others may have a graphics card where this one has none. */
  readonly isHere: boolean;
}

/**
 * Estimates of the points, in their order. Opens data and back end in this process.
 *
 * @throws as `openWorkbench`, naming the point whose settings are wrong
 */
export async function estimatePoints({ points, until, ...how }: EstimateQuestion): Promise<readonly Estimate[]> {
  const kinds = new Map<string, Kind>();
  const estimates: Estimate[] = [];
  for (const { name, experiment } of points) {
    try {
      const key = kindOf(experiment);
      const kind = kinds.get(key) ?? (await measureKind(experiment, how));
      kinds.set(key, kind);
      estimates.push(estimateOf(experiment, until, kind));
    } catch (error) {
      if (error instanceof ConfigurationError)
        throw new ConfigurationError(`point ${name}: ${error.message}`, { cause: error });
      throw error;
    }
  }
  return estimates;
}

/** Points of one kind take the same time for an update and a product. */
const kindOf = ({ data, model, loss, precision, backend, sgd, import: imported }: Experiment): string =>
  canonicalJson({ data, model, loss, precision, backend, imported, batchSize: sgd.batchSize });

type How = Pick<EstimateQuestion, 'threads' | 'memoryBytes' | 'isHere'>;

async function openBench(experiment: Experiment, how: How): Promise<Workbench> {
  const { threads, memoryBytes, isHere } = how;
  try {
    return await openWorkbench(experiment, { threads }, { warn: () => {} }, { memoryBytes });
  } catch (error) {
    if (isHere || !(error instanceof NoDevice)) throw error;
    // The processor takes longer than the card of a node, and no less memory.
    return await openBench({ ...experiment, backend: 'tensorflow' }, how);
  }
}

async function measureKind(experiment: Experiment, how: How): Promise<Kind> {
  const start = performance.now();
  const bench = await openBench(experiment, how);
  // Nothing is computed with a network that is not there.
  if (experiment.model.name === 'none')
    return { bench, secondsPerUpdate: 0, secondsPerProduct: 0, startSeconds: (performance.now() - start) / 1000 };
  const { seed, sgd } = experiment;
  const count = affordableSamples(bench, TIMED_UNITS);
  const samples = chosenSamples(bench, seed, { count, purpose: 'sweep/samples' });
  const { theta } = startingPoint(experiment, bench);
  const random = randomStream(seed, 'sweep/direction');
  const direction = theta.map(() => random.normal());
  const held = new Disposables();
  try {
    const operator = held.add(held.add(openHessian(bench.problem, samples, bench.savedBytes)).at(theta));
    await operator.apply(direction);
    const startSeconds = (performance.now() - start) / 1000;
    const milliseconds = await medianMilliseconds(() => operator.apply(direction));
    const secondsPerProduct = ((milliseconds / 1000) * bench.samples) / samples.samples;
    const secondsPerUpdate = await timeUpdates(bench, samples, theta, sgd, silent);
    return { bench, secondsPerProduct, secondsPerUpdate, startSeconds };
  } finally {
    held.dispose();
  }
}

/** What a point takes by itself. @param kind of its own kind */
function estimateOf(experiment: Experiment, until: StageName, kind: Kind): Estimate {
  const { train, polish, sgd, curvature } = experiment;
  const { secondsPerProduct } = kind;
  // An imported window was recorded elsewhere.
  const secondsPerUpdate = experiment.import ? 0 : kind.secondsPerUpdate;
  const updatesPerEpoch = batchesPerEpoch(kind.bench.samples, sgd.batchSize, sgd.dropLast);
  const bench = { ...kind.bench, batchesPerEpoch: updatesPerEpoch };
  const { size } = bench.problem;
  const pairs = wantedPairs(experiment.spectrum.eigenpairs, size);
  const run = costOfRun(experiment, bench, { secondsPerProduct, secondsPerUpdate, stepsPerPair: STEPS_PER_PAIR });
  const gradient = GRADIENT_SHARE * secondsPerProduct;
  const steps = Math.min(curvature.directions ?? FINITE_STEP_DIRECTIONS, pairs);
  const all: Record<StageName, number> = {
    train:
      train.epochs * updatesPerEpoch * secondsPerUpdate +
      (polish.method === 'none' ? 0 : POLISH_PRODUCTS * secondsPerProduct),
    record: run.lookSeconds + run.windowSeconds,
    spectrum: run.spectrum.seconds,
    curvature: (curvature.snapshots + 2 * steps) * gradient,
    noise: pairs * gradient + run.updates * secondsPerUpdate,
    compare: COMPARE_SECONDS,
    controls: 0,
    report: REPORT_SECONDS,
  };
  const alone = Object.values(all).reduce((sum, seconds) => sum + seconds, 0);
  const trained = experiment.controls.run.filter((word) => word !== 'frozen' && word !== 'quadratic').length;
  all.controls = trained * experiment.controls.seeds * (alone - all.train);
  const stages = STAGES.slice(0, stageAt(until) + 1).filter((stage) => hasStage(experiment, stage));
  const memory = stages.map(({ name }) => stageMemory(name, experiment, name === 'report' ? null : bench));
  return {
    seconds: Object.fromEntries(stages.map(({ name }) => [name, all[name]])),
    startSeconds: kind.startSeconds,
    batchesPerEpoch: updatesPerEpoch,
    memoryBytes: PROCESS_BYTES + Math.max(...memory.map(({ held, passing }) => held + passing)),
  };
}

/** Of a process before its first stage. */
const PROCESS_BYTES = 500e6;
