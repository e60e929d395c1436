/** Sums as matrix products, and matrix products that are not those of a batch. */
import { TYPE } from '../graph.ts';
import type { Rewriting, Rule } from '../rewriting.ts';
import { type Shape, sizeOf } from '../types.ts';
import { flag, is } from './nodes.ts';

/** Sums of fewer numbers are left as they are. */
const MANY = 4096;

/** A sum over all axes but the last: as a product with ones, which runs at the rate of memory. */
export const sumOverRows: Rule = (node, graph) => {
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
export const matrixProduct: Rule = (node, graph) => {
  if (!is(node, 'BatchMatMulV2')) return undefined;
  const [a, b] = node.inputs;
  if (graph.shape(a).length !== 2 || graph.shape(b).length !== 2) return undefined;
  return product(a, b, flag(node, 'adj_x'), flag(node, 'adj_y'), graph.shape(node.name), graph);
};

/** a·b, each transposed first where that is wanted. */
export function product(a: string, b: string, flipA: boolean, flipB: boolean, shape: Shape, graph: Rewriting): string {
  const attributes = { T: { type: TYPE.float }, transpose_a: { bool: flipA }, transpose_b: { bool: flipB } };
  return graph.emit('MatMul', [a, b], attributes, shape, TYPE.float);
}
