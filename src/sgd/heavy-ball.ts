/** SGD with heavy-ball momentum, exactly: v ← βv − ηg, θ ← θ + v, with g the batch's mean gradient plus μθ. */
import { batchLossAndGradient, type Problem, type Samples } from '../models/problem.ts';
import { int32, real, type Reals } from '../tensor/types.ts';

/** Weights and velocity [d] in the precision of the run. */
export interface State {
  readonly theta: Reals;
  readonly velocity: Reals;
}

export interface HeavyBall {
  /**
   * One update in place.
   *
   * @param batch the samples' indices [S]
   * @returns the batch's mean loss before the update, without L2
   */
  step(state: State, batch: Int32Array, learningRate: number): number;
  dispose(): void;
}

/** At rest at given weights, in the precision of the run. */
export function atRest(theta: Reals, precision: 'float32' | 'float64'): State {
  const array = precision === 'float32' ? Float32Array : Float64Array;
  return { theta: array.from(theta), velocity: new array(theta.length) };
}

/**
 * Compiles the batch gradient; the data set stays on the back end, and an update takes indices only.
 *
 * Products and sums of the update are float64, rounded once each to the precision of the run.
 */
export function openHeavyBall(problem: Problem, data: Samples, batchSize: number, momentum: number): HeavyBall {
  const { backend, size, inputShape, outputs, weightDecay } = problem;
  const allX = [data.samples, ...inputShape];
  const allY = [data.samples, outputs];
  const graph = backend.linearize(
    batchLossAndGradient(problem),
    [real(...allX), real(...allY)],
    [real(size), int32(batchSize)],
  );
  const x = backend.store(data.x, allX);
  const y = backend.store(data.y, allY);
  const gradientOf = graph.at(x, y);
  return {
    step({ theta, velocity }, batch, learningRate) {
      const [loss, gradient] = gradientOf.run(theta, batch);
      for (let i = 0; i < size; i++) {
        velocity[i] = momentum * velocity[i] - learningRate * (gradient[i] + weightDecay * theta[i]);
        theta[i] += velocity[i];
      }
      return loss[0];
    },
    dispose() {
      gradientOf.dispose();
      x.dispose();
      y.dispose();
      graph.dispose();
    },
  };
}
