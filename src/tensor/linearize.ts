/** Splits a graph: what depends on the static inputs alone is computed once and fed back. */
import { atTheBorder, bitcast, callsOf, liveNodes, prepared } from './compile.ts';
import { nodeOf, type NodeSpec, openSession, type Session, TYPE } from './graph.ts';
import { checkInputs } from './inputs.ts';
import type { NodeLibrary } from './library.ts';
import type { Recording } from './record.ts';
import { keeperAt, type StoredTensor } from './stored.ts';
import {
  type Linearizable,
  type Linearized,
  type Precision,
  sizeOf,
  type Spec,
  type Stored,
  type TensorFunction,
} from './types.ts';

const BYTES: Readonly<Record<number, number>> = { [TYPE.float]: 4, [TYPE.double]: 8, [TYPE.int32]: 4, [TYPE.bool]: 1 };

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. */
export function linearizeGraph(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const recording = prepared(library, precision, fn, [...statics, ...dynamics], statics.length);
  const { nodes, outputs } = recording;
  const staticInputs = recording.inputs.slice(0, statics.length);
  const dynamicInputs = recording.inputs.slice(statics.length);
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
  const staticGraph = atTheBorder(
    { ...recording, outputs: [] },
    nodes.filter(({ name }) => staticAlive.has(name) || staticInputs.includes(name)),
    staticInputs,
    precision,
  );
  const staticSession = computed.length
    ? openSession(library, staticGraph.nodes, staticGraph.inputs, computed)
    : undefined;

  // An edge that is a static input is fed as it was brought; the others as the static graph left them, doubles included.
  const rewired = new Map(saved.map((edge, index) => [edge, `saved${index}`]));
  const edgeNodes = saved.flatMap((edge, index): NodeSpec[] => {
    const name = `saved${index}`;
    const type = recording.types.get(edge) ?? TYPE.float;
    const placeholder = (of: number): NodeSpec => ({
      op: 'Placeholder',
      name,
      inputs: [],
      attributes: { dtype: { type: of } },
    });
    if (!staticInputs.includes(edge) || type !== TYPE.double) return [placeholder(type)];
    rewired.set(edge, `${name}_real`);
    return [placeholder(TYPE.int32), bitcast(`${name}_real`, name, TYPE.int32, TYPE.double)];
  });
  const dynamicGraph = atTheBorder(
    recording,
    [
      ...nodes.filter(({ name }) => constants.has(name) || dynamicInputs.includes(name)),
      ...dynamicNodes.map((node) => ({ ...node, inputs: node.inputs.map((input) => rewired.get(input) ?? input) })),
    ],
    dynamicInputs,
    precision,
  );
  const savedInputs = saved.map((_, index) => `saved${index}`);
  let session: Session;
  try {
    session = openSession(
      library,
      [...edgeNodes, ...dynamicGraph.nodes],
      [...savedInputs, ...dynamicGraph.inputs],
      dynamicGraph.outputs,
    );
  } catch (error) {
    staticSession?.close();
    throw error;
  }
  const bytes = computed.reduce((sum, edge) => sum + edgeBytes(recording, edge), 0);

  return {
    at(...given: Stored[]): Linearized {
      checkInputs(statics, given, keeperAt(precision));
      const tensors = (given as StoredTensor[]).map(({ tensor }) => tensor);
      const values = staticSession ? staticSession.run(tensors).map(({ id }) => id) : [];
      const held = saved.map((edge) =>
        staticInputs.includes(edge) ? tensors[staticInputs.indexOf(edge)] : values[computed.indexOf(edge)],
      );
      let open = true;
      return {
        bytes,
        ...callsOf(library, session, precision, held, dynamics),
        dispose() {
          if (open) for (const value of values) library.binding.deleteTensor(value);
          open = false;
        },
      };
    },
    dispose() {
      staticSession?.close();
      session.close();
    },
  };
}

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
