/** Splits a graph: what depends on the static inputs alone, and what has to be computed at every call. */
import { liveNodes } from './compile.ts';
import { nodeOf, type NodeSpec, TYPE } from './graph.ts';
import type { Recording } from './record.ts';
import { sizeOf } from './types.ts';

/** A recording in two parts. */
export interface Split {
  /** Edges from the static part to the other: static inputs, and what is computed of them. */
  readonly saved: readonly string[];
  /** Those that are computed. */
  readonly computed: readonly string[];
  /** What these need, all static inputs among them. */
  readonly staticNodes: readonly NodeSpec[];
  /** All else that the outputs need; it takes saved edges by their own names. Constants may be in both parts. */
  readonly dynamicNodes: readonly NodeSpec[];
  /** Memory of the computed edges. */
  readonly bytes: number;
}

const BYTES: Readonly<Record<number, number>> = { [TYPE.float]: 4, [TYPE.double]: 8, [TYPE.int32]: 4, [TYPE.bool]: 1 };

/** @param statics how many of the first inputs stay while the others change */
export function splitAt(statics: number, recording: Recording): Split {
  const { nodes, outputs } = recording;
  const staticInputs = recording.inputs.slice(0, statics);
  const dynamicInputs = recording.inputs.slice(statics);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const alive = liveNodes(nodes, outputs);

  const dynamic = new Set([...dynamicInputs, ...outputs]);
  for (const { name, inputs } of nodes) if (inputs.some((input) => dynamic.has(nodeOf(input)))) dynamic.add(name);
  const dynamicNodes = nodes.filter(
    ({ name }) => dynamic.has(name) && alive.has(name) && !dynamicInputs.includes(name),
  );
  const constants = new Set<string>();
  const edges = new Set<string>();
  for (const { inputs } of dynamicNodes)
    for (const input of inputs) {
      if (dynamic.has(nodeOf(input))) continue;
      if (!collectConstant(byName, nodeOf(input), constants)) edges.add(input);
    }

  const saved = [...edges];
  const computed = saved.filter((edge) => !staticInputs.includes(edge));
  const staticAlive = liveNodes(nodes, computed);
  return {
    saved,
    computed,
    staticNodes: nodes.filter(({ name }) => staticAlive.has(name) || staticInputs.includes(name)),
    dynamicNodes: [...nodes.filter(({ name }) => constants.has(name) || dynamicInputs.includes(name)), ...dynamicNodes],
    bytes: computed.reduce((sum, edge) => sum + edgeBytes(recording, edge), 0),
  };
}

/** Nodes that take other edges for some of theirs. */
export const rewired = (nodes: readonly NodeSpec[], edges: ReadonlyMap<string, string>): NodeSpec[] =>
  nodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => edges.get(input) ?? input) }));

/** Adds a node to `constants` if it is one, or a fill with one; says whether it was. */
function collectConstant(byName: ReadonlyMap<string, NodeSpec>, name: string, constants: Set<string>): boolean {
  const { op, inputs } = byName.get(name)!;
  if (op !== 'Const' && op !== 'Fill') return false;
  for (const input of inputs) constants.add(nodeOf(input));
  constants.add(name);
  return true;
}

function edgeBytes({ shapes, types }: Recording, edge: string): number {
  const shape = shapes.get(edge);
  return shape ? sizeOf(shape) * (BYTES[types.get(edge) ?? TYPE.float] ?? 4) : 0;
}
