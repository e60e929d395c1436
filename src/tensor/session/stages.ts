/**
 * Stages: places in a session where tensors are kept by numbers, on the device of the session (TensorFlow's MapStage and its
 * kin, whose maps live as long as the session). Nodes that put tensors there, look at them, take them away and count them.
 *
 * By the list of kernels of TensorFlow 2.15.1 built for CUDA (scripts/kernels.py prints it) these ops run on GPUs, take numbers
 * and places from the machine's memory, and leave the tensors where they are; so do Bitcast, with which bits become numbers,
 * and ShapeN of real numbers.
 */
import { bitcast } from '../compile.ts';
import { nodeOf, type NodeSpec, port, TYPE } from '../graph.ts';
import type { Precision, Spec } from '../types.ts';

/** A map of a session; every number in it stands for tensors of these types. */
export interface Stage {
  readonly name: string;
  readonly types: readonly number[];
}

/** The stages of stored values. */
export const stagesAt = (precision: Precision): Readonly<Record<Spec['dtype'], Stage>> => ({
  real: { name: 'real', types: [precision === 'float32' ? TYPE.float : TYPE.double] },
  int32: { name: 'int32', types: [TYPE.int32] },
});

/** Where numbers of values are; indices and what says that a run is done too. */
const CPU = '/device:CPU:0';

/** An op on a stage. The maps are the device's own: all ops on one must be placed alike, whatever TensorFlow would choose. */
function stageOp(op: string, name: string, inputs: readonly string[], stage: Stage, device: string): NodeSpec {
  const attributes = {
    capacity: { integer: 0 },
    memory_limit: { integer: 0 },
    dtypes: { types: stage.types },
    container: { text: '' },
    shared_name: { text: stage.name },
  };
  return { op, name, inputs, attributes, device };
}

/** What is fed: int32 (crossing.ts). */
const placeholder = (name: string, device?: string): NodeSpec => ({
  op: 'Placeholder',
  name,
  inputs: [],
  attributes: { dtype: { type: TYPE.int32 } },
  device,
});

function integers(name: string, values: Int32Array, shape: readonly number[], after: readonly string[]): NodeSpec {
  const constant = { type: TYPE.int32, shape, bytes: new Uint8Array(values.buffer) };
  const attributes = { dtype: { type: TYPE.int32 }, value: { constant } };
  return { op: 'Const', name, inputs: after.map((node) => `^${node}`), attributes, device: CPU };
}

/** Something to fetch where nothing is to be brought back: a single number, which is there once these nodes have run. */
export const whenDone = (name: string, after: readonly string[]): NodeSpec =>
  integers(name, new Int32Array(1), [], after);

/** The number and the places in its tuple that an op on a stage takes before all else: all places. */
function operands(name: string, { types }: Stage) {
  const at = Int32Array.from(types, (_, i) => i);
  const [fed, number] = [`${name}_key`, `${name}_number`];
  return {
    inputs: [number, `${name}_at`],
    nodes: [
      placeholder(fed, CPU),
      { ...bitcast(number, fed, TYPE.int32, TYPE.int64), device: CPU },
      integers(`${name}_at`, at, [at.length], []),
    ],
  };
}

/** The port to which a run feeds the number that an op on a stage takes, as it crosses: int32 [2]. */
export const keyOf = (name: string): string => `${name}_key:0`;

/** Puts tensors under one number, after other nodes have run. */
export function putNodes(
  name: string,
  stage: Stage,
  values: readonly string[],
  device: string,
  after: readonly string[] = [],
): NodeSpec[] {
  const { inputs, nodes } = operands(name, stage);
  const all = [...inputs, ...values.map(port), ...after.map((node) => `^${node}`)];
  const { attributes, ...op } = stageOp('MapStage', name, all, stage, device);
  return [...nodes, { ...op, attributes: { ...attributes, fake_dtypes: { types: stage.types } } }];
}

/** Outputs, each put under a number of its own: all of them or, where one cannot be computed, none. */
export function outputNodes(
  names: readonly string[],
  stage: Stage,
  outputs: readonly string[],
  device: string,
): NodeSpec[] {
  const all = [...new Set(outputs.map(nodeOf))];
  return outputs.flatMap((output, i) => putNodes(names[i], stage, [output], device, all));
}

/** Looks at the tensors of a number: outputs of this name. A number that is not there would be waited for, for ever. */
export function peekNodes(name: string, stage: Stage, device: string): NodeSpec[] {
  const { inputs, nodes } = operands(name, stage);
  return [...nodes, stageOp('MapPeek', name, inputs, stage, device)];
}

/** Takes the tensors of a number away. As with a look, the number must be there. */
export function dropNodes(name: string, stage: Stage, device: string): NodeSpec[] {
  const { inputs, nodes } = operands(name, stage);
  return [...nodes, stageOp('MapUnstage', name, inputs, stage, device)];
}

/** How many numbers a stage holds, of tuples that are whole and that are not: ports of two nodes. */
export function countNodes(name: string, stage: Stage, device: string): NodeSpec[] {
  return ['MapSize', 'MapIncompleteSize'].map((op) => stageOp(op, `${name}_${op}`, [], stage, device));
}

/** A single value of a stage under the name of a placeholder that it stands in for. */
export interface ValueNodes {
  readonly nodes: NodeSpec[];
  /** A run feeds the value's number here, */
  readonly key: string;
  /** or here the value itself, as it crosses (crossing.ts); here it is fetched too. */
  readonly value: string;
}

/** A value that lies in a stage, or is fed. */
export function stagedNodes(name: string, stage: Stage, device: string): ValueNodes {
  const [type] = stage.types;
  if (type === TYPE.int32) return { nodes: peekNodes(name, stage, device), key: keyOf(name), value: port(name) };
  const [peek, bits] = [`${name}_peek`, `${name}_bits`];
  const casts = [bitcast(bits, peek, type, TYPE.int32), bitcast(name, bits, TYPE.int32, type)];
  return {
    // Where the stage is: what lies there is not to leave the device for a look at its bits.
    nodes: [...peekNodes(peek, stage, device), ...casts.map((cast) => ({ ...cast, device }))],
    key: keyOf(peek),
    value: port(bits),
  };
}

/** A value that is fed, and put into a stage; what puts it there is called `name`. */
export function broughtNodes(name: string, stage: Stage, device: string): ValueNodes {
  const [type] = stage.types;
  const [fed, real] = [`${name}_fed`, `${name}_real`];
  const nodes = [placeholder(fed), ...(type === TYPE.int32 ? [] : [bitcast(real, fed, TYPE.int32, type)])];
  return {
    nodes: [...nodes, ...putNodes(name, stage, [type === TYPE.int32 ? fed : real], device)],
    key: keyOf(name),
    value: port(fed),
  };
}
