/**
 * A tanh network with one hidden layer and ½Σ(f−y)², in plain float64 loops: loss and gradient of each sample by the chain
 * rule written out. Shares nothing with tfjs. Parameters lie as W₁ [in, hidden], b₁, W₂ [hidden, out], b₂.
 */
import { lossFor } from '../../src/models/losses.ts';
import { mlp } from '../../src/models/mlp.ts';
import { defineProblem, type Problem, type Samples } from '../../src/models/problem.ts';
import { randomStream } from '../../src/random.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import type { Precision } from '../../src/tensor/types.ts';

export interface PlainMlp {
  readonly size: number;
  /** Loss of one sample, without L2. */
  loss(theta: ArrayLike<number>, data: Samples, sample: number): number;
  /** Its gradient [d]. */
  gradient(theta: ArrayLike<number>, data: Samples, sample: number): Float64Array;
  /** Mean gradient of some samples plus μθ [d]. */
  meanGradient(theta: ArrayLike<number>, data: Samples, batch: ArrayLike<number>, weightDecay?: number): Float64Array;
  /** Mean loss of some samples plus (μ/2)‖θ‖². */
  objective(theta: ArrayLike<number>, data: Samples, batch: ArrayLike<number>, weightDecay?: number): number;
}

export function plainMlp(inputs: number, hidden: number, outputs: number): PlainMlp {
  const b1 = inputs * hidden;
  const w2 = b1 + hidden;
  const b2 = w2 + hidden * outputs;
  const size = b2 + outputs;

  function forward(theta: ArrayLike<number>, data: Samples, sample: number) {
    const h = Float64Array.from({ length: hidden }, (_, j) => {
      let sum = theta[b1 + j];
      for (let i = 0; i < inputs; i++) sum += data.x[sample * inputs + i] * theta[i * hidden + j];
      return Math.tanh(sum);
    });
    const error = Float64Array.from({ length: outputs }, (_, k) => {
      let sum = theta[b2 + k];
      for (let j = 0; j < hidden; j++) sum += h[j] * theta[w2 + j * outputs + k];
      return sum - data.y[sample * outputs + k];
    });
    return { h, error };
  }

  const net: PlainMlp = {
    size,
    loss: (theta, data, sample) => 0.5 * forward(theta, data, sample).error.reduce((sum, e) => sum + e * e, 0),
    gradient(theta, data, sample) {
      const { h, error } = forward(theta, data, sample);
      const gradient = new Float64Array(size);
      for (let k = 0; k < outputs; k++) gradient[b2 + k] = error[k];
      for (let j = 0; j < hidden; j++) {
        let back = 0;
        for (let k = 0; k < outputs; k++) {
          gradient[w2 + j * outputs + k] = error[k] * h[j];
          back += error[k] * theta[w2 + j * outputs + k];
        }
        back *= 1 - h[j] * h[j];
        gradient[b1 + j] = back;
        for (let i = 0; i < inputs; i++) gradient[i * hidden + j] = back * data.x[sample * inputs + i];
      }
      return gradient;
    },
    meanGradient(theta, data, batch, weightDecay = 0) {
      const mean = new Float64Array(size);
      for (let n = 0; n < batch.length; n++)
        net.gradient(theta, data, batch[n]).forEach((value, i) => (mean[i] += value / batch.length));
      return mean.map((value, i) => value + weightDecay * theta[i]);
    },
    objective(theta, data, batch, weightDecay = 0) {
      let sum = 0;
      for (let n = 0; n < batch.length; n++) sum += net.loss(theta, data, batch[n]) / batch.length;
      for (let i = 0; i < size; i++) sum += (weightDecay / 2) * theta[i] * theta[i];
      return sum;
    },
  };
  return net;
}

/** Gaussian inputs and targets that no network fits exactly. */
export function noisySamples(samples: number, inputs: number, outputs: number, seed = 1): Samples {
  const random = randomStream(seed, 'test/samples');
  const x = Float32Array.from({ length: samples * inputs }, () => random.normal());
  const y = Float32Array.from(
    { length: samples * outputs },
    (_, at) => Math.sin(x[Math.floor(at / outputs) * inputs]) + 0.3 * random.normal(),
  );
  return { x, y, samples };
}

export const normals = (size: number, seed: number, scale = 1): Float64Array => {
  const random = randomStream(seed, 'test/normals');
  return Float64Array.from({ length: size }, () => scale * random.normal());
};

export const range = (count: number): number[] => [...Array(count).keys()];

/** The same network as the program defines it. `unitsPerSample` decides how the samples are cut into chunks. */
export function mlpProblem(
  inputs: number,
  hidden: number,
  outputs: number,
  {
    precision = 'float64',
    weightDecay = 0,
    unitsPerSample,
    name = 'tensorflow',
  }: {
    precision?: Precision;
    weightDecay?: number;
    unitsPerSample?: number;
    name?: 'tensorflow' | 'cpu';
  } = {},
): Problem {
  const model = mlp([inputs], outputs, { hidden: [hidden], activation: 'tanh' });
  return defineProblem({
    backend: openBackend({ name, precision, threads: 1 }),
    model: { ...model, unitsPerSample: unitsPerSample ?? model.unitsPerSample },
    loss: lossFor('half-mean-squared-error', 'regression'),
    inputShape: [inputs],
    outputs,
    weightDecay,
  });
}

/** Units a sample that make chunks of the smallest size, 100 samples. */
export const SMALL_CHUNKS = 40_000;
