import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { liveNodes } from '../../src/tensor/compile.ts';
import { type KernelBackend, makeCurrent, type NodeLibrary } from '../../src/tensor/library.ts';
import { record } from '../../src/tensor/record.ts';
import { simplify } from '../../src/tensor/simplify.ts';
import { int32, real, sizeOf, type Spec, type TensorFunction } from '../../src/tensor/types.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const { ops, derivatives } = backend;
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-node') as typeof tfjs;
const kernels = tf.backend() as unknown as KernelBackend;
const library: NodeLibrary = {
  tf,
  backend: kernels,
  binding: kernels.binding,
  protobuf: require('@tensorflow/tfjs-node/dist/proto/api_pb.js'),
};

interface Case {
  readonly name: string;
  readonly fn: TensorFunction;
  readonly inputs: readonly Spec[];
  /** How many of the inputs, from the first on, are fixed. */
  readonly fixed?: number;
  /** How often ops stand in the graph that runs for every new input. */
  readonly runs: Readonly<Record<string, number>>;
}

const sumOf =
  (fn: TensorFunction): TensorFunction =>
  (...given) => [ops.sum(fn(...given)[0])];
/** (v, ...others) → the gradient of Σ fn with respect to v. */
const gradientOf =
  (fn: TensorFunction): TensorFunction =>
  (v, ...others) => [derivatives.gradient((at) => sumOf(fn)(at, ...others)[0], v)];
const square: TensorFunction = (x) => [ops.square(x)];

