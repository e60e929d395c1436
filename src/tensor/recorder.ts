/** Writes overheard ops down as nodes of a graph. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import { type Attribute, type NodeSpec, TYPE } from './graph.ts';
import type { KernelBackend, KernelInput, OpAttribute } from './library.ts';
import { type Shape, sizeOf } from './types.ts';

interface Symbol {
  readonly name: string;
  readonly shape: Shape;
  readonly type: number;
}

/** Type attributes, operand by operand, that tfjs-node leaves for eager execution to infer; a graph must state them. */
const INFERRED_TYPES: Readonly<Record<string, readonly string[]>> = { ExpandDims: ['T', 'Tdim'] };

const typeNumber = (dtype: string): number => {
  if (dtype === 'float32') return TYPE.float;
  if (dtype === 'int32') return TYPE.int32;
  if (dtype === 'bool') return TYPE.bool;
  throw new ConfigurationError(
    `a compiled function uses a tensor of type ${dtype}; only float32, int32 and bool are supported`,
  );
};

/** Nodes so far, and the tensors that they stand for. */
export class Recorder {
  readonly nodes: NodeSpec[] = [];
  readonly types = new Map<string, number>();
  readonly shapes = new Map<string, Shape>();
  /** True while this recorder itself reads the values of a constant. */
  reading = false;
  // Keyed by the tensor's data, not the tensor: reshapes and clones share it. Holding the key keeps it from being reused.
  private readonly symbols = new Map<object, Symbol>();
  private readonly constants = new Map<string, string>();
  private readonly backend: KernelBackend;

  constructor(backend: KernelBackend) {
    this.backend = backend;
  }

  knows(data: object | undefined): boolean {
    return data !== undefined && this.symbols.has(data);
  }

  placeholder({ dataId, shape, dtype }: tfjs.Tensor): string {
    const type = typeNumber(dtype);
    const name = this.emit('Placeholder', [], { dtype: { type }, shape: { shape } }, type, shape);
    this.symbols.set(dataId, { name, shape, type });
    return name;
  }

  output(tensor: tfjs.Tensor): string {
    const type = typeNumber(tensor.dtype);
    return this.emit('Identity', [this.reference(tensor)], { T: { type } }, type, tensor.shape);
  }

  note(op: string, attributes: OpAttribute[], operands: KernelInput[], outputs: tfjs.TensorInfo[]): void {
    const inputs = operands.map((operand) => this.reference(operand));
    const named = Object.fromEntries(attributes.map((attribute) => [attribute.name, this.attribute(op, attribute)]));
    INFERRED_TYPES[op]?.forEach((attribute, index) => {
      named[attribute] ??= { type: typeNumber((operands[index] as tfjs.TensorInfo).dtype) };
    });
    const name = this.emit(op, inputs, named);
    outputs.forEach(({ dataId, shape, dtype }, index) => {
      const type = typeNumber(dtype);
      const output = index ? `${name}:${index}` : name;
      this.types.set(output, type);
      this.shapes.set(output, shape);
      this.symbols.set(dataId, { name: output, shape, type });
    });
  }

  private emit(
    op: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute>,
    type?: number,
    shape?: Shape,
  ): string {
    const name = `n${this.nodes.length}`;
    this.nodes.push({ op, name, inputs, attributes });
    if (type !== undefined) this.types.set(name, type);
    if (shape !== undefined) this.shapes.set(name, shape);
    return name;
  }

  private reference(operand: KernelInput): string {
    if (operand.dataId === undefined) return this.constant(BigInt64Array.of(BigInt(operand.value)), [], TYPE.int64);
    const { dataId, shape, dtype } = operand;
    let symbol = this.symbols.get(dataId);
    if (!symbol) {
      // Not computed from the inputs: a constant of the graph.
      const type = typeNumber(dtype);
      symbol = { name: this.outside(dataId, shape, type), shape, type };
      this.symbols.set(dataId, symbol);
    }
    if (symbol.shape.join() === shape.join()) return symbol.name;
    // tfjs reshapes without an op, by sharing the data.
    const target = this.constant(Int32Array.from(shape), [shape.length], TYPE.int32);
    const attributes = { T: { type: symbol.type }, Tshape: { type: TYPE.int32 } };
    return this.emit('Reshape', [symbol.name, target], attributes, symbol.type, shape);
  }

  private outside(data: object, shape: Shape, type: number): string {
    this.reading = true;
    const read = this.backend.readSync(data);
    this.reading = false;
    const values = type === TYPE.bool ? Uint8Array.from(read) : read;
    if (values.length < 2 || sizeOf(shape) !== values.length || values.some((value) => !Object.is(value, values[0])))
      return this.constant(values, shape, type);
    // Ones and zeros of the size of a batch are kept as a number and a shape.
    const value = this.constant(values.slice(0, 1), [], type);
    const dimensions = this.constant(Int32Array.from(shape), [shape.length], TYPE.int32);
    const attributes = { T: { type }, index_type: { type: TYPE.int32 } };
    return this.emit('Fill', [dimensions, value], attributes, type, shape);
  }

  private constant(values: Reals32, shape: Shape, type: number): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    const key = bytes.length <= 64 ? `${type}/${shape.join()}/${bytes.join()}` : undefined;
    const known = key === undefined ? undefined : this.constants.get(key);
    if (known !== undefined) return known;
    const attributes = { dtype: { type }, value: { constant: { type, shape, bytes } } };
    const name = this.emit('Const', [], attributes, type, shape);
    if (key !== undefined) this.constants.set(key, name);
    return name;
  }

  private attribute(op: string, { name, type, value }: OpAttribute): Attribute {
    const { binding } = this.backend;
    if (type === binding.TF_ATTR_TYPE) return { type: value as number };
    if (type === binding.TF_ATTR_FLOAT) return { float: value as number };
    if (type === binding.TF_ATTR_BOOL) return { bool: value as boolean };
    if (type === binding.TF_ATTR_STRING) return { text: value as string };
    if (type === binding.TF_ATTR_INT)
      return Array.isArray(value) ? { integers: value as number[] } : { integer: value as number };
    throw new ConfigurationError(`op ${op} cannot be compiled: its attribute ${name} has a kind that is not supported`);
  }
}

type Reals32 = Float32Array | Int32Array | Uint8Array | BigInt64Array;
