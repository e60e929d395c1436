/**
 * Records what a tfjs function would tell the device, without telling it. Every kernel ends in the backend's
 * runWebGPUProgram, which compiles a program and dispatches it; while the function runs once, on tensors without values,
 * dispatches are overheard and nothing is computed or allocated. Each writes one value, and none is written twice.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../../errors.ts';
import { MUST_BE_REAL } from '../inputs.ts';
import { makeCurrent } from '../library.ts';
import { dropTape } from '../second-order.ts';
import { type Spec, sizeOf, type TensorFunction } from '../types.ts';
import { type KernelBackend, KERNELS, type Program, type Uniform, type WebgpuLibrary } from './library.ts';
import { uniformsOf } from './uniforms.ts';

/** A value by its number. */
export type Value = number;

/** A program with all that it is run with. */
export interface Step {
  /** The program's key, for messages. */
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly workgroups: readonly [number, number, number];
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly uniforms: ArrayBuffer;
}

/** A function as steps, in order. */
export interface Recording {
  readonly steps: readonly Step[];
  /** Numbers in each value; all take four bytes. */
  readonly sizes: readonly number[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Shapes of the outputs. */
  readonly shapes: readonly (readonly number[])[];
  /** Values that are known, with these numbers. */
  readonly constants: ReadonlyMap<Value, Float32Array | Int32Array>;
}

/** tfjs's kernel reads indices as float32, like all that it reads. */
const MOST_ROWS = 2 ** 24;

interface Engine {
  runKernel(name: string, inputs: object, attributes?: object): unknown;
}

/**
 * @throws ConfigurationError when a kernel is missing, needs values that are not there yet, or overwrites a tensor. The
 * message names the op.
 */
export function record(library: WebgpuLibrary, fn: TensorFunction, inputs: readonly Spec[]): Recording {
  const { tf, backend } = library;
  makeCurrent(tf, KERNELS);
  const recorder = new Recorder(backend);
  const engine = tf.engine() as unknown as Engine & Pick<ReturnType<typeof tf.engine>, 'makeTensorFromTensorInfo'>;
  const { runKernel } = engine;
  const kernels: string[] = [];
  const refuse = (why: string) =>
    new ConfigurationError(
      kernels.length
        ? `op ${kernels.at(-1)} cannot be compiled for back end webgpu: ${why}`
        : 'a function reads the values of a tensor while it is compiled: write it without dataSync, arraySync and print',
    );
  engine.runKernel = function (name, operands, attributes) {
    if (!tf.getKernel(name, KERNELS))
      throw new ConfigurationError(`op ${name} cannot be compiled for back end webgpu: it has no kernel there`);
    kernels.push(name);
    const rows = name === 'GatherV2' ? rowsOf(operands, attributes) : 0;
    if (rows > MOST_ROWS)
      throw refuse(`of ${rows} rows it tells no more than ${MOST_ROWS} apart there; use back end tensorflow`);
    const result = runKernel.call(this, name, operands, attributes);
    kernels.pop();
    return result;
  };
  const own: Partial<KernelBackend> = {
    uploadToGPU() {},
    recordAndSubmit(program, output, operands, uniforms) {
      if (recorder.knows(output.dataId)) throw refuse('it overwrites a tensor');
      recorder.note(program, output, operands, uniforms ?? []);
    },
    readSync(data) {
      const { values } = backend.tensorMap.get(data);
      if (!values) throw refuse('it needs the values of a tensor');
      return values as Float32Array;
    },
    read: () => Promise.reject(refuse('it needs the values of a tensor')),
  };
  Object.assign(backend, own);
  const examples = inputs.map(({ shape, dtype }) =>
    engine.makeTensorFromTensorInfo(backend.makeTensorInfo([...shape], dtype === 'real' ? 'float32' : 'int32')),
  );
  try {
    const placeholders = examples.map(({ dataId, size }) => recorder.define(dataId, size));
    let results: Pick<Recording, 'outputs' | 'shapes'> | undefined;
    tf.tidy(() => {
      const tensors = fn(...examples);
      for (const { dtype } of tensors) if (dtype !== 'float32') throw new ConfigurationError(MUST_BE_REAL);
      results = {
        outputs: tensors.map((tensor) => recorder.valueOf(tensor)),
        shapes: tensors.map(({ shape }) => [...shape]),
      };
    });
    const { steps, sizes, constants } = recorder;
    return { steps, sizes, constants, inputs: placeholders, ...results! };
  } finally {
    // What stood before them are methods of the class.
    for (const name of Object.keys(own)) delete (backend as unknown as Record<string, unknown>)[name];
    engine.runKernel = runKernel;
    dropTape(tf);
    for (const example of examples) example.dispose();
  }
}

/** How many rows a gather takes some of. */
function rowsOf(operands: object, attributes: object | undefined): number {
  const { x } = operands as Record<'x', tfjs.TensorInfo>;
  return x.shape.at((attributes as { readonly axis?: number }).axis ?? 0)!;
}

class Recorder {
  readonly steps: Step[] = [];
  readonly sizes: number[] = [];
  readonly constants = new Map<Value, Float32Array | Int32Array>();
  private readonly backend: KernelBackend;
  // Keyed by the tensor's data, not the tensor: reshapes and clones share it. Holding the key keeps it from being reused.
  private readonly values = new Map<object, Value>();
  /** Steps and small constants by all that they are made of. */
  private readonly known = new Map<string, Value>();

  constructor(backend: KernelBackend) {
    this.backend = backend;
  }

  knows(data: object): boolean {
    return this.values.has(data);
  }

  define(data: object, size: number): Value {
    const value = this.sizes.push(size) - 1;
    this.values.set(data, value);
    return value;
  }

  valueOf({ dataId, shape, dtype }: tfjs.TensorInfo): Value {
    const known = this.values.get(dataId);
    if (known !== undefined) return known;
    const { values } = this.backend.tensorMap.get(dataId);
    if (!values) throw new ConfigurationError('a compiled function uses a tensor that was not computed in it');
    const constant = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
    const key = constant.length <= 16 ? `${dtype}/${constant.join()}` : undefined;
    const same = key === undefined ? undefined : this.known.get(key);
    if (same !== undefined) {
      this.values.set(dataId, same);
      return same;
    }
    const value = this.define(dataId, sizeOf(shape));
    this.constants.set(value, constant);
    if (key !== undefined) this.known.set(key, value);
    return value;
  }

  note(program: Program, output: tfjs.TensorInfo, operands: readonly tfjs.TensorInfo[], own: readonly Uniform[]): void {
    const { shaderKey, pipeline, dispatch } = program;
    const inputs = operands.map((operand) => this.valueOf(operand));
    const uniforms = uniformsOf(program, operands, output, own);
    // What was computed before is not computed again.
    const key = [shaderKey, dispatch, inputs, Buffer.from(uniforms).toString('base64')].join('|');
    const same = this.known.get(key);
    if (same !== undefined) {
      this.values.set(output.dataId, same);
      return;
    }
    const value = this.define(output.dataId, sizeOf(output.shape));
    this.known.set(key, value);
    this.steps.push({
      name: shaderKey.split('_')[0],
      pipeline: pipeline!,
      workgroups: dispatch,
      inputs,
      output: value,
      uniforms,
    });
  }
}
