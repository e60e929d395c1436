/** Functions in two graphs: what depends on the static inputs alone is computed once and fed to the other. */
import { atTheBorder, bitcast, callsOf, prepared } from './compile.ts';
import { type NodeSpec, openSession, type Session, TYPE } from './graph.ts';
import { checkInputs } from './inputs.ts';
import type { NodeLibrary } from './library.ts';
import { rewired, splitAt } from './split.ts';
import { keeperAt, type StoredTensor } from './stored.ts';
import {
  type Linearizable,
  type Linearized,
  type Precision,
  type Spec,
  type Stored,
  type TensorFunction,
} from './types.ts';

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. */
export function linearizeGraph(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const recording = prepared(library, precision, fn, [...statics, ...dynamics], statics.length);
  const { saved, computed, staticNodes, dynamicNodes, bytes } = splitAt(statics.length, recording);
  const staticInputs = recording.inputs.slice(0, statics.length);
  const dynamicInputs = recording.inputs.slice(statics.length);
  const staticGraph = atTheBorder({ ...recording, outputs: [] }, staticNodes, staticInputs, precision);
  const staticSession = computed.length
    ? openSession(library, staticGraph.nodes, staticGraph.inputs, computed)
    : undefined;

  // An edge that is a static input is fed as it was brought; the others as the static graph left them, doubles included.
  const edges = new Map(saved.map((edge, index) => [edge, `saved${index}`]));
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
    edges.set(edge, `${name}_real`);
    return [placeholder(TYPE.int32), bitcast(`${name}_real`, name, TYPE.int32, TYPE.double)];
  });
  const dynamicGraph = atTheBorder(recording, rewired(dynamicNodes, edges), dynamicInputs, precision);
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
