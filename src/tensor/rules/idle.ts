/** Steps that change nothing: casts, reshapes, zeros, ones, and what is repeated before it would be anyway. */
import { TYPE } from '../graph.ts';
import type { Rewriting, Rule } from '../rewriting.ts';
import { twos } from './factors.ts';
import { is, isSum } from './nodes.ts';

/** A cast to the type it has. */
export const idleCast: Rule = (node, graph) =>
  is(node, 'Cast') && graph.type(node.name) === graph.type(node.inputs[0]) ? node.inputs[0] : undefined;

/** A reshape to the shape it has, or of a reshape. */
export const idleReshape: Rule = (node, graph) => {
  if (!is(node, 'Reshape')) return undefined;
  const [edge] = node.inputs;
  const shape = graph.shape(node.name);
  if (graph.hasShape(edge, shape)) return edge;
  const before = graph.behind(edge);
  return is(before, 'Reshape') ? graph.reshape(before.inputs[0], shape) : undefined;
};

/** x + 0: the gradient of what does not depend on x. */
export const zeroSummand: Rule = (node, graph) => {
  if (!isSum(node)) return undefined;
  const [a, b] = node.inputs;
  const shape = graph.shape(node.name);
  if (graph.isAll(a, 0) && graph.hasShape(b, shape)) return b;
  return graph.isAll(b, 0) && graph.hasShape(a, shape) ? a : undefined;
};

/** x · 1, unless it repeats x. */
export const unitFactor: Rule = (node, graph) => {
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
export const idleRepeat: Rule = (node, graph) => {
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
