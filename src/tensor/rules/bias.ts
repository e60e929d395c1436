/** Numbers that are added channel by channel: in one pass, or as part of the matrix product before. */
import { TYPE } from '../graph.ts';
import type { Rewriting, Rule } from '../rewriting.ts';
import { type Shape, sizeOf } from '../types.ts';
import { flag, is, isSum } from './nodes.ts';
import { product } from './products.ts';

/** Fixed matrices of more numbers are not kept a second time, with a column of ones. */
const LARGEST_COPY = 2 ** 24;

/** x + b with one number a channel: in one pass, and part of the convolution before it. */
export const bias: Rule = (node, graph) => {
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
