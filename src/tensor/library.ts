/** The parts of tfjs-node that are used beneath its public interface, with their types. */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { BackendName } from './types.ts';

/** The native binding of tfjs-node 4.22 (tfjs_binding.d.ts). */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(tensor: number): void;
  tensorDataSync(tensor: number): Float32Array | Int32Array | Uint8Array;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  runSavedModel(
    session: number,
    tensors: number[],
    feeds: string,
    fetches: string,
  ): { id: number; dtype: number; shape: number[] }[];
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
  /** Whether TensorFlow found a GPU when it was loaded. */
  isUsingGpuDevice(): boolean;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_Version: string;
}

/** tfjs-node's kernel backend: every native kernel ends in one of its two `execute` methods. */
export interface KernelBackend {
  readonly binding: Binding;
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: KernelInput[]): tfjs.TensorInfo;
  executeMultipleOutputs(
    op: string,
    attributes: OpAttribute[],
    inputs: KernelInput[],
    outputs: number,
  ): tfjs.TensorInfo[];
  readSync(data: object): Float32Array | Int32Array | Uint8Array;
}

/** An attribute as tfjs-node hands it to an op; the type is TensorFlow's number for it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** A tensor, or a scalar of 64 bits that tfjs-node feeds to some ops. */
export type KernelInput = tfjs.TensorInfo | { value: number; dataId?: undefined };

/** A protobuf message by its setters. The classes are generated and carry no types of their own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ProtobufMessage = any;

/** tfjs-node, and what of its insides is used: binding, kernel backend, protobuf classes. */
export interface NodeLibrary {
  readonly tf: typeof tfjs;
  readonly binding: Binding;
  readonly backend: KernelBackend;
  readonly protobuf: ProtobufMessage;
}

/** Makes a back end of tfjs the current one: at once, for those used here need no time to begin. Back ends share one engine. */
export function makeCurrent(tf: typeof tfjs, name: BackendName): void {
  if (tf.getBackend() !== name) void tf.setBackend(name);
}
