/** Steps over images: convolutions of one input, and the gradient of a pooling. */
import { TYPE } from '../graph.ts';
import type { Rule } from '../rewriting.ts';
import { is, isSum, numbers } from './nodes.ts';

/**
 * conv(x, U) + conv(y, V), or the same of input gradients: as one over the channels of both. Convolutions with few channels
 * do not fill the processor's vectors.
 */
export const joinedConvolutions: Rule = (node, graph) => {
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
export const meanToWindow: Rule = (node, graph) => {
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
