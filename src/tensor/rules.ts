/**
 * The rules of simplify.ts. Each replaces a step over large arrays by a cheaper one; results change by rounding only, and
 * not at all where ones, zeros and twos are moved.
 */
import { type NodeSpec, TYPE } from './graph.ts';
import type { Rewriting, Rule } from './rewriting.ts';
import { type Shape, sizeOf } from './types.ts';

/** Fixed matrices of more numbers are not kept a second time, with a column of ones. */
const LARGEST_COPY = 2 ** 24;
/** Sums of fewer numbers are left as they are. */
const MANY = 4096;

type Of<Op extends string> = NodeSpec & { readonly op: Op };
const is = <Op extends string>(node: NodeSpec | undefined, op: Op): node is Of<Op> => node?.op === op;
const flag = (node: NodeSpec, name: string): boolean => {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'bool' in attribute && attribute.bool;
};
const numbers = (node: NodeSpec, name: string): readonly number[] => {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'integers' in attribute ? attribute.integers : [];
};
const isSum = ({ op }: NodeSpec) => op === 'Add' || op === 'AddV2';

/** A cast to the type it has. */
const idleCast: Rule = (node, graph) =>
  is(node, 'Cast') && graph.type(node.name) === graph.type(node.inputs[0]) ? node.inputs[0] : undefined;

/** A reshape to the shape it has, or of a reshape. */
const idleReshape: Rule = (node, graph) => {
  if (!is(node, 'Reshape')) return undefined;
  const [edge] = node.inputs;
  const shape = graph.shape(node.name);
  if (graph.hasShape(edge, shape)) return edge;
  const before = graph.behind(edge);
  return is(before, 'Reshape') ? graph.reshape(before.inputs[0], shape) : undefined;
};

/** x + 0: the gradient of what does not depend on x. */
const zeroSummand: Rule = (node, graph) => {
  if (!isSum(node)) return undefined;
  const [a, b] = node.inputs;
  const shape = graph.shape(node.name);
  if (graph.isAll(a, 0) && graph.hasShape(b, shape)) return b;
  return graph.isAll(b, 0) && graph.hasShape(a, shape) ? a : undefined;
};

/** x · 1, unless it repeats x. */
const unitFactor: Rule = (node, graph) => {
  if (!is(node, 'Mul')) return undefined;
  const [a, b] = node.inputs;
  const shape = graph.shape(node.name);
  if (graph.isAll(a, 1) && graph.hasShape(b, shape)) return b;
  return graph.isAll(b, 1) && graph.hasShape(a, shape) ? a : undefined;
};

/** s · 1, with ones of a larger shape: what is repeated. */
function repeated(edge: string, graph: Rewriting): string | undefined {
  const node = graph.behind(edge);
  if (!is(node, 'Mul')) return undefined;
  const [a, b] = node.inputs;
  const shape = graph.shape(edge);
  if (graph.isAll(b, 1) && graph.hasShape(b, shape)) return a;
  return graph.isAll(a, 1) && graph.hasShape(a, shape) ? b : undefined;
}

/** (s·1)·x and (s·1) + x: x's own size repeats s. (s·1)·c with a number c: (s·c)·1, so that the next may. */
const idleRepeat: Rule = (node, graph) => {
  if (!is(node, 'Mul') && !isSum(node)) return undefined;
  const shape = graph.shape(node.name);
  for (const at of [0, 1]) {
    const given = repeated(node.inputs[at], graph);
    const other = node.inputs[1 - at];
    if (given === undefined) continue;
    if (graph.hasShape(other, shape)) {
      const inputs = at === 0 ? [given, other] : [other, given];
      return twos({ ...node, inputs }, graph) ?? graph.emit(node.op, inputs, node.attributes, shape, TYPE.float);
    }
    if (!is(node, 'Mul') || graph.shape(other).length > 0) continue;
    const product = graph.real('Mul', [given, other], graph.shape(given));
    return graph.real('Mul', [product, graph.filled(1, shape)], shape);
  }
  return undefined;
};

