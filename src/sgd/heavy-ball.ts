/** SGD with heavy-ball momentum: v ← βv − ηg, θ ← θ + v, with g the batch's mean gradient plus μθ; many updates a call. */
import { openTogether } from '../disposables.ts';
import { batchLossAndGradient, type Problem, type Samples } from '../models/problem.ts';
import { int32, real, type Linearized, type Reals, type TensorFunction } from '../tensor/types.ts';

/** Weights and velocity [d] in the precision of the run. */
export interface State {
  readonly theta: Reals;
  readonly velocity: Reals;
}

/** What consecutive updates gave, row by row. */
export interface Updates {
  /** The batch's mean loss before each update, without L2 [updates]. */
  readonly losses: Reals;
  /** After each update [updates, d]. */
  readonly theta: Reals;
  readonly velocity: Reals;
}

/** The optimiser on one data set: weights and velocity come with each call, nothing else is remembered between calls. */
export interface HeavyBall {
  /**
   * Makes consecutive updates in place.
   *
   * @param batches the samples' indices of each update, row by row [updates, S]
   * @throws RangeError where these are not whole batches
   */
  advance(state: State, batches: Int32Array, learningRate: number): Updates;
  /** How many updates a call does best. */
  readonly updatesPerCall: number;
  /** Frees the data and the graphs. */
  dispose(): void;
}

/** A call costs about as much as an update of a small network, and some tenths of a millisecond for larger ones. */
const SMALL_NETWORK = 10_000;
/** Parameter tensors from which on an update takes milliseconds at least, and the graph of one a second or more to make. */
const DEEP_NETWORK = 40;
const UPDATES_PER_CALL = { small: 10, large: 4, deep: 1 } as const;

/** At rest at given weights, in the precision of the run. */
export function atRest(theta: Reals, precision: 'float32' | 'float64'): State {
  const array = precision === 'float32' ? Float32Array : Float64Array;
  return { theta: array.from(theta), velocity: new array(theta.length) };
}

/**
 * Compiles the updates. The data set stays on the back end, and an update takes indices only. All arithmetic is in the
 * precision of the run; β, η and μ are rounded to it, as PyTorch does.
 */
export function openHeavyBall(problem: Problem, data: Samples, batchSize: number, momentum: number): HeavyBall {
  const { backend, size, inputShape, outputs, weightDecay, model } = problem;
  const allX = [data.samples, ...inputShape];
  const allY = [data.samples, outputs];
  const array = backend.precision === 'float32' ? Float32Array : Float64Array;
  return openTogether((held) => {
    const x = held.add(backend.store(data.x, allX));
    const y = held.add(backend.store(data.y, allY));
    const graphs = new Map<number, Linearized>();

    function graphFor(updates: number): Linearized {
      let known = graphs.get(updates);
      if (!known) {
        const graph = held.add(
          backend.linearize(
            consecutiveUpdates(problem, updates),
            [real(...allX), real(...allY)],
            [real(size), real(size), int32(updates * batchSize), real(3)],
          ),
        );
        known = held.add(graph.at(x, y));
        graphs.set(updates, known);
      }
      return known;
    }

    const kind = size <= SMALL_NETWORK ? 'small' : 'large';
    return {
      updatesPerCall: UPDATES_PER_CALL[model.shapes.length < DEEP_NETWORK ? kind : 'deep'],
      advance(state, batches, learningRate) {
        const updates = batches.length / batchSize;
        if (!Number.isInteger(updates) || updates === 0)
          throw new RangeError(`${batches.length} samples are no whole batches of ${batchSize}`);
        const factors = array.of(momentum, learningRate, weightDecay);
        const [losses, theta, velocity] = graphFor(updates).run(state.theta, state.velocity, batches, factors);
        state.theta.set(theta.subarray((updates - 1) * size));
        state.velocity.set(velocity.subarray((updates - 1) * size));
        return { losses, theta, velocity };
      },
      dispose: () => held.dispose(),
    };
  });
}

/** (X, Y, θ, v, indices, [β, η, μ]) → losses [updates], weights and velocities after each update [updates·d]. */
function consecutiveUpdates(problem: Problem, updates: number): TensorFunction {
  const { ops } = problem.backend;
  const lossAndGradient = batchLossAndGradient(problem);
  return (x, y, theta, velocity, indices, factors) => {
    const [beta, eta, mu] = ops.split(factors, 3).map((factor) => ops.reshape(factor, []));
    const batches = updates > 1 ? ops.split(indices, updates) : [indices];
    const [losses, thetas, velocities]: Parameters<typeof ops.concat>[0][] = [[], [], []];
    let state = { theta, velocity };
    for (const batch of batches) {
      const [loss, gradient] = lossAndGradient(x, y, state.theta, batch);
      const force = ops.add(gradient, ops.mul(mu, state.theta));
      const next = ops.sub(ops.mul(beta, state.velocity), ops.mul(eta, force));
      state = { theta: ops.add(state.theta, next), velocity: next };
      losses.push(ops.reshape(loss, [1]) as never);
      thetas.push(state.theta as never);
      velocities.push(state.velocity as never);
    }
    return [losses, thetas, velocities].map((rows) => (updates > 1 ? ops.concat(rows) : (rows[0] as typeof theta)));
  };
}
