/** This project's kernels for WebGPU, in place of tfjs's: more exact, faster for these shapes, or in a fixed order. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../../../errors.ts';
import { sizeOf } from '../../types.ts';
import type { KernelBackend } from '../library.ts';
import { arithmetic, SIGNS } from './arithmetic.ts';
import { convolve, filterGradient, imageGradient } from './convolutions.ts';
import { noteFilled, withFilled } from './filled.ts';
import { PowProgram, UNARY, UnaryProgram } from './functions.ts';
import { multiplyMatrices } from './matrices.ts';
import { MAXIMUM, reduceAlong, SUM } from './reduce.ts';
import { SegmentSumProgram } from './segments.ts';

type Tfjs = typeof tfjs;
type Inputs = Record<string, tfjs.TensorInfo>;
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Attributes = any;
type Stock = (call: { backend: KernelBackend; inputs: Inputs; attrs: Attributes }) => tfjs.TensorInfo;
type Kernel = (backend: KernelBackend, inputs: Inputs, attributes: Attributes) => tfjs.TensorInfo;

const BACKEND = 'webgpu';

let registered = false;

/** Puts the kernels into tfjs's registry; a second call changes nothing. */
export function registerKernels(tf: Tfjs): void {
  if (registered) return;
  registered = true;
  for (const [kernelName, own] of Object.entries(kernelsOf(tf))) {
    tf.unregisterKernel(kernelName, BACKEND);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: (({ backend, inputs, attrs }: { backend: KernelBackend; inputs: Inputs; attrs: Attributes }) =>
        own(backend, inputs, attrs)) as unknown as tfjs.KernelFunc,
    });
  }
}