/** x, where a node is 2x. */
function half(node: NodeSpec | undefined, graph: Rewriting): string | undefined {
  if (!is(node, 'Mul')) return undefined;
  const two = node.inputs.findIndex((input) => graph.shape(input).length === 0 && graph.isAll(input, 2));
  return two < 0 ? undefined : node.inputs[1 - two];
}

/**
 * Twos, which squares leave behind, go to the smallest array: s·(2x) = (2s)·x, 2·(s·x) = (2s)·x and Σ a·(2x) = 2·Σ a·x.
 * Doubling rounds nothing: all are the same to the last bit.
 */
const twos: Rule = (node, graph) => {
  const shape = graph.shape(node.name);
  const isSmaller = (edge: string, than: string) => sizeOf(graph.shape(edge)) < sizeOf(graph.shape(than));
  const twice = (edge: string) => graph.real('Mul', [edge, graph.filled(2, [])], graph.shape(edge));
  const doubled = half(node, graph);
  if (doubled !== undefined) {
    const product = graph.behind(doubled);
    const small = is(product, 'Mul') ? product.inputs.findIndex((edge) => isSmaller(edge, doubled)) : -1;
    if (small < 0) return undefined;
    return graph.real('Mul', [twice(product!.inputs[small]), product!.inputs[1 - small]], shape);
  }
  const product = is(node, 'Sum') ? graph.behind(node.inputs[0]) : node;
  if (!is(product, 'Mul')) return undefined;
  for (const at of [0, 1]) {
    const [other, x] = [product.inputs[1 - at], half(graph.behind(product.inputs[at]), graph)];
    if (x === undefined) continue;
    if (product === node && isSmaller(other, x)) return graph.real('Mul', [twice(other), x], shape);
    if (product === node || !isSmaller(node.name, x) || !graph.hasShape(x, graph.shape(other))) continue;
    const sum = [graph.real('Mul', [other, x], graph.shape(x)), node.inputs[1]];
    return twice(graph.emit('Sum', sum, node.attributes, shape, TYPE.float));
  }
  return undefined;
};

/** x + b with one number a channel: in one pass, and part of the convolution before it. */
const bias: Rule = (node, graph) => {
  if (!isSum(node)) return undefined;
  const shape = graph.shape(node.name);
  const [a, b] = node.inputs;
  for (const [x, added] of [
    [a, b],
    [b, a],
  ]) {
    const channels = graph.hasShape(x, shape) ? channelValues(added, shape, graph) : undefined;
    if (channels === undefined) continue;
    return biasAsWeights(x, channels, graph) ?? graph.real('BiasAdd', [x, channels], shape);
  }
  return undefined;
};

/** A·W + b with A fixed: (A 1)·(W; b), the column of ones joined to A once. */
function biasAsWeights(edge: string, channels: string, graph: Rewriting): string | undefined {
  const node = graph.behind(edge);
  if (!is(node, 'MatMul') || flag(node, 'transpose_a') || flag(node, 'transpose_b')) return undefined;
  const [a, weights] = node.inputs;
  const rows = rowsWithOnes(a, graph);
  if (rows === undefined) return undefined;
  const [, width] = graph.shape(weights);
  const both = graph.concat([weights, graph.reshape(channels, [1, width])], 0);
  return product(rows, both, false, false, graph.shape(edge), graph);
}

/** A matrix that is fixed, or chosen rows of one that is, with a column of ones. */
function rowsWithOnes(edge: string, graph: Rewriting): string | undefined {
  if (sizeOf(graph.shape(edge)) > LARGEST_COPY) return undefined;
  if (!graph.varies(edge)) return graph.concat([edge, graph.filled(1, [graph.shape(edge)[0], 1])], 1);
  const node = graph.behind(edge);
  if (!is(node, 'GatherV2') || graph.integersOf(node.inputs[2])?.join() !== '0') return undefined;
  const all = graph.shape(node.inputs[0]).length === 2 ? rowsWithOnes(node.inputs[0], graph) : undefined;
  const [rows, width] = graph.shape(edge);
  if (all === undefined) return undefined;
  return graph.emit('GatherV2', [all, ...node.inputs.slice(1)], node.attributes, [rows, width + 1], TYPE.float);
}

