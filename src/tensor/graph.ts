/**
 * TensorFlow graphs: nodes, written as a SavedModel, loaded and run as a session by tfjs-node's binding. Works on the binding's
 * tensor numbers directly: nothing here is tracked, or leaked, by tfjs.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StorageError } from '../errors.ts';
import { withoutJargon } from './exhausted.ts';
import type { NodeLibrary } from './library.ts';
import { modelMessage } from './messages.ts';
import type { Precision, Reals, Shape } from './types.ts';

/** TensorFlow's numbers for the types used here (tensorflow/core/framework/types.proto). */
export const TYPE = { float: 1, double: 2, int32: 3, int64: 9, bool: 10 } as const;

/** A node of a graph, as GraphDef has it: an op, its name, inputs as `node` or `node:port`, attributes by their names. */
export interface NodeSpec {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Where it must run; TensorFlow chooses where nothing is said. */
  readonly device?: string;
}

/** The value of an attribute; the key says which of its kinds. */
export type Attribute =
  | { readonly type: number }
  | { readonly types: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly integer: number }
  | { readonly integers: readonly number[] }
  | { readonly shape: Shape }
  | { readonly constant: Constant };

/** A constant tensor by its bytes. */
export interface Constant {
  readonly type: number;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/** A tensor of the native library, by the binding's number and as the binding sees it: doubles [...] as int32 [..., 2]. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: Shape;
}

/** A loaded graph. It takes the binding's tensor numbers; whoever gets a tensor must delete it. */
export interface Session {
  run(tensors: readonly number[]): NativeTensor[];
  close(): void;
}

/** The `name:port` form of a node's output. */
export const port = (name: string): string => (name.includes(':') ? name : `${name}:0`);
/** The node that an output belongs to. */
export const nodeOf = (output: string): string => output.split(':')[0];

/** The same nodes in float64: every float32 type and constant becomes double. */
export function asFloat64(nodes: readonly NodeSpec[]): NodeSpec[] {
  return nodes.map((node) => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => {
        if ('type' in attribute && attribute.type === TYPE.float) return [key, { type: TYPE.double }];
        if ('constant' in attribute && attribute.constant.type === TYPE.float)
          return [key, { constant: doubleConstant(attribute.constant) }];
        return [key, attribute];
      }),
    ),
  }));
}

function doubleConstant({ shape, bytes }: Constant): Constant {
  const single = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return { type: TYPE.double, shape, bytes: new Uint8Array(Float64Array.from(single).buffer) };
}

/** A loaded graph, of which each run feeds and fetches what it names. Whoever gets a tensor must delete it. */
export interface LoadedGraph {
  /**
   * @param feeds outputs of nodes, as `node:port`, that the tensors take the place of; both lists with commas between
   * @throws RunError where there is too little memory; other errors are the library's
   */
  run(tensors: readonly number[], feeds: string, fetches: string): NativeTensor[];
  /** A second call does nothing. */
  close(): void;
}

/** Loads nodes; the graph lives until it is closed. @throws Error of the library for nodes that make no graph */
export function loadGraph(library: NodeLibrary, nodes: readonly NodeSpec[]): LoadedGraph {
  const { binding } = library;
  const session = throughFile(modelMessage(library, nodes).serializeBinary(), (folder) =>
    binding.loadSavedModel(folder, 'serve'),
  );
  let open = true;
  return {
    run(tensors, feeds, fetches) {
      try {
        return binding.runSavedModel(session, [...tensors], feeds, fetches);
      } catch (error) {
        throw withoutJargon(error);
      }
    },
    close() {
      if (open) binding.deleteSavedModel(session);
      open = false;
    },
  };
}

/**
 * Loads nodes as a session.
 *
 * @param inputs names of the placeholders, in the order in which `run` takes them
 * @param outputs names of the outputs, in the order in which `run` gives them
 */
export function openSession(
  library: NodeLibrary,
  nodes: readonly NodeSpec[],
  inputs: readonly string[],
  outputs: readonly string[],
): Session {
  const graph = loadGraph(library, nodes);
  const [feeds, fetches] = [inputs, outputs].map((names) => names.map(port).join());
  return { run: (tensors) => graph.run(tensors, feeds, fetches), close: graph.close };
}

/** The library takes a graph from a folder only. @throws StorageError where the folder of temporary files cannot be written */
function throughFile(graph: Uint8Array, load: (folder: string) => number): number {
  let folder: string | undefined;
  try {
    try {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'epochnoise-graph-'));
      fs.writeFileSync(path.join(folder, 'saved_model.pb'), graph);
    } catch (error) {
      const reason = (error as Error).message;
      throw new StorageError(
        `cannot write a graph to ${os.tmpdir()}: ${reason}; make room there, or name another folder in TMPDIR`,
        { cause: error },
      );
    }
    return load(folder);
  } finally {
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * How real numbers cross the binding, which knows no doubles: at float64 as pairs of int32 [..., 2], the bits unchanged,
 * turned into doubles and back inside the graph (Bitcast).
 */
export function bringReals(library: NodeLibrary, values: Reals, shape: Shape, precision: Precision): number {
  const { binding } = library;
  if (precision === 'float32') {
    const single = values instanceof Float32Array ? values : new Float32Array(values);
    return binding.createTensor([...shape], binding.TF_FLOAT, single);
  }
  const double = values instanceof Float64Array ? values : new Float64Array(values);
  const pairs = new Int32Array(double.buffer, double.byteOffset, double.length * 2);
  return binding.createTensor([...shape, 2], binding.TF_INT32, pairs);
}

/** A copy of a tensor's values. */
export function readReals(library: NodeLibrary, tensor: number, precision: Precision): Reals {
  const values = library.binding.tensorDataSync(tensor);
  if (precision === 'float32') return values as Float32Array;
  return new Float64Array(values.buffer, values.byteOffset, values.length / 2);
}