function kernelsOf(tf: Tfjs): Record<string, Kernel> {
  const { backend_util: util } = tf;
  const stockOf = (name: string) => tf.getKernel(name, BACKEND).kernelFunc as unknown as Stock;
  /** Of two operands; sums and products are not computed where one is a single number throughout. */
  const binary = (name: keyof typeof SIGNS): Kernel => {
    const stock = stockOf(name);
    const sign = SIGNS[name];
    return (backend, inputs, attrs) => {
      const { a, b } = inputs;
      const shape = util.assertAndGetBroadcastShape(a.shape, b.shape);
      const spared = sign === '+' || sign === '*' ? withFilled(backend, sign, a, b, shape) : undefined;
      return spared ?? arithmetic(backend, sign, a, b, shape) ?? stock({ backend, inputs, attrs });
    };
  };
  const stockFill = stockOf('Fill');
  const fill: Kernel = (backend, inputs, attrs) => {
    const filled = stockFill({ backend, inputs, attrs });
    if (filled.dtype === 'float32') noteFilled(filled, attrs.value);
    return filled;
  };
  const stockCast = stockOf('Cast');
  const stockTranspose = stockOf('Transpose');
  const unary = Object.fromEntries(
    Object.keys(UNARY)
      .filter((name) => name !== 'Real')
      .map((name): [string, Kernel] => [
        name,
        (backend, { x }) => backend.runWebGPUProgram(new UnaryProgram(name, x.shape), [x], 'float32'),
      ]),
  );
  const convInfo = (
    { strides, pad, dataFormat, dilations = 1, dimRoundingMode }: Attributes,
    imageShape: number[],
    filterShape: number[],
  ) => {
    const info = util.computeConv2DInfo(
      imageShape as [number, number, number, number],
      filterShape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
      false,
      util.convertConv2DDataFormat(dataFormat),
    );
    if (info.dilationHeight !== 1 || info.dilationWidth !== 1 || info.dataFormat !== 'channelsLast')
      throw new ConfigurationError(
        'conv2d on back end webgpu takes images [batch, height, width, channels], NHWC, and no dilations',
      );
    return info;
  };
  /** Along axes, as tfjs shapes it; of whole numbers, and the largest of none, by tfjs's own kernel. */
  const reduction = (name: 'Sum' | 'Mean' | 'Max'): Kernel => {
    const stock = stockOf(name);
    const rule = name === 'Max' ? MAXIMUM : SUM;
    return (backend, inputs, attributes) => {
      const { x } = inputs;
      if (x.dtype !== 'float32' || (name === 'Max' && sizeOf(x.shape) === 0))
        return stock({ backend, inputs, attrs: attributes });
      const { axis, reductionIndices = axis, keepDims } = attributes;
      const axes = tf.util.parseAxisParam(reductionIndices, x.shape);
      const [shape, reduced] = util.computeOutAndReduceShapes(x.shape, axes);
      const found = reduceAlong(backend, x, rule, axes, name === 'Mean' ? sizeOf(reduced) : 1);
      const kept = keepDims ? util.expandShapeToKeepDim(shape, axes) : shape;
      return { dataId: found.dataId, shape: kept, dtype: 'float32' };
    };
  };

  return {
    ...unary,
    // tfjs's leaves whole numbers as they are in memory, and only calls them real.
    Cast: (backend, inputs, attrs) =>
      attrs.dtype === 'float32' && inputs.x.dtype !== 'float32'
        ? backend.runWebGPUProgram(new UnaryProgram('Real', inputs.x.shape), [inputs.x], 'float32')
        : stockCast({ backend, inputs, attrs }),
    ...Object.fromEntries((Object.keys(SIGNS) as (keyof typeof SIGNS)[]).map((name) => [name, binary(name)])),
    Fill: fill,
    ZerosLike: (backend, { x }) => fill(backend, {}, { shape: x.shape, dtype: x.dtype, value: 0 }),
    OnesLike: (backend, { x }) => fill(backend, {}, { shape: x.shape, dtype: x.dtype, value: 1 }),
    Pow: (backend, { a, b }) =>
      backend.runWebGPUProgram(new PowProgram(util.assertAndGetBroadcastShape(a.shape, b.shape)), [a, b], 'float32'),
    /** tfjs's own for matrices runs a group of threads for 16 rows, and no more groups than there may be along one axis. */
    Transpose: (backend, { x }, { perm }) => {
      const [rows, columns] = x.shape;
      const most = 16 * backend.device.limits.maxComputeWorkgroupsPerDimension;
      if (x.shape.length !== 2 || perm[0] === 0 || Math.max(rows, columns) <= most)
        return stockTranspose({ backend, inputs: { x }, attrs: { perm } });
      const stack = { ...x, shape: [1, rows, columns] };
      const flipped = stockTranspose({ backend, inputs: { x: stack }, attrs: { perm: [0, 2, 1] } });
      return { ...flipped, shape: [columns, rows] };
    },
    Sum: reduction('Sum'),
    Mean: reduction('Mean'),
    Max: reduction('Max'),
    BatchMatMul: (backend, { a, b }, { transposeA, transposeB }) =>
      multiplyMatrices(backend, a, b, transposeA, transposeB),
    Conv2D: (backend, { x, filter }, attributes) =>
      convolve(backend, x, filter, convInfo(attributes, x.shape, filter.shape)),
    Conv2DBackpropFilter: (backend, { x, dy }, attributes) =>
      filterGradient(backend, x, dy, convInfo(attributes, x.shape, attributes.filterShape)),
    Conv2DBackpropInput: (backend, { dy, filter }, attributes) =>
      imageGradient(backend, dy, filter, convInfo(attributes, attributes.inputShape, filter.shape)),
    UnsortedSegmentSum(backend, { x, segmentIds }, { numSegments }) {
      const [rows, ...rest] = x.shape;
      const inner = sizeOf(rest);
      const uniforms = [rows, inner].map((value) => ({ type: 'int32' as const, data: [value] }));
      const program = new SegmentSumProgram(numSegments, inner);
      const sums = backend.runWebGPUProgram(program, [x, segmentIds], 'float32', uniforms);
      return { ...sums, shape: [numSegments, ...rest] };
    },
  };
}