const cases: readonly Case[] = [
  {
    name: 'a bias after a convolution',
    fn: (x, k, b) => [ops.add(ops.conv2d(x as never, k as never, 1, 'valid'), b)],
    inputs: [real(2, 6, 6, 3), real(3, 3, 3, 4), real(4)],
    runs: { BiasAdd: 1, Add: 0, AddV2: 0 },
  },
  {
    name: 'a bias that is added first, repeated by hand',
    fn: (x, b) => [ops.add(ops.mul(ops.reshape(b, [1, 1, 3]), ops.ones([2, 4, 3])), x)],
    inputs: [real(2, 4, 3), real(3)],
    runs: { BiasAdd: 1, Mul: 0 },
  },
  {
    name: 'a column is no bias',
    fn: (x, b) => [ops.add(x, ops.reshape(b, [4, 1]))],
    inputs: [real(4, 3), real(4)],
    runs: { BiasAdd: 0 },
  },
  {
    name: 'a row is no bias of a matrix of one row',
    fn: (x, b) => [ops.add(x, ops.reshape(b, [1, 3]))],
    inputs: [real(1, 3), real(3)],
    runs: { BiasAdd: 0 },
  },
  {
    name: 'a bias after a product with fixed rows',
    fn: (x, w, b) => [ops.add(ops.matMul(x as never, w as never), b)],
    inputs: [real(5, 3), real(3, 4), real(4)],
    fixed: 1,
    runs: { MatMul: 1, BiasAdd: 0, Add: 0, AddV2: 0 },
  },
  {
    name: 'a bias after a product with rows chosen from fixed ones',
    fn: (x, i, w, b) => [ops.add(ops.matMul(ops.gather(x, i as never) as never, w as never), b)],
    inputs: [real(3, 3), int32(3), real(3, 4), real(4)],
    fixed: 1,
    runs: { MatMul: 1, GatherV2: 1, BiasAdd: 0 },
  },
  {
    name: 'fixed factors and signs',
    fn: (s, t, v) => [ops.mul(ops.neg(ops.mul(ops.mul(v, s), t)), ops.scalar(3))],
    inputs: [real(6), real(6), real(6)],
    fixed: 2,
    runs: { Mul: 1, Neg: 0 },
  },
  {
    name: 'a fixed factor that repeats what varies is left',
    fn: (s, t, v) => [ops.mul(ops.mul(ops.reshape(v, [1, 3]), s), t)],
    inputs: [real(4, 1), real(4, 3), real(3)],
    fixed: 2,
    runs: { MatMul: 0 },
  },
  {
    name: 'summands that are zero, factors that are one',
    fn: (x) => [ops.add(ops.mul(ops.ones([4]), ops.add(x, ops.zerosLike(x))), ops.zeros([4]))],
    inputs: [real(4)],
    runs: { Add: 0, AddV2: 0, Mul: 0 },
  },
  {
    name: 'a one that repeats is kept',
    fn: (x) => [ops.mul(x, ops.ones([5, 4]))],
    inputs: [real(1, 4)],
    runs: { Mul: 1 },
  },
  {
    name: 'a sum over rows',
    fn: (x) => [ops.sum(x, [0, 1, 2])],
    inputs: [real(20, 6, 6, 9)],
    runs: { Sum: 0, MatMul: 2 },
  },
  {
    name: 'a sum over columns is left',
    fn: (x) => [ops.sum(x, 1)],
    inputs: [real(100, 90)],
    runs: { Sum: 1, MatMul: 0 },
  },
  {
    name: 'a product of matrices, turned ones too',
    fn: (x, y) => [ops.matMul(x as never, y as never, true, true)],
    inputs: [real(3, 5), real(4, 3)],
    runs: { MatMul: 1, BatchMatMulV2: 0 },
  },
  {
    name: 'the gradient of average pooling that tiles',
    fn: gradientOf((x) => square(ops.avgPool(x as never, 2, 2, 'valid'))),
    inputs: [real(3, 4, 6, 2)],
    runs: { AvgPoolGrad: 0, GatherV2: 1 },
  },
  {
    name: 'the gradient of average pooling that cuts off an edge is left',
    fn: gradientOf((x) => square(ops.avgPool(x as never, 2, 2, 'valid'))),
    inputs: [real(3, 5, 4, 2)],
    runs: { AvgPoolGrad: 1 },
  },
  {
    name: 'the gradient of average pooling that overlaps is left',
    fn: gradientOf((x) => square(ops.avgPool(x as never, 2, 1, 'valid'))),
    inputs: [real(3, 4, 4, 2)],
    runs: { AvgPoolGrad: 1 },
  },
  {
    name: 'two convolutions of a sum',
    fn: (x, y, k, l) => [
      ops.add(ops.conv2d(x as never, k as never, 1, 'same'), ops.conv2d(y as never, l as never, 1, 'same')),
    ],
    inputs: [real(2, 5, 5, 2), real(2, 5, 5, 3), real(3, 3, 2, 4), real(3, 3, 3, 4)],
    runs: { Conv2D: 1 },
  },
  {
    name: 'two convolutions of different strides are left',
    fn: (x, y, k) => [
      ops.add(ops.conv2d(x as never, k as never, 2, 'same'), ops.conv2d(y as never, k as never, 1, 'valid')),
    ],
    inputs: [real(2, 6, 6, 2), real(2, 5, 5, 2), real(3, 3, 2, 4)],
    runs: { Conv2D: 2 },
  },
  {
    name: 'two convolutions of different kernels are left',
    fn: (x, k, l) => [
      ops.add(ops.conv2d(x as never, k as never, 1, 'same'), ops.conv2d(x as never, l as never, 1, 'same')),
    ],
    inputs: [real(2, 6, 6, 2), real(3, 3, 2, 4), real(5, 5, 2, 4)],
    runs: { Conv2D: 2 },
  },
  {
    name: 'two convolutions of images of different sizes are left',
    fn: (x, y, k) => [
      ops.add(ops.conv2d(x as never, k as never, 2, 'same'), ops.conv2d(y as never, k as never, 2, 'same')),
    ],
    inputs: [real(2, 5, 5, 2), real(2, 6, 6, 2), real(3, 3, 2, 4)],
    runs: { Conv2D: 2 },
  },
  {
    name: 'the input gradients of two convolutions of one image',
    fn: gradientOf((x, k, l) => [
      ops.mul(ops.square(ops.conv2d(x as never, k as never, 1, 'same')), ops.conv2d(x as never, l as never, 1, 'same')),
    ]),
    inputs: [real(2, 6, 6, 2), real(3, 3, 2, 4), real(3, 3, 2, 4)],
    runs: { Conv2DBackpropInput: 1 },
  },
  {
    name: 'the input gradients of two convolutions of different kernels are left',
    fn: gradientOf((x, k, l) => [
      ops.mul(ops.conv2d(x as never, k as never, 1, 'same'), ops.conv2d(x as never, l as never, 1, 'same')),
    ]),
    inputs: [real(2, 6, 6, 2), real(3, 3, 2, 4), real(5, 5, 2, 4)],
    runs: { Conv2DBackpropInput: 2 },
  },
  {
    name: 'rows that are repeated, times and plus what has their size',
    fn: (x, s) => [ops.add(ops.mul(x, ops.mul(s, ops.ones([2, 5, 3]))), ops.mul(s, ops.ones([2, 5, 3])))],
    inputs: [real(2, 5, 3), real(2, 1, 3)],
    runs: { Mul: 1 },
  },
  {
    name: 'rows that are repeated, times a number and what has their size',
    fn: (x, s) => [ops.mul(x, ops.mul(ops.mul(s, ops.ones([2, 5, 3])), ops.scalar(3)))],
    inputs: [real(2, 5, 3), real(2, 1, 3)],
    fixed: 1,
    runs: { Mul: 2 },
  },
  {
    name: 'rows that are repeated, times others that are, are left',
    fn: (s, t) => [ops.mul(ops.mul(s, ops.ones([2, 5, 3])), t)],
    inputs: [real(2, 1, 3), real(5, 1)],
    runs: { Mul: 2 },
  },
  {
    name: 'ones among fixed factors',
    fn: (x, v) => [ops.mul(ops.mul(ops.reshape(v, [4, 1]), ops.ones([4, 3])), x)],
    inputs: [real(4, 3), real(4)],
    fixed: 1,
    runs: { Mul: 1 },
  },
  {
    name: 'the second derivative of a sum of squares along an axis',
    fn: gradientOf((x) => square(ops.sum(ops.square(x), 1))),
    inputs: [real(3, 5, 2)],
    // Σx², doubled, doubled again, and times x: no array of 2x.
    runs: { Square: 1, Sum: 1, Mul: 3 },
  },
  {
    name: 'a two among factors of different sizes',
    fn: (x, s) => [ops.mul(ops.mul(x, s), ops.scalar(2))],
    inputs: [real(2, 5, 3), real(2, 1, 3)],
    fixed: 1,
    runs: { Mul: 2 },
  },
  {
    name: 'a sum of twice a product',
    fn: (x, v) => [ops.sum(ops.mul(v, ops.mul(x, ops.scalar(2))), 1)],
    inputs: [real(2, 5, 3), real(2, 5, 3)],
    fixed: 1,
    runs: { Mul: 2, Sum: 1 },
  },
  {
    name: 'what is computed twice',
    fn: (x) => [ops.add(ops.tanh(ops.square(x)), ops.exp(ops.square(x)))],
    inputs: [real(4)],
    runs: { Square: 1 },
  },
];