/** [c] if an edge holds these, repeated along all axes of `shape` [..., c] but the last, or to be repeated. */
function channelValues(edge: string, shape: Shape, graph: Rewriting): string | undefined {
  const channels = shape[shape.length - 1];
  const isRow = (of: string) => {
    const own = graph.shape(of);
    return sizeOf(own) === channels && own[own.length - 1] === channels;
  };
  if (shape.length < 2 || sizeOf(shape) === channels) return undefined;
  if (isRow(edge)) return graph.reshape(edge, [channels]);
  const node = graph.behind(edge);
  if (!is(node, 'Mul')) return undefined;
  const [a, b] = node.inputs;
  if (graph.isAll(b, 1) && isRow(a)) return graph.reshape(a, [channels]);
  return graph.isAll(a, 1) && isRow(b) ? graph.reshape(b, [channels]) : undefined;
}

/** (v·s)·t and −(v·s) with s and t fixed: one product a run. */
const fixedFactors: Rule = (node, graph) => {
  if (is(node, 'Neg')) {
    const product = split(graph.behind(node.inputs[0]), graph);
    if (!product) return undefined;
    return graph.real('Mul', [product.varying, negative(product.fixed, graph)], graph.shape(node.name));
  }
  const outer = split(node, graph);
  const before = outer && graph.behind(outer.varying);
  if (!outer || !before) return undefined;
  const shape = graph.shape(node.name);
  if (is(before, 'Neg')) return graph.real('Mul', [before.inputs[0], negative(outer.fixed, graph)], shape);
  const inner = split(before, graph);
  if (!inner) return undefined;
  const sizes = [inner.fixed, outer.fixed].map((edge) => graph.shape(edge));
  // Broadcasts keep their size: only factors of which one has the shape of the product.
  const product = sizes.find((size) => size.join() === shape.join());
  if (!product) return undefined;
  const ones = [inner.fixed, outer.fixed].findIndex((edge) => graph.isAll(edge, 1));
  const other = [outer.fixed, inner.fixed][ones];
  if (other !== undefined && graph.hasShape(other, product)) return graph.real('Mul', [inner.varying, other], shape);
  return graph.real('Mul', [inner.varying, graph.real('Mul', [inner.fixed, outer.fixed], product)], shape);
};

/** A product's factor that varies and the one that does not. */
function split(node: NodeSpec | undefined, graph: Rewriting): { varying: string; fixed: string } | undefined {
  if (!is(node, 'Mul')) return undefined;
  const [a, b] = node.inputs;
  if (graph.varies(a) === graph.varies(b)) return undefined;
  return graph.varies(a) ? { varying: a, fixed: b } : { varying: b, fixed: a };
}

const negative = (edge: string, graph: Rewriting): string => graph.real('Neg', [edge], graph.shape(edge));

/** A sum over all axes but the last: as a product with ones, which runs at the rate of memory. */
const sumOverRows: Rule = (node, graph) => {
  if (!is(node, 'Sum') || flag(node, 'keep_dims')) return undefined;
  const [edge] = node.inputs;
  const shape = graph.shape(edge);
  const rank = shape.length;
  const axes = graph.integersOf(node.inputs[1])?.map((axis) => (axis + rank) % rank);
  if (!axes || rank < 2 || sizeOf(shape) < MANY || axes.length !== rank - 1 || axes.includes(rank - 1))
    return undefined;
  const [rows] = shape;
  const channels = shape[rank - 1];
  const width = sizeOf(shape) / rows;
  const first = rowSum(graph.reshape(edge, [rows, width]), rows, width, graph);
  const inner = width / channels;
  const sum = inner === 1 ? first : rowSum(graph.reshape(first, [inner, channels]), inner, channels, graph);
  return graph.reshape(sum, [channels]);
};

const rowSum = (edge: string, rows: number, columns: number, graph: Rewriting): string =>
  product(graph.filled(1, [1, rows]), edge, false, false, [1, columns], graph);

/** A product of two matrices, not of a batch of one. */
const matrixProduct: Rule = (node, graph) => {
  if (!is(node, 'BatchMatMulV2')) return undefined;
  const [a, b] = node.inputs;
  if (graph.shape(a).length !== 2 || graph.shape(b).length !== 2) return undefined;
  return product(a, b, flag(node, 'adj_x'), flag(node, 'adj_y'), graph.shape(node.name), graph);
};

