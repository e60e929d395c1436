/**
 * Rewrites a recorded graph into one of the same meaning that runs faster. tfjs writes the second derivative of a layer as
 * some thirty steps over arrays as large as the layer's output, and a Hessian product spends more time in those than in its
 * matrix products and convolutions. rules.ts tells what is replaced by what.
 */
import { TYPE } from './graph.ts';
import type { Recording } from './record.ts';
import { Rewriting } from './rewriting.ts';
import { RULES, RULES_FOR_ALL } from './rules.ts';

/**
 * @param statics inputs that stay while the others change (linearize.ts): factors that depend on them alone are multiplied
 * with each other first
 */
export function simplify(recording: Recording, statics: readonly string[] = []): Recording {
  const graph = new Rewriting(recording, statics);
  for (const node of recording.nodes) graph.rewrite(node, graph.type(node.name) === TYPE.float ? RULES : RULES_FOR_ALL);
  const { nodes, types, shapes } = graph;
  return { ...recording, nodes, types, shapes };
}
