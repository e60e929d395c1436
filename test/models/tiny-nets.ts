/** One description, two networks: in plain loops (the oracle), and as a model in the project's ops. */
import { activate, dense, type Model } from '../../src/models/model.ts';
import { lossFor, type LossName } from '../../src/models/losses.ts';
import { defineProblem, type Problem, type Samples } from '../../src/models/problem.ts';
import { randomStream } from '../../src/random.ts';
import type { Backend } from '../../src/tensor/backend.ts';
import { sizeOf } from '../../src/tensor/types.ts';
import type { PlainProblem } from '../oracle/plain-network-derivatives.ts';
import type { PlainNetwork } from '../oracle/plain-network.ts';

/** A model as a user would write one: shapes, and a forward function in the ops that it is handed. */
export function modelOf({ input, layers }: PlainNetwork): Model {
  const shapes: { name: string; shape: number[] }[] = [];
  let [height, width, channels] = input;
  layers.forEach((layer, index) => {
    const add = (kind: string, weights: number[]) =>
      shapes.push(
        { name: `${kind}${index}/weight`, shape: weights },
        { name: `${kind}${index}/bias`, shape: weights.slice(-1) },
      );
    if (layer.kind === 'convolution') {
      add('conv', [layer.side, layer.side, channels, layer.channels]);
      channels = layer.channels;
      if (layer.padding === 'valid') [height, width] = [height - layer.side + 1, width - layer.side + 1];
    } else if (layer.kind === 'pooling')
      [height, width] = [Math.floor(height / layer.side), Math.floor(width / layer.side)];
    else if (layer.kind === 'dense') {
      add('dense', [height * width * channels, layer.outputs]);
      [height, width, channels] = [1, 1, layer.outputs];
    }
  });
  return {
    name: 'tiny',
    shapes,
    unitsPerSample: 1,
    forward(ops, parameters, x) {
      const left = [...parameters];
      return layers.reduce((h, layer) => {
        if (layer.kind === 'activation') return activate(ops, layer.activation, h);
        if (layer.kind === 'pooling')
          return layer.pooling === 'max'
            ? ops.maxPool(h, layer.side)
            : ops.avgPool(h as never, layer.side, layer.side, 'valid');
        const [weights, bias] = left.splice(0, 2);
        if (layer.kind === 'convolution')
          return ops.add(ops.conv2d(h as never, weights as never, 1, layer.padding), bias);
        return dense(ops, ops.reshape(h, [-1, weights.shape[0]]), weights, bias);
      }, x);
    },
  };
}

const TASKS = {
  'half-mean-squared-error': 'regression',
  'binary-cross-entropy': 'binary',
  'cross-entropy': 'classes',
} as const;

/** Outputs that go with a loss in these tests. */
export const OUTPUTS: Readonly<Record<LossName, number>> = {
  'half-mean-squared-error': 2,
  'binary-cross-entropy': 1,
  'cross-entropy': 3,
};

/** Random inputs and targets that fit a loss; numbers that float32 holds exactly, so that both networks see the same. */
export function samplesFor(net: PlainNetwork, loss: LossName, samples: number, purpose: string): Samples {
  const random = randomStream(5, purpose);
  const outputs = OUTPUTS[loss];
  const x = Float32Array.from({ length: samples * sizeOf(net.input) }, () => random.normal());
  const y = new Float32Array(samples * outputs);
  for (let n = 0; n < samples; n++)
    if (loss === 'cross-entropy') y[n * outputs + random.integer(outputs)] = 1;
    else
      for (let o = 0; o < outputs; o++)
        y[n * outputs + o] = loss === 'binary-cross-entropy' ? random.integer(2) : random.normal();
  return { x, y, samples };
}

export interface Twins {
  readonly plain: PlainProblem;
  problem(backend: Backend): Problem;
  /** Random weights [d] that float32 holds exactly. */
  readonly theta: Float64Array;
  readonly data: Samples;
}

/** The oracle's problem and the project's, on the same data and weights. `model` replaces the one made here. */
export function twins(
  net: PlainNetwork,
  lossName: LossName,
  samples: number,
  purpose: string,
  { weightDecay = 0, model = modelOf(net) }: { weightDecay?: number; model?: Model } = {},
): Twins {
  const data = samplesFor(net, lossName, samples, `${purpose}/samples`);
  const random = randomStream(5, `${purpose}/theta`);
  const size = model.shapes.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const loss = lossFor(lossName, TASKS[lossName]);
  return {
    plain: { net, loss: lossName, weightDecay, data },
    problem: (backend) =>
      defineProblem({ backend, model, loss, inputShape: net.input, outputs: OUTPUTS[lossName], weightDecay }),
    theta: Float64Array.from({ length: size }, () => Math.fround(0.5 * random.normal())),
    data,
  };
}
