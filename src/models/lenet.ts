/**
 * LeNet: 5×5 convolutions with 6 and 16 channels, each followed by 2×2 pooling, then dense layers 120–84–outputs.
 * On CIFAR-10 it has 62,006 parameters with padding `valid` and 136,886 with `same`.
 */
import { ConfigurationError } from '../errors.ts';
import type { Ops } from '../tensor/ops.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor/types.ts';
import { activate, type Activation, dense, type Model } from './model.ts';

/** What differs between the LeNets that people train. */
export interface LenetOptions {
  readonly padding: 'valid' | 'same';
  readonly activation: Activation;
  readonly pooling: 'average' | 'max';
}

const KERNEL = 5;
const CHANNELS = [6, 16] as const;
const DENSE = [120, 84] as const;

/** @throws ConfigurationError for inputs that are not [height, width, channels], or too small for two convolutions */
export function lenet(inputShape: Shape, outputs: number, { padding, activation, pooling }: LenetOptions): Model {
  const smallest = padding === 'valid' ? 16 : 4;
  if (inputShape.length !== 3 || inputShape[0] < smallest || inputShape[1] < smallest)
    throw new ConfigurationError(
      `model lenet with padding ${padding} was given inputs of shape [${inputShape.join(', ')}]; expected [height, width, channels] of at least ${smallest}×${smallest}`,
    );
  const [height, width, channels] = inputShape;
  const lost = padding === 'valid' ? KERNEL - 1 : 0;
  const pooled = (length: number) => Math.floor((length - lost) / 2);
  const first = [height - lost, width - lost];
  const second = [pooled(height) - lost, pooled(width) - lost];
  const last = [pooled(pooled(height)), pooled(pooled(width)), CHANNELS[1]];
  const flat = sizeOf(last);
  return {
    name: 'lenet',
    shapes: [
      { name: 'conv1/kernel', shape: [KERNEL, KERNEL, channels, CHANNELS[0]] },
      { name: 'conv1/bias', shape: [CHANNELS[0]] },
      { name: 'conv2/kernel', shape: [KERNEL, KERNEL, CHANNELS[0], CHANNELS[1]] },
      { name: 'conv2/bias', shape: [CHANNELS[1]] },
      { name: 'dense1/weight', shape: [flat, DENSE[0]], pytorch: { flattened: last } },
      { name: 'dense1/bias', shape: [DENSE[0]] },
      { name: 'dense2/weight', shape: [DENSE[0], DENSE[1]] },
      { name: 'dense2/bias', shape: [DENSE[1]] },
      { name: 'dense3/weight', shape: [DENSE[1], outputs] },
      { name: 'dense3/bias', shape: [outputs] },
    ],
    unitsPerSample:
      1.25 * (first[0] * first[1] * CHANNELS[0] + second[0] * second[1] * CHANNELS[1]) + DENSE[0] + DENSE[1] + outputs,
    forward(ops, [k1, b1, k2, b2, w1, c1, w2, c2, w3, c3], x) {
      const convolve = (h: Tensor, kernel: Tensor, bias: Tensor) =>
        pool(
          ops,
          pooling,
          activate(ops, activation, ops.add(ops.conv2d(h as never, kernel as never, 1, padding), bias)),
        );
      let h = ops.reshape(convolve(convolve(x, k1, b1), k2, b2), [-1, flat]);
      h = activate(ops, activation, dense(ops, h, w1, c1));
      h = activate(ops, activation, dense(ops, h, w2, c2));
      return dense(ops, h, w3, c3);
    },
  };
}

function pool(ops: Ops, pooling: 'average' | 'max', x: Tensor): Tensor {
  return pooling === 'max' ? ops.maxPool(x, 2) : ops.avgPool(x as never, 2, 2, 'valid');
}
