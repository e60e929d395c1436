import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { int32, real, type TensorFunction } from '../../src/tensor/types.ts';
import { cpu, double, doubleInSession, single, singleInSession } from './back-ends.ts';
import {
  hessianProduct,
  lossAndGradient,
  networkSpecs,
  networkValues,
  normals,
  PARAMETERS,
} from './graph-functions.ts';

const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tfjs;

/** Everything that anyone holds: tensors and sessions of the native library, tensors and bytes that tfjs counts. */
const held = () => {
  const { numTensors, numDataBuffers, numBytes } = tf.memory();
  return { ...heldByLibrary(), numTensors, numDataBuffers, numBytes };
};

// A native op whose attributes are left out runs eagerly, where they are inferred, but cannot be loaded as a graph.
tf.registerKernel({
  kernelName: 'Unloadable',
  backendName: 'tensorflow',
  kernelFunc: (({ inputs: { x }, backend }: { inputs: { x: object }; backend: { executeSingleOutput: unknown } }) =>
    (backend.executeSingleOutput as (op: string, attributes: [], inputs: object[]) => object).call(
      backend,
      'Tanh',
      [],
      [x],
    )) as unknown as tfjs.KernelFunc,
});
afterAll(() => tf.unregisterKernel('Unloadable', 'tensorflow'));
const unloadable = (x: tfjs.Tensor) => tf.engine().runKernel('Unloadable', { x }) as tfjs.Tensor;

describe.each([single, double, singleInSession, doubleInSession, cpu])(
  'on $name at $precision, state in session: $stateInSession',
  (backend) => {
    const values = networkValues('leaks');
    const vector = normals(PARAMETERS, 'leaks/vector');

    it('compiling, running and disposing leaves nothing', async () => {
      const before = held();
      for (let i = 0; i < 3; i++) {
        const compiled = backend.compile(lossAndGradient(backend), networkSpecs);
        const stored = backend.store(values[1], networkSpecs[1].shape);
        await compiled.run(...values);
        await compiled.run(values[0], stored, values[2]);
        const kept = compiled.keep(values[0], stored, values[2]);
        for (const output of kept) await output.read();
        for (const output of kept) output.dispose();
        kept[0].dispose();
        stored.dispose();
        stored.dispose();
        compiled.dispose();
        compiled.dispose();
      }
      expect(held()).toEqual(before);
    });

    it('linearising at several points leaves nothing', async () => {
      const before = held();
      const family = backend.linearize(hessianProduct(backend), networkSpecs, [real(PARAMETERS)]);
      const stored = values.map((value, i) => backend.store(value, networkSpecs[i].shape));
      const two = [family.at(...stored), family.at(...stored)];
      for (const linear of two) {
        await linear.run(vector);
        for (const output of linear.keep(vector)) output.dispose();
      }
      for (const linear of two) linear.dispose();
      two[0].dispose();
      stored.forEach((value) => value.dispose());
      family.dispose();
      family.dispose();
      expect(held()).toEqual(before);
    });

    it('a run holds nothing but what was stored', async () => {
      const compiled = backend.compile(lossAndGradient(backend), networkSpecs);
      await compiled.run(...values);
      const before = held();
      for (let i = 0; i < 5; i++) await compiled.run(...values);
      expect(held()).toEqual(before);
      compiled.dispose();
    });

    it('a gradient that fails leaves nothing', async () => {
      const before = held();
      await expect(async () =>
        backend
          .compile(
            (x) => [
              backend.derivatives.gradient((p) => backend.ops.matMul(backend.ops.tanh(p) as never, p as never), x),
            ],
            [real(4)],
          )
          .run(new Float32Array(4)),
      ).rejects.toThrow();
      expect(held()).toEqual(before);
    });

    it('a run that fails leaves nothing', async () => {
      const compiled = backend.compile((x, i) => [backend.ops.gather(x, i as never)], [real(4), int32(1)]);
      const x = new Float32Array(4);
      const stored = backend.store(x, [4]);
      await compiled.run(stored, Int32Array.of(3));
      await compiled.run(x, Int32Array.of(3));
      const before = held();
      await expect(compiled.run(stored, Int32Array.of(9))).rejects.toThrow();
      await expect(compiled.run(x, Int32Array.of(9))).rejects.toThrow();
      expect(() => compiled.keep(x, Int32Array.of(9))).toThrow();
      expect(() => compiled.keep(x, Int32Array.of(0, 0))).toThrow();
      await expect(compiled.run(x, Int32Array.of(0, 0))).rejects.toThrow();
      await expect(compiled.run(x.subarray(1), Int32Array.of(0))).rejects.toThrow();
      expect(() => backend.store(x, [5])).toThrow();
      expect(held()).toEqual(before);
      stored.dispose();
      compiled.dispose();
    });
  },
);

describe.each([single, double, singleInSession, doubleInSession])(
  'a compilation that fails at $precision, state in session: $stateInSession',
  (backend) => {
    const { ops } = backend;
    const wrong = (x: tfjs.Tensor) => ops.matMul(ops.tanh(x) as never, x as never);

    it.each<[string, TensorFunction]>([
      ['reads values', (x) => [ops.mul(x, x.dataSync()[0])]],
      ['throws midway', (x) => [wrong(x)]],
      ['throws inside a gradient', (x) => [backend.derivatives.gradient(wrong, x)]],
      ['throws inside a Hessian product', (x) => [backend.derivatives.hessianProduct(wrong, x, x)]],
      ['cannot be loaded', (x) => [unloadable(x)]],
    ])('leaves nothing: the function %s', (_, fn) => {
      const before = held();
      expect(() => backend.compile(fn, [real(4)])).toThrow();
      expect(() => backend.linearize(fn, [real(4)], [real(1)])).toThrow();
      // Here the static part can be loaded, the other cannot.
      expect(() => backend.linearize((v, x) => [ops.add(ops.exp(v), fn(x)[0])], [real(1)], [real(4)])).toThrow();
      expect(held()).toEqual(before);
    });

    it('does not spoil the next one', async () => {
      expect(() =>
        backend.compile(() => [backend.derivatives.gradient(() => unloadable(ops.zeros([1])), ops.zeros([1]))], []),
      ).toThrow();
      const compiled = backend.compile(
        (x) => [backend.derivatives.hessianProduct((p) => ops.sum(ops.tanh(p)), x, ops.onesLike(x))],
        [real(1)],
      );
      const t = Math.tanh(0.5);
      expect((await compiled.run(Float32Array.of(0.5)))[0][0]).toBeCloseTo(-2 * t * (1 - t * t), 6);
      compiled.dispose();
    });
  },
);