function values({ shape, dtype }: Spec, purpose: string): Float32Array | Int32Array {
  const random = randomStream(5, purpose);
  // Indices into three rows.
  if (dtype === 'int32') return Int32Array.from({ length: sizeOf(shape) }, () => random.integer(3));
  return Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
}

/** Ops that depend on the inputs that are not fixed. */
function opsThatRun({ fn, inputs, fixed = 0 }: Case): Record<string, number> {
  const recorded = record(library, fn, inputs);
  const { nodes, outputs } = simplify(recorded, recorded.inputs.slice(0, fixed));
  const alive = liveNodes(nodes, outputs);
  const varying = new Set(recorded.inputs.slice(fixed));
  const counts: Record<string, number> = {};
  for (const { op, name, inputs: from } of nodes) {
    if (!from.some((edge) => varying.has(edge.split(':')[0]))) continue;
    varying.add(name);
    if (alive.has(name)) counts[op] = (counts[op] ?? 0) + 1;
  }
  return counts;
}

describe('a simplified graph', () => {
  it.each(cases)('runs $runs: $name', (one) => {
    const counts = opsThatRun(one);
    for (const [op, times] of Object.entries(one.runs)) expect(counts[op] ?? 0, op).toBe(times);
  });

  // Channel: the same function op by op, without a graph.
  it.each(cases)('means what it meant: $name', async (one) => {
    const { fn, inputs, fixed = 0 } = one;
    const given = inputs.map((spec, index) => values(spec, `${one.name}/${index}`));
    makeCurrent(tf, 'tensorflow');
    const expected = tf.tidy(() =>
      fn(...given.map((input, index) => tf.tensor(input, [...inputs[index].shape])))[0].dataSync(),
    );
    const family = backend.linearize(fn, inputs.slice(0, fixed), inputs.slice(fixed));
    const stored = given.slice(0, fixed).map((input, index) => backend.store(input, inputs[index].shape));
    const linear = family.at(...stored);
    const [got] = await linear.run(...given.slice(fixed));
    for (const thing of [linear, family, ...stored]) thing.dispose();
    expect(got).toHaveLength(expected.length);
    const scale = Math.max(...Array.from(expected, Math.abs));
    expect(scale).toBeGreaterThan(0);
    got.forEach((value, at) => expect(Math.abs(value - expected[at])).toBeLessThan(1e-6 * scale));
  });

  // Channel: by hand. A constant that is no binary fraction would be rounded to float32 on its way.
  it('keeps all digits at float64: the gradient of pooling by threes', async () => {
    const double = atPrecision(backend, 'float64');
    const compiled = double.compile(
      gradientOf((x) => square(double.ops.avgPool(x as never, 3, 3, 'valid'))),
      [real(1, 3, 3, 1)],
    );
    const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 10);
    const [gradient] = await compiled.run(x);
    compiled.dispose();
    for (const value of gradient) expect(Math.abs(value - (2 * (46 / 9)) / 9)).toBeLessThan(1e-15);
  });
});
