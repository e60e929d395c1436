/** The graph that simplify.ts writes, and what its rules ask of it. */
import { type NodeSpec, nodeOf, TYPE } from './graph.ts';
import type { Recording } from './record.ts';
import { type Shape } from './types.ts';

/** What stands for a node instead, as an edge of the graph that is being written; nothing where the rule does not apply. */
export type Rule = (node: NodeSpec, graph: Rewriting) => string | undefined;

/** A graph that is written node by node, in the order of the recording. */
export class Rewriting {
  readonly nodes: NodeSpec[] = [];
  readonly types: Map<string, number>;
  readonly shapes: Map<string, Shape>;
  private readonly byName = new Map<string, NodeSpec>();
  /** Nodes by what they compute. */
  private readonly known = new Map<string, string>();
  /** What stands for an edge of the recording. */
  private readonly standIns = new Map<string, string>();
  private readonly varying: Set<string>;

  constructor({ types, shapes, inputs }: Recording, statics: readonly string[]) {
    this.types = new Map(types);
    this.shapes = new Map(shapes);
    this.varying = new Set(inputs.filter((input) => !statics.includes(input)));
  }

  /** Writes the next node of the recording, or what the first rule that applies makes of it. */
  rewrite(recorded: NodeSpec, rules: readonly Rule[]): void {
    const inputs = recorded.inputs.map((input) => this.standIns.get(input) ?? input);
    const node = { ...recorded, inputs };
    for (const rule of rules) {
      const standIn = rule(node, this);
      if (standIn === undefined) continue;
      this.standIns.set(node.name, standIn);
      return;
    }
    const known = this.knownAs(node);
    if (known === undefined) this.write(node);
    else this.standIns.set(node.name, known);
  }

  /** Writes a new node of one output. */
  emit(op: string, inputs: readonly string[], attributes: NodeSpec['attributes'], shape: Shape, type: number): string {
    const name = `s${this.nodes.length}`;
    const known = this.knownAs({ op, name, inputs, attributes });
    if (known !== undefined) return known;
    this.types.set(name, type);
    this.shapes.set(name, shape);
    this.write({ op, name, inputs, attributes });
    return name;
  }

  /** An elementwise op of real numbers. */
  real(op: string, inputs: readonly string[], shape: Shape): string {
    return this.emit(op, inputs, { T: { type: TYPE.float } }, shape, TYPE.float);
  }

  reshape(edge: string, shape: Shape): string {
    if (this.shape(edge).join() === shape.join()) return edge;
    const type = this.type(edge);
    return this.emit(
      'Reshape',
      [edge, this.integers(shape)],
      { T: { type }, Tshape: { type: TYPE.int32 } },
      shape,
      type,
    );
  }

  concat(edges: readonly string[], axis: number): string {
    const [first, ...others] = edges.map((edge) => this.shape(edge));
    const joint = first.map((length, at) => others.reduce((sum, shape) => sum + (at === axis ? shape[at] : 0), length));
    const attributes = { N: { integer: edges.length }, T: { type: TYPE.float }, Tidx: { type: TYPE.int32 } };
    return this.emit('ConcatV2', [...edges, this.integers([axis], [])], attributes, joint, TYPE.float);
  }

  integers(values: readonly number[], shape: Shape = [values.length]): string {
    return this.constant(Int32Array.from(values), shape, TYPE.int32);
  }

  /** Equal numbers. */
  filled(value: number, shape: Shape): string {
    const attributes = { T: { type: TYPE.float }, index_type: { type: TYPE.int32 } };
    const number = this.constant(Float32Array.of(value), [], TYPE.float);
    return this.emit('Fill', [this.integers(shape), number], attributes, shape, TYPE.float);
  }

  /** The node behind an edge that is its only or first output. */
  behind(edge: string): NodeSpec | undefined {
    return this.byName.get(edge);
  }

  /** Whether values change between runs of a linearised function. */
  varies(edge: string): boolean {
    return this.varying.has(nodeOf(edge));
  }

  shape(edge: string): Shape {
    const shape = this.shapes.get(edge);
    if (!shape) throw new Error(`no shape of ${edge} was recorded`);
    return shape;
  }

  type(edge: string): number {
    return this.types.get(edge) ?? TYPE.float;
  }

  hasShape(edge: string, shape: Shape): boolean {
    return this.shapes.get(edge)?.join() === shape.join();
  }

  /** Whether all values are this number. */
  isAll(edge: string, value: number): boolean {
    const node = this.behind(edge);
    if (node?.op === 'Fill') return this.isAll(node.inputs[1], value);
    if (node?.op === 'ZerosLike') return value === 0;
    if (node?.op === 'OnesLike') return value === 1;
    const constant = constantOf(node);
    if (!constant || constant.type !== TYPE.float) return false;
    const { buffer, byteOffset, byteLength } = constant.bytes;
    return new Float32Array(buffer, byteOffset, byteLength / 4).every((entry) => entry === value);
  }

  /** The values of a constant of integers. */
  integersOf(edge: string): number[] | undefined {
    const constant = constantOf(this.behind(edge));
    if (!constant || constant.type !== TYPE.int32) return undefined;
    const { buffer, byteOffset, byteLength } = constant.bytes;
    return [...new Int32Array(buffer, byteOffset, byteLength / 4)];
  }

  private constant(values: Int32Array | Float32Array, shape: Shape, type: number): string {
    const bytes = new Uint8Array(values.buffer);
    return this.emit('Const', [], { dtype: { type }, value: { constant: { type, shape, bytes } } }, shape, type);
  }

  /** A node of one output that computes the same. */
  private knownAs(node: NodeSpec): string | undefined {
    if (node.op === 'Placeholder' || node.op === 'Identity' || this.types.has(`${node.name}:1`)) return undefined;
    const key = JSON.stringify([node.op, node.inputs, node.attributes], (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    );
    const known = this.known.get(key);
    if (known === undefined) this.known.set(key, node.name);
    return known;
  }

  private write(node: NodeSpec): void {
    this.nodes.push(node);
    this.byName.set(node.name, node);
    if (node.inputs.some((input) => this.varies(input))) this.varying.add(node.name);
  }
}

function constantOf(node: NodeSpec | undefined) {
  const value = node?.op === 'Const' ? node.attributes.value : undefined;
  return value && 'constant' in value ? value.constant : undefined;
}
