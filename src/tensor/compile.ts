/**
 * tfjs functions as native graphs. `compile` gives a function of the same meaning that runs as one TensorFlow session.
 */
import { ConfigurationError } from '../errors.ts';
import {
  asFloat64,
  type NativeTensor,
  nodeOf,
  type NodeSpec,
  openSession,
  port,
  readReals,
  type Session,
  TYPE,
} from './graph.ts';
import { checkInputs, MUST_BE_REAL } from './inputs.ts';
import type { NodeLibrary } from './library.ts';
import { record, type Recording } from './record.ts';
import { simplify } from './simplify.ts';
import { bring, keeperAt, keepFetched, ownCopy, type StoredTensor } from './stored.ts';
import type { Compiled, Input, Precision, Reals, Spec, TensorFunction } from './types.ts';

/**
 * Compiles `fn` for inputs of fixed shapes. The result differs from the eager function's by rounding only.
 *
 * @param examples shapes on which it is recorded: those of the inputs unless said otherwise
 */
export function compileGraph(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  inputs: readonly Spec[],
  examples = inputs,
): Compiled {
  const recording = shapedAs(inputs, prepared(library, precision, fn, examples));
  const alive = liveNodes(recording.nodes, recording.outputs);
  const fed = recording.nodes.filter(({ name }) => alive.has(name) || recording.inputs.includes(name));
  const crossing = atTheBorder(recording, fed, recording.inputs, precision);
  const session = openSession(library, crossing.nodes, crossing.inputs, crossing.outputs);
  return {
    ...callsOf(library, session, precision, [], inputs),
    dispose: () => session.close(),
  };
}

/**
 * The function as a graph at a precision.
 *
 * @param statics how many of the first inputs stay while the others change
 */
export function prepared(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  inputs: readonly Spec[],
  statics = 0,
): Recording {
  const recorded = record(library, fn, inputs);
  const recording = simplify(recorded, recorded.inputs.slice(0, statics));
  for (const output of recording.outputs)
    if (recording.types.get(output) !== TYPE.float) throw new ConfigurationError(MUST_BE_REAL);
  if (precision === 'float32') return recording;
  const types = new Map([...recording.types].map(([name, type]) => [name, type === TYPE.float ? TYPE.double : type]));
  return { ...recording, nodes: asFloat64(recording.nodes), types };
}

/** A recording whose placeholders have the inputs' shapes, on whatever examples it was made. */
export function shapedAs(inputs: readonly Spec[], recording: Recording): Recording {
  const shapes = new Map(recording.inputs.map((name, index) => [name, inputs[index].shape]));
  const nodes = recording.nodes.map((node) => {
    const shape = shapes.get(node.name);
    return shape ? { ...node, attributes: { ...node.attributes, shape: { shape } } } : node;
  });
  return { ...recording, nodes };
}

/** The nodes that the outputs need. */
export function liveNodes(nodes: readonly NodeSpec[], outputs: readonly string[]): Set<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const alive = new Set<string>();
  const open = outputs.map(nodeOf);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (alive.has(name)) continue;
    alive.add(name);
    open.push(...byName.get(name)!.inputs.map(nodeOf));
  }
  return alive;
}

/** Dresses a graph so that real numbers cross the binding; at float64 the placeholders and outputs become bit pairs. */
export function atTheBorder(
  { types, outputs }: Pick<Recording, 'types' | 'outputs'>,
  nodes: readonly NodeSpec[],
  inputs: readonly string[],
  precision: Precision,
): { nodes: readonly NodeSpec[]; inputs: readonly string[]; outputs: readonly string[] } {
  if (precision === 'float32') return { nodes, inputs, outputs };
  const doubles = new Set(inputs.filter((name) => types.get(name) === TYPE.double));
  const dressed = nodes.flatMap((node): NodeSpec[] => {
    if (!doubles.has(node.name)) return [node];
    const name = `${node.name}_bits`;
    const placeholder = { op: 'Placeholder', name, inputs: [], attributes: { dtype: { type: TYPE.int32 } } };
    return [placeholder, bitcast(node.name, name, TYPE.int32, TYPE.double)];
  });
  const fetched = [...new Set(outputs)].map((name) => bitcast(`${name}_bits`, name, TYPE.double, TYPE.int32));
  return {
    nodes: [...dressed, ...fetched],
    inputs: inputs.map((name) => (doubles.has(name) ? `${name}_bits` : name)),
    outputs: outputs.map((name) => `${name}_bits`),
  };
}

/** A node that reads the bits of a tensor [...] as another type: int32 [..., 2] and doubles [...] are turned into each other. */
export function bitcast(name: string, input: string, from: number, to: number): NodeSpec {
  return { op: 'Bitcast', name, inputs: [port(input)], attributes: { T: { type: from }, type: { type: to } } };
}

/** A session as a function of these inputs; `held` are tensors that go before them. */
export function callsOf(
  library: NodeLibrary,
  session: Session,
  precision: Precision,
  held: readonly number[],
  specs: readonly Spec[],
): Pick<Compiled, 'run' | 'keep'> {
  const { binding } = library;

  function fetch(given: readonly Input[]): NativeTensor[] {
    checkInputs(specs, given, keeperAt(precision));
    const brought: number[] = [];
    try {
      const tensors = given.map((input, index) => {
        if (!ArrayBuffer.isView(input)) return (input as StoredTensor).tensor;
        const tensor = bring(library, input, specs[index].shape, precision);
        brought.push(tensor);
        return tensor;
      });
      return session.run([...held, ...tensors]);
    } finally {
      for (const tensor of brought) binding.deleteTensor(tensor);
    }
  }

  /** The values of a tensor, which is deleted. */
  function take({ id }: NativeTensor): Reals {
    const values = readReals(library, id, precision);
    binding.deleteTensor(id);
    return values;
  }

  return {
    run: async (...given) => fetch(given).map(take),
    // Outputs may lie in the memory of inputs: a graph that only reshapes one copies nothing.
    keep: (...given) =>
      fetch(given.map((input) => (ArrayBuffer.isView(input) ? ownCopy(input) : input))).map((tensor) =>
        keepFetched(library, tensor, precision),
      ),
  };
}