function product(a: string, b: string, flipA: boolean, flipB: boolean, shape: Shape, graph: Rewriting): string {
  const attributes = { T: { type: TYPE.float }, transpose_a: { bool: flipA }, transpose_b: { bool: flipB } };
  return graph.emit('MatMul', [a, b], attributes, shape, TYPE.float);
}

/**
 * conv(x, U) + conv(y, V), or the same of input gradients: as one over the channels of both. Convolutions with few channels
 * do not fill the processor's vectors.
 */
const joinedConvolutions: Rule = (node, graph) => {
  if (!isSum(node)) return undefined;
  const [a, b] = node.inputs.map((input) => graph.behind(input));
  if (!a || !b || a.op !== b.op || JSON.stringify(a.attributes) !== JSON.stringify(b.attributes)) return undefined;
  const shape = graph.shape(node.name);
  if (![...node.inputs].every((input) => graph.hasShape(input, shape))) return undefined;
  /** Whether an operand of both differs along one axis only. */
  const alikeBut = (axis: number, at: number) => {
    const [left, right] = [a, b].map(({ inputs }) => graph.shape(inputs[at]).toSpliced(axis, 1).join());
    return left === right;
  };
  if (is(a, 'Conv2D') && alikeBut(3, 0) && alikeBut(2, 1)) {
    const inputs = [0, 1].map((at) => graph.concat([a.inputs[at], b.inputs[at]], at === 0 ? 3 : 2));
    return graph.emit('Conv2D', inputs, a.attributes, shape, TYPE.float);
  }
  if (is(a, 'Conv2DBackpropInput') && a.inputs[0] === b.inputs[0] && alikeBut(3, 1) && alikeBut(3, 2)) {
    const inputs = [1, 2].map((at) => graph.concat([a.inputs[at], b.inputs[at]], 3));
    return graph.emit('Conv2DBackpropInput', [a.inputs[0], ...inputs], a.attributes, shape, TYPE.float);
  }
  return undefined;
};

/** The gradient of a mean over windows that tile the image: each number, divided, to all places of its window. */
const meanToWindow: Rule = (node, graph) => {
  if (!is(node, 'AvgPoolGrad')) return undefined;
  const [, edge] = node.inputs;
  const [, side, otherSide] = numbers(node, 'ksize');
  const shape = graph.shape(node.name);
  const [batch, height, width, channels] = shape;
  const [, rows, columns] = graph.shape(edge);
  const tiles = side === otherSide && rows * side === height && columns * side === width;
  if (!tiles || numbers(node, 'strides').join() !== numbers(node, 'ksize').join()) return undefined;
  const places = Array.from({ length: height * width }, (_, place) => {
    const row = Math.floor(place / width);
    return Math.floor(row / side) * columns + Math.floor((place % width) / side);
  });
  // A whole number, which is the same in both precisions.
  const share = graph.real('RealDiv', [edge, graph.filled(side ** 2, [])], graph.shape(edge));
  const attributes = {
    Tparams: { type: TYPE.float },
    Tindices: { type: TYPE.int32 },
    Taxis: { type: TYPE.int32 },
    batch_dims: { integer: 0 },
  };
  const inputs = [
    graph.reshape(share, [batch, rows * columns, channels]),
    graph.integers(places),
    graph.integers([1], []),
  ];
  const spread = graph.emit('GatherV2', inputs, attributes, [batch, height * width, channels], TYPE.float);
  return graph.reshape(spread, shape);
};

/** Rules for nodes of every type. */
export const RULES_FOR_ALL: readonly Rule[] = [idleCast, idleReshape];
/** Rules for nodes of real numbers; the first that applies counts. */
export const RULES: readonly Rule[] = [
  ...RULES_FOR_ALL,
  zeroSummand,
  unitFactor,
  joinedConvolutions,
  bias,
  idleRepeat,
  twos,
  fixedFactors,
  sumOverRows,
  matrixProduct,
  meanToWindow,
];
