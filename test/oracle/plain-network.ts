/**
 * Small networks and their losses in plain loops, over any arithmetic. The definitions are written out from those of the
 * field (see each function), not from the code under test; parameters lie layer after layer, a bias after its weights,
 * kernels as [height, width, in, out], dense weights as [in, out].
 */
import { type Arithmetic, exp, log, relu, type Smooth, softplus, tanh } from './plain-network-arithmetic.ts';

export type PlainLayer =
  | {
      readonly kind: 'convolution';
      readonly side: number;
      readonly channels: number;
      readonly padding: 'valid' | 'same';
    }
  | { readonly kind: 'pooling'; readonly pooling: 'average' | 'max'; readonly side: number }
  | { readonly kind: 'activation'; readonly activation: 'tanh' | 'relu' | 'softplus' }
  | { readonly kind: 'dense'; readonly outputs: number };

export type PlainLoss = 'half-mean-squared-error' | 'binary-cross-entropy' | 'cross-entropy';

export interface PlainNetwork {
  /** [height, width, channels] of one input. */
  readonly input: readonly [number, number, number];
  readonly layers: readonly PlainLayer[];
}

interface Maps<T> {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Row by row, the channels of a place together. */
  readonly values: readonly T[];
}

const ACTIVATIONS: Readonly<Record<string, Smooth>> = { tanh, relu, softplus };

/** Outputs for one input x [height·width·channels]. Throws unless all parameters are used. */
export function plainOutputs<T>(n: Arithmetic<T>, net: PlainNetwork, theta: readonly T[], x: ArrayLike<number>): T[] {
  const [height, width, channels] = net.input;
  let maps: Maps<T> = { height, width, channels, values: Array.from(x, (value) => n.of(value)) };
  let used = 0;
  const take = (count: number) => theta.slice(used, (used += count));
  for (const layer of net.layers) {
    if (layer.kind === 'convolution') {
      const weights = take(layer.side ** 2 * maps.channels * layer.channels);
      maps = convolved(n, maps, layer, weights, take(layer.channels));
    } else if (layer.kind === 'dense') {
      const weights = take(maps.values.length * layer.outputs);
      maps = dense(n, maps, layer.outputs, weights, take(layer.outputs));
    } else if (layer.kind === 'pooling') maps = pooled(n, maps, layer.pooling, layer.side);
    else maps = { ...maps, values: maps.values.map((value) => n.apply(ACTIVATIONS[layer.activation], value)) };
  }
  if (used !== theta.length) throw new Error(`the network has ${used} parameters, ${theta.length} were given`);
  return [...maps.values];
}

/** out[r, c, o] = bias[o] + Σ kernel[i, j, m, o]·in[r+i−top, c+j−left, m], zero outside. */
function convolved<T>(
  n: Arithmetic<T>,
  { height, width, channels, values }: Maps<T>,
  layer: Extract<PlainLayer, { kind: 'convolution' }>,
  kernel: readonly T[],
  bias: readonly T[],
): Maps<T> {
  const { side } = layer;
  const lost = layer.padding === 'valid' ? side - 1 : 0;
  const before = layer.padding === 'valid' ? 0 : Math.floor((side - 1) / 2);
  const result: T[] = [];
  for (let r = 0; r < height - lost; r++)
    for (let c = 0; c < width - lost; c++)
      for (let o = 0; o < layer.channels; o++) {
        let sum = bias[o];
        for (let i = 0; i < side; i++)
          for (let j = 0; j < side; j++) {
            const [row, column] = [r + i - before, c + j - before];
            if (row < 0 || row >= height || column < 0 || column >= width) continue;
            for (let m = 0; m < channels; m++) {
              const weight = kernel[((i * side + j) * channels + m) * layer.channels + o];
              sum = n.add(sum, n.mul(weight, values[(row * width + column) * channels + m]));
            }
          }
        result.push(sum);
      }
  return { height: height - lost, width: width - lost, channels: layer.channels, values: result };
}

/** Windows side by side; an edge that does not fill one is cut off. */
function pooled<T>(n: Arithmetic<T>, maps: Maps<T>, pooling: 'average' | 'max', side: number): Maps<T> {
  const [height, width] = [Math.floor(maps.height / side), Math.floor(maps.width / side)];
  const result: T[] = [];
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++)
      for (let m = 0; m < maps.channels; m++) {
        const window: T[] = [];
        for (let i = 0; i < side; i++)
          for (let j = 0; j < side; j++)
            window.push(maps.values[((r * side + i) * maps.width + c * side + j) * maps.channels + m]);
        result.push(
          pooling === 'max'
            ? window.reduce((best, value) => (n.value(value) > n.value(best) ? value : best))
            : n.scale(1 / side ** 2, window.reduce(n.add)),
        );
      }
  return { height, width, channels: maps.channels, values: result };
}

function dense<T>(n: Arithmetic<T>, { values }: Maps<T>, outputs: number, weights: readonly T[], bias: readonly T[]) {
  const result = bias.map((start, o) =>
    values.reduce((sum, value, i) => n.add(sum, n.mul(value, weights[i * outputs + o])), start),
  );
  return { height: 1, width: 1, channels: outputs, values: result };
}

/** ½Σ(f−y)²; −y log p − (1−y) log(1−p) with p the logistic of the logit; −Σ y log softmax. */
export function plainLoss<T>(n: Arithmetic<T>, loss: PlainLoss, outputs: readonly T[], y: ArrayLike<number>): T {
  const total = (terms: T[]) => terms.reduce(n.add);
  if (loss === 'half-mean-squared-error')
    return total(
      outputs.map((output, i) => {
        const error = n.add(output, n.of(-y[i]));
        return n.scale(0.5, n.mul(error, error));
      }),
    );
  if (loss === 'binary-cross-entropy') {
    // −log p = log(1+e^{−z}) and −log(1−p) = log(1+e^z).
    const [z] = outputs;
    return n.add(n.scale(y[0], n.apply(softplus, n.scale(-1, z))), n.scale(1 - y[0], n.apply(softplus, z)));
  }
  const shift = Math.max(...outputs.map(n.value));
  const partition = n.apply(log, total(outputs.map((z) => n.apply(exp, n.add(z, n.of(-shift))))));
  return total(outputs.map((z, i) => n.scale(y[i], n.add(n.add(partition, n.of(shift)), n.scale(-1, z)))));
}
