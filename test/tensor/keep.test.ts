/** Outputs that stay on the back end, and what of stored values is read. Channel: the same function, run and read. */
import { afterAll, describe, expect, it } from 'vitest';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { int32, real } from '../../src/tensor/types.ts';
import { cpu, double, doubleInSession, single, singleInSession } from './back-ends.ts';
import {
  hessianProduct,
  lossAndGradient,
  networkSpecs,
  networkValues,
  normals,
  PARAMETERS,
} from './graph-functions.ts';

describe.each([single, double, singleInSession, doubleInSession, cpu])(
  'outputs kept on $name at $precision, state in session: $stateInSession',
  (backend) => {
    const before = heldByLibrary();
    afterAll(() => expect(heldByLibrary()).toEqual(before));
    const { ops } = backend;
    const values = networkValues('keep');

    it('have the bytes of those that are read, and the shapes of the function', async () => {
      const compiled = backend.compile(lossAndGradient(backend), networkSpecs);
      const kept = compiled.keep(...values);
      const read = await compiled.run(...values);
      expect(kept.map(({ shape, dtype, disposed }) => [[...shape], dtype, disposed])).toEqual([
        [[], 'real', false],
        [[PARAMETERS], 'real', false],
      ]);
      for (const [i, output] of kept.entries()) expect(await output.read()).toEqual(read[i]);
      for (const output of kept) output.dispose();
      compiled.dispose();
    });

    it('are inputs of other functions, of linearised ones too, with all their digits', async () => {
      const gradient = backend.compile((...given) => [lossAndGradient(backend)(...given)[1]], networkSpecs);
      const family = backend.linearize(hessianProduct(backend), networkSpecs, [real(PARAMETERS)]);
      const statics = values.map((value, i) => backend.store(value, networkSpecs[i].shape));
      const product = family.at(...statics);
      const [direction] = gradient.keep(...statics);
      const [twice] = product.keep(direction);
      const [directionRead] = await gradient.run(...values);
      expect((await product.run(twice))[0]).toEqual((await product.run((await product.run(directionRead))[0]))[0]);
      // As a static input, which is not copied.
      const elsewhere = family.at(direction, statics[1], statics[2]);
      const there = backend.store(directionRead, [PARAMETERS]);
      const again = family.at(there, statics[1], statics[2]);
      const vector = normals(PARAMETERS, 'keep/vector');
      expect(await elsewhere.run(vector)).toEqual(await again.run(vector));
      for (const thing of [elsewhere, again, there, twice, direction, product, family, gradient, ...statics])
        thing.dispose();
    });

    it('do not change with the arrays and stored values that they were made of, wherever these lie', async () => {
      const compiled = backend.compile((x) => [x, ops.reshape(x, [8, 8])], [real(64)]);
      // The native library shares arrays that lie at a multiple of 64 bytes; some of these sixteen do.
      for (let first = 0; first < 16; first++) {
        const array = backend.precision === 'float64' ? new Float64Array(80) : new Float32Array(80);
        const given = array.subarray(first, first + 64).fill(3);
        const kept = compiled.keep(given);
        given.fill(7);
        const stored = backend.store(given, [64]);
        const ofStored = compiled.keep(stored);
        stored.dispose();
        given.fill(9);
        for (const [outputs, value] of [
          [kept, 3],
          [ofStored, 7],
        ] as const)
          for (const output of outputs) {
            const copy = await output.read();
            expect([copy[0], copy[63]]).toEqual([value, value]);
            copy.fill(11);
            expect((await output.read())[0]).toBe(value);
            output.dispose();
          }
      }
      compiled.dispose();
    });

    it('are each their own, where the function gives one tensor twice or an input back', async () => {
      const compiled = backend.compile((x) => [x, ops.exp(x), x], [real(1)]);
      const stored = backend.store(Float32Array.of(0), [1]);
      const [first, exponential, last] = compiled.keep(stored);
      first.dispose();
      stored.dispose();
      expect([[...(await last.read())], [...(await exponential.read())]]).toEqual([[0], [1]]);
      for (const output of [exponential, last]) output.dispose();
      compiled.dispose();
    });

    it('are refused for wrong inputs before anything is computed', () => {
      const compiled = backend.compile((x, i) => [ops.gather(x, i as never)], [real(4), int32(2)]);
      const x = Float32Array.of(1, 2, 3, 4);
      expect(() => compiled.keep(x)).toThrow(RangeError);
      expect(() => compiled.keep(x)).toThrow('a compiled function of 2 inputs was given 1');
      expect(() => compiled.keep(x, x)).toThrow('input 1 of a compiled function has 4 real values, expected int32 [2]');
      compiled.dispose();
    });

    it('are read no more once they were disposed of, and whole numbers never', async () => {
      const stored = backend.store(Float32Array.of(1), [1]);
      stored.dispose();
      await expect(stored.read()).rejects.toThrow('stored values were disposed of before they were read');
      const indices = backend.store(Int32Array.of(1), [1]);
      await expect(indices.read()).rejects.toThrow('stored values are int32: only real numbers are read');
      indices.dispose();
    });
  },
);
