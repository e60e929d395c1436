/** SGD with heavy-ball momentum: v ← βv − ηg, θ ← θ + v, with g the batch's mean gradient plus μθ; many updates a call. */
import { Disposables, openTogether } from '../disposables.ts';
import { batchLossAndGradient, type Problem, type Samples } from '../models/problem.ts';
import { int32, real, type Linearized, type Stored, type TensorFunction } from '../tensor/types.ts';
import { type Made, type Motion, openMotion, type State } from './motion.ts';

/** The optimiser on one data set. */
export interface HeavyBall {
  /** Brings a state to the back end; dispose of what it gives before the optimiser. Several may be under way. */
  begin(state: State): Motion;
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
    // Graphs are disposed of after the data: they would save what is still there.
    const compiled = held.add(new Disposables());
    const x = held.add(backend.store(data.x, allX));
    const y = held.add(backend.store(data.y, allY));
    const graphs = new Map<number, Linearized>();

    function graphFor(updates: number): Linearized {
      let known = graphs.get(updates);
      if (!known) {
        const graph = compiled.add(
          backend.linearize(
            consecutiveUpdates(problem, updates),
            [real(...allX), real(...allY)],
            [real(size), real(size), int32(updates * batchSize), real(3)],
          ),
        );
        known = compiled.add(graph.at(x, y));
        graphs.set(updates, known);
      }
      return known;
    }

    const kind = size <= SMALL_NETWORK ? 'small' : 'large';
    /** Updates of what is on the back end, which stays as it is. */
    function update(theta: Stored, velocity: Stored, batches: Int32Array, learningRate: number): Made {
      const updates = batches.length / batchSize;
      if (!Number.isInteger(updates) || updates === 0)
        throw new RangeError(`${batches.length} samples are no whole batches of ${batchSize}`);
      const factors = array.of(momentum, learningRate, weightDecay);
      const made = graphFor(updates).keep(theta, velocity, batches, factors);
      return { theta: made[0], velocity: made[1], losses: made[2], thetas: made[3], velocities: made[4] };
    }

    return {
      updatesPerCall: UPDATES_PER_CALL[model.shapes.length < DEEP_NETWORK ? kind : 'deep'],
      begin: (state) => openMotion(backend, state, update),
      dispose: () => held.dispose(),
    };
  });
}

/** (X, Y, θ, v, indices, [β, η, μ]) → θ, v [d], losses [updates], and weights and velocities on the way [(updates−1)·d]. */
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
    const before = updates > 1 ? [thetas, velocities].map((rows) => ops.concat(rows.slice(0, -1))) : [];
    return [state.theta, state.velocity, ops.concat(losses), ...before];
  };
}
