/**
 * The doctor for models: what the theory needs of a network, tried on a few samples at the weights where a run would begin.
 * Every check has a channel of its own: another compilation, single samples, central differences.
 */
import { ConfigurationError } from '../../errors.ts';
import { onBackend } from '../../models/problem.ts';
import { randomStream, type RandomStream } from '../../random.ts';
import { mostExact } from '../../tensor/backend.ts';
import { frozenAt } from '../batch-norm.ts';
import type { Voice } from '../context.ts';
import type { Experiment } from '../schema.ts';
import { chosenSamples, type StartingPoint, startingPoint, type Workbench } from '../workbench.ts';
import { checkDerivatives } from './derivatives.ts';
import { type Finding, findingLines } from './finding.ts';
import { checkForward } from './forward.ts';
import { compareGivenOutputs } from './given-outputs.ts';
import { findKinks } from './kinks.ts';

/** Samples, or fewer where so many layer outputs are too many to differentiate in a second or two. */
const SAMPLES = 32;
const UNITS = 2e6;
/** Derivatives are taken so far beside weights that lie on a kink, in units of a typical weight. */
const BESIDE = 1e-3;

/** All checks, or those that come after one that makes the others pointless. */
export async function examineModel(experiment: Experiment, bench: Workbench): Promise<Finding[]> {
  const start = startingPoint(experiment, bench);
  const first = checkStart(experiment, bench, start);
  if (first?.state === 'failed') return [first];
  const at = start.statistics ? frozenAt(bench, start.statistics) : bench;
  // As exact as can be; the decay is added by this program, and is no part of the model.
  const problem = { ...onBackend(at.problem, mostExact(at.problem.backend)), weightDecay: 0 };
  const count = Math.max(2, Math.min(SAMPLES, Math.floor(UNITS / problem.model.unitsPerSample)));
  const samples = chosenSamples(bench, experiment.seed, { count, purpose: 'model-doctor/samples' });
  const forward = await checkForward(problem, samples, start.theta);
  const before = [...(first ? [first] : []), ...forward];
  if (forward.some(({ check }) => check === 'finite')) return before;
  const random = randomStream(experiment.seed, 'model-doctor/directions');
  const kinks = await findKinks(problem, samples, start.theta);
  const theta = kinks.onKinks > 0 ? beside(start.theta, random) : start.theta;
  const where = `${kinks.onKinks > 0 ? 'beside' : 'at'} the ${experiment.train.weights ? 'given' : 'starting'} weights`;
  const [finite, ...derivatives] = await checkDerivatives(problem, samples, theta, kinks, random, where);
  return [finite, ...before, kinks.finding, ...derivatives, ...(await checkWeights(experiment, at, start))];
}

/** Weights that a module makes must be the same every time. */
function checkStart(experiment: Experiment, bench: Workbench, { theta }: StartingPoint): Finding | null {
  if (!bench.problem.model.initialise || experiment.train.weights || experiment.model.initialisation.from !== 'random')
    return null;
  const again = startingPoint(experiment, bench).theta;
  const value = theta.reduce((count, weight, i) => count + (weight === again[i] ? 0 : 1), 0);
  const check = 'initialise';
  if (value === 0)
    return { check, state: 'passed', value, text: `called twice, it gives the same ${theta.length} weights` };
  const text = `called twice, it gives ${value} of ${theta.length} weights anew: draw random numbers from the stream that it is given, and from nothing else`;
  return { check, state: 'failed', value, text };
}

/** Weights from elsewhere, where logits are given to hold them against. */
export async function checkWeights(
  { train: { weights } }: Experiment,
  { problem }: Workbench,
  { theta }: StartingPoint,
): Promise<Finding[]> {
  if (!weights || weights.check === null) return [];
  const exact = onBackend(problem, mostExact(problem.backend));
  return [await compareGivenOutputs({ ...weights, check: weights.check }, exact, theta)];
}

/**
 * What must hold before anything is computed: all checks for a user's own model, for others only that weights from elsewhere
 * are what they were there. Each is said.
 *
 * @throws ConfigurationError where one fails
 */
export async function refuseUnsoundModel(
  experiment: Experiment,
  bench: Workbench,
  voice: Pick<Voice, 'say' | 'warn'>,
): Promise<void> {
  const { model, train } = experiment;
  if (model.name !== 'module' && !train.weights?.check) return;
  let findings: Finding[];
  if (model.name === 'module') findings = await examineModel(experiment, bench);
  else {
    const start = startingPoint(experiment, bench);
    findings = await checkWeights(experiment, start.statistics ? frozenAt(bench, start.statistics) : bench, start);
  }
  const failed = findings.find(({ state }) => state === 'failed');
  if (failed) {
    const subject =
      model.name === 'module'
        ? `model ${model.path}`
        : `model ${model.name} with the weights of ${train.weights!.path}`;
    throw new ConfigurationError(`${subject} fails the check "${failed.check}": ${failed.text}`);
  }
  findingLines(findings).forEach((line, at) =>
    findings[at].state === 'warned' ? voice.warn(`model: ${line}`) : voice.say(`model: ${line}`),
  );
}

function beside(theta: Float64Array, random: RandomStream): Float64Array {
  const typical = Math.sqrt(theta.reduce((sum, weight) => sum + weight * weight, 0) / theta.length) || 1;
  return theta.map((weight) => weight + BESIDE * typical * random.normal());
}
