/**
 * Exact second derivatives in tfjs 4.22. Stock tfjs gets them silently wrong; two repairs, both checked against finite
 * differences of the gradient (a test of symmetry does not notice).
 *
 * 1. Tape order. `runKernelFunc` clones the tensors that a gradient saves *before* the kernel's own node is on the tape.
 *    The filter that looks for the path from x to y walks the tape forwards, so a saved *output* (tanh, sigmoid, exp,
 *    logSoftmax, every customGrad that saves its value) looks independent of x, and its term is dropped from the
 *    gradient of the gradient without an error. For cross-entropy that is the whole Gauss–Newton part of the Hessian.
 *    Holding the clones back until the kernel's node is on the tape repairs all of these ops at once.
 * 2. Missing gradients: the filter gradient of a convolution and the gradient of average pooling have none.
 */
import type * as tfjs from '@tensorflow/tfjs';

type Tfjs = typeof tfjs;
interface EngineInternals {
  state: { kernelDepth: number; gradientDepth: number };
  addTapeNode(...node: unknown[]): void;
  startTape(): void;
}

const repaired = new WeakSet<object>();

/** Repairs an imported tfjs in place; a second call does nothing. */
export function enableSecondOrder(tf: Tfjs): void {
  const engine = tf.engine() as unknown as EngineInternals;
  if (repaired.has(engine)) return;
  repaired.add(engine);
  orderTape(engine);
  registerMissingGradients(tf);
}

function orderTape(engine: EngineInternals): void {
  const addTapeNode = engine.addTapeNode.bind(engine);
  const startTape = engine.startTape.bind(engine);
  let heldBack: unknown[][] = [];
  engine.startTape = function (): void {
    // A kernel that threw may have left clones behind; they belong to no tape.
    if (this.state.gradientDepth === 0) heldBack = [];
    startTape();
  };
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
}

function registerMissingGradients(tf: Tfjs): void {
  const kernel = (name: string, inputs: object, attributes: object): tfjs.Tensor =>
    tf.engine().runKernel(name, inputs as tfjs.NamedTensorMap, attributes as tfjs.NamedAttrMap) as tfjs.Tensor;

  // The filter gradient is bilinear in the image x and the output's gradient dy.
  tf.registerGradient({
    kernelName: 'Conv2DBackpropFilter',
    inputsToSave: ['x', 'dy'],
    gradFunc: (upstream, [x, dy], attributes) => {
      const { strides, pad } = attributes as unknown as { strides: number; pad: 'valid' | 'same' };
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
}
