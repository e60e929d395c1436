/**
 * Records what a tfjs function does as nodes of a TensorFlow graph. Every native kernel of tfjs-node ends in
 * executeSingleOutput or executeMultipleOutputs; while the function runs once, on zeros, both are overheard.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import type { NodeSpec } from './graph.ts';
import { makeCurrent, type NodeLibrary } from './library.ts';
import { Recorder } from './recorder.ts';
import { dropTape } from './second-order.ts';
import type { Shape, Spec, TensorFunction } from './types.ts';

/** A function as a graph. `types` holds TensorFlow's type number for each output name, as recorded (float32). */
export interface Recording {
  readonly nodes: readonly NodeSpec[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly types: ReadonlyMap<string, number>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Kernels that read an input only to check it; the native library checks it again at every run. */
const READS_TO_CHECK: ReadonlySet<string> = new Set(['GatherV2']);

interface Engine {
  runKernel(name: string, inputs: object, attributes?: object): unknown;
}

/**
 * @throws ConfigurationError when a kernel computes outside the native library, or the function reads a tensor's values:
 * both would freeze the example's values into the graph. The message names the op.
 */
export function record(library: NodeLibrary, fn: TensorFunction, inputs: readonly Spec[]): Recording {
  const { tf, backend } = library;
  makeCurrent(tf, 'tensorflow');
  const recorder = new Recorder(backend);
  const engine = tf.engine() as unknown as Engine;
  const { runKernel } = engine;
  const { executeSingleOutput, executeMultipleOutputs, readSync } = backend;
  const examples = inputs.map(({ shape, dtype }) => tf.zeros([...shape], dtype === 'real' ? 'float32' : 'int32'));

  let kernel = '';

  backend.executeSingleOutput = function (op, attributes, operands) {
    const output = executeSingleOutput.call(this, op, attributes, operands);
    recorder.note(op, attributes, operands, [output]);
    return output;
  };
  backend.executeMultipleOutputs = function (op, attributes, operands, count) {
    const outputs = executeMultipleOutputs.call(this, op, attributes, operands, count);
    recorder.note(op, attributes, operands, outputs);
    return outputs;
  };
  backend.readSync = function (data) {
    if (recorder.knows(data) && !recorder.reading && !READS_TO_CHECK.has(kernel))
      throw new ConfigurationError(
        kernel
          ? `op ${kernel} cannot be compiled: it reads the values of a tensor, outside the native library`
          : 'a function reads the values of a tensor while it is compiled: write it without dataSync, arraySync and print',
      );
    return readSync.call(this, data);
  };
  engine.runKernel = function (name, operands, attributes) {
    const outer = kernel;
    kernel = name;
    let result: unknown;
    try {
      result = runKernel.call(this, name, operands, attributes);
    } finally {
      kernel = outer;
    }
    const computed = Object.values(operands)
      .flat()
      .some((operand) => recorder.knows((operand as tfjs.Tensor)?.dataId));
    const outputs = (Array.isArray(result) ? result : [result]) as tfjs.Tensor[];
    if (computed && outputs.some(({ dataId }) => !recorder.knows(dataId)))
      throw new ConfigurationError(`op ${name} cannot be compiled: it does not run in the native library`);
    return result;
  };
  try {
    const names = examples.map((example) => recorder.placeholder(example));
    let outputs: string[] = [];
    tf.tidy(() => {
      outputs = fn(...examples).map((result) => recorder.output(result));
    });
    const { nodes, types, shapes } = recorder;
    return { nodes, inputs: names, outputs, types, shapes };
  } finally {
    Object.assign(backend, { executeSingleOutput, executeMultipleOutputs, readSync });
    engine.runKernel = runKernel;
    dropTape(tf);
    for (const example of examples) example.dispose();
  }
}
