/** Factors: twos go to the smallest array, and fixed ones together. */
import { type NodeSpec, TYPE } from '../graph.ts';
import type { Rewriting, Rule } from '../rewriting.ts';
import { sizeOf } from '../types.ts';
import { is } from './nodes.ts';

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
export const twos: Rule = (node, graph) => {
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

/** (v·s)·t and −(v·s) with s and t fixed: one product a run. */
export const fixedFactors: Rule = (node, graph) => {
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
