import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { int32, real, type TensorFunction } from '../../src/tensor/types.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tfjs;

const compiling = (fn: TensorFunction) => () => single.compile(fn, [real(4)]);

describe('while a function is compiled', () => {
  it.each<[string, TensorFunction]>([
    ['dataSync', (x) => [single.ops.mul(x, x.dataSync()[0])]],
    ['arraySync', (x) => [single.ops.mul(x, (single.ops.square(x).arraySync() as number[])[0])]],
    ['print', (x) => (x.print(), [x])],
  ])('%s is refused: it would freeze the values of the recording', (_, fn) => {
    expect(compiling(fn)).toThrow(
      'a function reads the values of a tensor while it is compiled: write it without dataSync, arraySync and print',
    );
  });

  it.each<[string, TensorFunction, string]>([
    ['string', () => [tf.tensor1d(['a'])], 'uses a tensor of type string'],
    ['complex', (x) => [tf.real(tf.spectral.rfft(x))], 'uses a tensor of type complex64'],
    ['boolean results', (x) => [tf.greater(x, 1)], 'must return real numbers; cast integers and booleans first'],
    ['integer results', (x) => [tf.cast(x, 'int32')], 'must return real numbers; cast integers and booleans first'],
  ])('%s are refused', (_, fn, message) => {
    expect(compiling(fn)).toThrow(message);
  });

  it('wants real results on the cpu back end too', async () => {
    const compiled = cpu.compile((x) => [tf.greater(x, 1)], [real(2)]);
    await expect(compiled.run(new Float32Array(2))).rejects.toThrow('must return real numbers');
  });
});

describe('kernels outside the native library', () => {
  interface Kernel {
    inputs: { x: tfjs.TensorInfo };
    backend: { readSync(data: object): Float32Array };
  }
  const homeMade = (name: string, kernel: (given: Kernel) => tfjs.TensorInfo): TensorFunction => {
    const kernelFunc = kernel as unknown as tfjs.KernelFunc;
    tf.registerKernel({ kernelName: name, backendName: 'tensorflow', kernelFunc });
    return (x) => [tf.engine().runKernel(name, { x }) as tfjs.Tensor];
  };
  afterEach(() =>
    ['Doubled', 'Unrelated'].forEach(
      (name) => tf.getKernel(name, 'tensorflow') && tf.unregisterKernel(name, 'tensorflow'),
    ),
  );

  it('are refused by name where they read values', () => {
    const fn = homeMade('Doubled', ({ inputs: { x }, backend }) =>
      tf.tensor(
        backend.readSync(x.dataId).map((value) => 2 * value),
        x.shape,
      ),
    );
    expect(compiling(fn)).toThrow(
      'op Doubled cannot be compiled: it reads the values of a tensor, outside the native library',
    );
  });

  it('are refused by name where they make values', () => {
    const fn = homeMade('Unrelated', ({ inputs: { x } }) => tf.zeros(x.shape));
    expect(compiling(fn)).toThrow('op Unrelated cannot be compiled: it does not run in the native library');
  });

  it('may make constants', async () => {
    const compiled = single.compile((x) => [single.ops.add(x, tf.range(0, 4))], [real(4)]);
    expect([...(await compiled.run(Float32Array.of(1, 1, 1, 1)))[0]]).toEqual([1, 2, 3, 4]);
    compiled.dispose();
  });
});

describe.each([single, double, cpu])('a compiled function on $name at $precision', (backend) => {
  const compiled = backend.compile((x, i) => [backend.ops.gather(x, i as never)], [real(4), int32(2)]);
  const x = Float32Array.of(1, 2, 3, 4);
  const i = Int32Array.of(0, 3);

  it('takes either kind of real numbers', async () => {
    expect([...(await compiled.run(x, i))[0]]).toEqual([1, 4]);
    expect([...(await compiled.run(Float64Array.from(x), i))[0]]).toEqual([1, 4]);
  });

  it('refuses inputs of another number, kind or size', async () => {
    await expect(compiled.run(x)).rejects.toThrow('a compiled function of 2 inputs was given 1');
    await expect(compiled.run(i, i)).rejects.toThrow(
      'input 0 of a compiled function has 2 int32 values, expected real [4]',
    );
    await expect(compiled.run(x, x)).rejects.toThrow(
      'input 1 of a compiled function has 4 real values, expected int32 [2]',
    );
    await expect(compiled.run(x.subarray(1), i)).rejects.toThrow('input 0 of a compiled function has 3 real values');
  });

  it('refuses stored values of another shape, or after they were disposed of', async () => {
    const square = backend.store(x, [2, 2]);
    await expect(compiled.run(square, i)).rejects.toThrow(
      'input 0 of a compiled function is real [2, 2], expected real [4]',
    );
    const stored = backend.store(x, [4]);
    stored.dispose();
    stored.dispose();
    await expect(compiled.run(stored, i)).rejects.toThrow(
      'input 0 of a compiled function was disposed of before the run',
    );
    square.dispose();
  });

  it('refuses values that another back end or precision stores', async () => {
    for (const other of [single, double, cpu].filter((one) => one !== backend)) {
      const stored = other.store(x, [4]);
      await expect(compiled.run(stored, i)).rejects.toThrow(
        `is stored on ${other.name} at ${other.precision}, but the function runs on ${backend.name} at ${backend.precision}`,
      );
      stored.dispose();
    }
  });

  it('refuses indices that are not there', async () => {
    await expect(compiled.run(x, Int32Array.of(0, 4))).rejects.toThrow(/4 is not in \[0, [34]/);
  });

  it('refuses to store values that do not fill their shape', () => {
    expect(() => backend.store(x, [3])).toThrow(/shape,? \[3\]/);
  });
});
