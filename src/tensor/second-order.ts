/**
 * Exact second derivatives in tfjs 4.22. Stock tfjs gets them silently wrong; two repairs, both checked against finite
 * differences of the gradient (a test of symmetry does not notice).
 *
 * 1. Tape order. `runKernelFunc` clones the tensors that a gradient saves *before* the kernel's own node is on the tape.
 *    The filter that looks for the path from x to y walks the tape forwards, so a saved *output* (tanh, sigmoid, exp,
 *    logSoftmax, every customGrad that saves its value) looks independent of x, and its term is dropped from the
 *    gradient of the gradient without an error. For cross-entropy that is the whole Gauss–Newton part of the Hessian.
 *    Holding the clones back until the kernel's node is on the tape repairs all of these ops at once.
 * 2. Missing gradients: the filter gradient of a convolution, the gradient of average pooling and comparisons have none;
 *    those of the larger and the smaller of two tensors cannot be broadcast.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';

type Tfjs = typeof tfjs;
interface TapeNode {
  readonly saved: readonly tfjs.Tensor[];
}
interface EngineInternals {
  state: { kernelDepth: number; gradientDepth: number; activeTape?: TapeNode[] | null };
  addTapeNode(...node: unknown[]): void;
}

/** For each repaired engine, what frees its tape. */
const repaired = new WeakMap<object, () => void>();

/** Repairs an imported tfjs in place; a second call does nothing. */
export function enableSecondOrder(tf: Tfjs): void {
  const engine = tf.engine() as unknown as EngineInternals;
  if (repaired.has(engine)) return;
  repaired.set(engine, orderTape(engine));
  registerMissingGradients(tf);
}

/** Frees what a gradient that failed had saved for its way back; tfjs frees it only at the end of one that succeeds. */
export function dropTape(tf: Tfjs): void {
  repaired.get(tf.engine())?.();
}

function orderTape(engine: EngineInternals): () => void {
  const addTapeNode = engine.addTapeNode.bind(engine);
  let heldBack: unknown[][] = [];
  engine.addTapeNode = function (...node: unknown[]): void {
    if (this.state.kernelDepth > 0) {
      heldBack.push(node);
      return;
    }
    addTapeNode(...node);
    const clones = heldBack;
    heldBack = [];
    for (const clone of clones) addTapeNode(...clone);
  };
  return () => {
    if (engine.state.gradientDepth > 0) return;
    for (const { saved } of engine.state.activeTape ?? []) for (const tensor of saved) tensor.dispose();
    engine.state.activeTape = null;
    // The clones of a kernel that threw: they belong to no tape.
    for (const [, , outputs] of heldBack) for (const tensor of outputs as tfjs.Tensor[]) tensor.dispose();
    heldBack = [];
  };
}

function registerMissingGradients(tf: Tfjs): void {
  const kernel = (name: string, inputs: object, attributes: object): tfjs.Tensor =>
    tf.engine().runKernel(name, inputs as tfjs.NamedTensorMap, attributes as tfjs.NamedAttrMap) as tfjs.Tensor;

  // The filter gradient is bilinear in the image x and the output's gradient dy.
  tf.registerGradient({
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (upstream, [x, dy], attributes) => {
      const { strides, pad, dataFormat } = attributes as unknown as {
        strides: number;
        pad: 'valid' | 'same';
        dataFormat: string;
      };
      if (dataFormat !== 'NHWC')
        throw new ConfigurationError(
          `conv2d with data format ${dataFormat} has no second derivative: give images as [batch, height, width, channels], NHWC`,
        );
      const filter = upstream as tfjs.Tensor4D;
      return {
        x: () =>
          kernel(
            'Conv2DBackpropInput',
            { dy, filter },
            { strides, pad, dataFormat: 'NHWC', dimRoundingMode: undefined, inputShape: x.shape },
          ),
        dy: () => tf.conv2d(x as tfjs.Tensor4D, filter, strides, pad),
      };
    },
  });

  // The gradient of average pooling is linear in dy and does not depend on the input's values.
  tf.registerGradient({
    kernelName: 'AvgPoolGrad',
    inputsToSave: ['input'],
    gradFunc: (upstream, [input], attributes) => {
      const { filterSize, strides, pad } = attributes as unknown as {
        filterSize: number;
        strides: number;
        pad: 'valid' | 'same';
      };
      return {
        dy: () => tf.avgPool(upstream as tfjs.Tensor4D, filterSize, strides, pad),
        input: () => tf.zerosLike(input),
      };
    },
  });
  // Piecewise constant; in the gradient of pow, which asks where the base is positive.
  tf.registerGradient({
    kernelName: 'Greater',
    inputsToSave: ['a', 'b'],
    gradFunc: (_upstream, [a, b]) => ({ a: () => tf.zerosLike(a), b: () => tf.zerosLike(b) }),
  });

  for (const [kernelName, wins] of [
    ['Maximum', tf.greaterEqual],
    ['Minimum', (a: tfjs.Tensor, b: tfjs.Tensor) => tf.greaterEqual(b, a)],
  ] as const)
    tf.registerGradient({
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (upstream, [a, b]) => {
        // In a tie all goes to the left operand.
        const left = tf.cast(wins(a, b), 'float32');
        return {
          a: () => unbroadcast(tf, tf.mul(upstream as tfjs.Tensor, left), a.shape),
          b: () => unbroadcast(tf, tf.mul(upstream as tfjs.Tensor, tf.sub(1, left)), b.shape),
        };
      },
    });
}

/** The gradient of an operand that was broadcast: summed over the axes along which it was repeated. */
function unbroadcast(tf: Tfjs, gradient: tfjs.Tensor, shape: number[]): tfjs.Tensor {
  const axes = tf.backend_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length ? tf.sum(gradient, axes) : gradient, shape);
}
