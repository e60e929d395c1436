/** What rules ask of a node. */
import type { NodeSpec } from '../graph.ts';

type Of<Op extends string> = NodeSpec & { readonly op: Op };
/** Whether there is a node, of this op. */
export const is = <Op extends string>(node: NodeSpec | undefined, op: Op): node is Of<Op> => node?.op === op;
/** An attribute that is true or false; false where it is missing. */
export const flag = (node: NodeSpec, name: string): boolean => {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'bool' in attribute && attribute.bool;
};
/** An attribute of whole numbers. */
export const numbers = (node: NodeSpec, name: string): readonly number[] => {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'integers' in attribute ? attribute.integers : [];
};
/** Whether a node is a sum of two. */
export const isSum = ({ op }: NodeSpec) => op === 'Add' || op === 'AddV2';
