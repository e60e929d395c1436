/**
 * tfjs functions as native graphs. `compile` gives a function of the same meaning that runs as one TensorFlow session;
 * `linearize` splits the graph: what depends on the static inputs alone is computed once and fed back.
 */
import { ConfigurationError } from '../errors.ts';
import {
  asFloat64,
  bringReals,
  nodeOf,
  type NodeSpec,
  openSession,
  port,
  type Session,
  takeReals,
  TYPE,
} from './graph.ts';
import type { NodeLibrary } from './library.ts';
import { record, type Recording } from './record.ts';
import type { Compiled, Input, Linearizable, Linearized, Precision, Reals, Shape, Spec, Stored } from './types.ts';
import { sizeOf, type TensorFunction } from './types.ts';

const BYTES: Readonly<Record<number, number>> = { [TYPE.float]: 4, [TYPE.double]: 8, [TYPE.int32]: 4, [TYPE.bool]: 1 };

/** Values kept in the native library, by the binding's tensor number. */
export class StoredTensor implements Stored {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly bytes: number;
  readonly tensor: number;
  private readonly library: NodeLibrary;
  private held = true;

  constructor(library: NodeLibrary, values: Reals | Int32Array, shape: Shape, precision: Precision) {
    this.library = library;
    this.shape = shape;
    this.dtype = values instanceof Int32Array ? 'int32' : 'real';
    this.bytes = sizeOf(shape) * (this.dtype === 'real' && precision === 'float64' ? 8 : 4);
    this.tensor = bring(library, values, shape, precision);
  }

  dispose(): void {
    if (this.held) this.library.binding.deleteTensor(this.tensor);
    this.held = false;
  }
}

function bring(library: NodeLibrary, values: Reals | Int32Array, shape: Shape, precision: Precision): number {
  const size = sizeOf(shape);
  if (values.length !== size)
    throw new RangeError(
      `${values.length} values given for a tensor of shape [${shape.join(', ')}], which has ${size}`,
    );
  if (values instanceof Int32Array) return library.binding.createTensor([...shape], library.binding.TF_INT32, values);
  return bringReals(library, values, shape, precision);
}

/** Compiles `fn` for inputs of fixed shapes. The result is bit-equal to the eager function at float32. */
export function compileGraph(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  inputs: readonly Spec[],
): Compiled {
  const recording = prepared(library, precision, fn, inputs);
  const alive = liveNodes(recording.nodes, recording.outputs);
  const fed = recording.nodes.filter(({ name }) => alive.has(name) || recording.inputs.includes(name));
  const crossing = atTheBorder(recording, fed, recording.inputs, precision);
  const session = openSession(library, crossing.nodes, crossing.inputs, crossing.outputs);
  return {
    run: (...given) => runSession(library, session, precision, [], inputs, given),
    dispose: () => session.close(),
  };
}

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. */
export function linearizeGraph(
  library: NodeLibrary,
  precision: Precision,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const recording = prepared(library, precision, fn, [...statics, ...dynamics]);
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
  const session = openSession(
    library,
    [...edgeNodes, ...dynamicGraph.nodes],
    [...savedInputs, ...dynamicGraph.inputs],
    dynamicGraph.outputs,
  );
  const bytes = computed.reduce((sum, edge) => sum + edgeBytes(recording, edge), 0);

  return {
    at(...given: Stored[]): Linearized {
      checkInputs(statics, given);
      const tensors = (given as StoredTensor[]).map(({ tensor }) => tensor);
      const values = staticSession ? staticSession.run(tensors) : [];
      const held = saved.map((edge) =>
        staticInputs.includes(edge) ? tensors[staticInputs.indexOf(edge)] : values[computed.indexOf(edge)],
      );
      let open = true;
      return {
        bytes,
        run: (...inputs) => runSession(library, session, precision, held, dynamics, inputs),
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

function prepared(library: NodeLibrary, precision: Precision, fn: TensorFunction, inputs: readonly Spec[]): Recording {
  const recording = record(library, fn, inputs);
  for (const output of recording.outputs)
    if (recording.types.get(output) !== TYPE.float)
      throw new ConfigurationError('a compiled function must return real numbers; cast integers and booleans first');
  if (precision === 'float32') return recording;
  const types = new Map([...recording.types].map(([name, type]) => [name, type === TYPE.float ? TYPE.double : type]));
  return { ...recording, nodes: asFloat64(recording.nodes), types };
}

/** The nodes that the outputs need. */
function liveNodes(nodes: readonly NodeSpec[], outputs: readonly string[]): Set<string> {
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

/** Adds a node to `constants` if it is one, or a fill with one; says whether it was. */
function collectConstant(byName: ReadonlyMap<string, NodeSpec>, name: string, constants: Set<string>): boolean {
  const { op, inputs } = byName.get(name)!;
  if (op !== 'Const' && op !== 'Fill') return false;
  for (const input of inputs) constants.add(nodeOf(input));
  constants.add(name);
  return true;
}

/** Dresses a graph so that real numbers cross the binding; at float64 the placeholders and outputs become bit pairs. */
function atTheBorder(
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
  const fetched = outputs.map((name) => bitcast(`${name}_bits`, name, TYPE.double, TYPE.int32));
  return {
    nodes: [...dressed, ...fetched],
    inputs: inputs.map((name) => (doubles.has(name) ? `${name}_bits` : name)),
    outputs: outputs.map((name) => `${name}_bits`),
  };
}

function bitcast(name: string, input: string, from: number, to: number): NodeSpec {
  return { op: 'Bitcast', name, inputs: [port(input)], attributes: { T: { type: from }, type: { type: to } } };
}

function edgeBytes({ shapes, types }: Recording, edge: string): number {
  const shape = shapes.get(edge);
  return shape ? sizeOf(shape) * (BYTES[types.get(edge) ?? TYPE.float] ?? 4) : 0;
}

function checkInputs(specs: readonly Spec[], given: readonly Input[]): void {
  if (given.length !== specs.length)
    throw new RangeError(`a compiled function of ${specs.length} inputs was given ${given.length}`);
  given.forEach((input, index) => {
    if (ArrayBuffer.isView(input)) return;
    const { shape, dtype } = specs[index];
    if (input.dtype !== dtype || input.shape.join() !== shape.join())
      throw new RangeError(
        `input ${index} of a compiled function is ${input.dtype} [${input.shape.join(', ')}], expected ${dtype} [${shape.join(', ')}]`,
      );
  });
}

function runSession(
  library: NodeLibrary,
  session: Session,
  precision: Precision,
  held: readonly number[],
  specs: readonly Spec[],
  given: readonly Input[],
): Reals[] {
  checkInputs(specs, given);
  const brought: number[] = [];
  try {
    const tensors = given.map((input, index) => {
      if (!ArrayBuffer.isView(input)) return (input as StoredTensor).tensor;
      const tensor = bring(library, input, specs[index].shape, precision);
      brought.push(tensor);
      return tensor;
    });
    return session.run([...held, ...tensors]).map((tensor) => takeReals(library, tensor, precision));
  } finally {
    for (const tensor of brought) library.binding.deleteTensor(tensor);
  }
}
