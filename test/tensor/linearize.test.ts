import { afterAll, describe, expect, it } from 'vitest';
import { int32, real, type Linearizable, type TensorFunction } from '../../src/tensor/types.ts';
import { cpu, double, doubleInSession, single, singleInSession } from './back-ends.ts';
import {
  hessianProduct,
  networkSpecs,
  networkValues,
  normals,
  PARAMETERS,
  relativeDistance,
} from './graph-functions.ts';

// Channel: the whole graph, compiled without a split.
describe.each([single, double, singleInSession, doubleInSession, cpu])(
  'a linearised function on $name at $precision, state in session: $stateInSession',
  (backend) => {
    const opened: Linearizable[] = [];
    const linearize: typeof backend.linearize = (...parameters) => {
      const linear = backend.linearize(...parameters);
      opened.push(linear);
      return linear;
    };
    afterAll(() => opened.forEach((linear) => linear.dispose()));

    it('equals the compiled one, for every vector', async () => {
      const whole = backend.compile(hessianProduct(backend), [...networkSpecs, real(PARAMETERS)]);
      const values = networkValues('linear');
      const stored = values.map((value, i) => backend.store(value, networkSpecs[i].shape));
      const linear = linearize(hessianProduct(backend), networkSpecs, [real(PARAMETERS)]).at(...stored);
      for (let i = 0; i < 3; i++) {
        const vector = normals(PARAMETERS, `linear/${i}`);
        const rounding = backend.precision === 'float64' ? 1e-14 : 1e-6;
        expect(relativeDistance(await linear.run(vector), await whole.run(...values, vector))).toBeLessThan(rounding);
      }
      if (backend.name === 'tensorflow') expect(linear.bytes).toBeGreaterThan(0);
      linear.dispose();
      stored.forEach((value) => value.dispose());
      whole.dispose();
    });

    it('can be fixed at another point while the first one is still in use', async () => {
      const fn: TensorFunction = (a, v) => [backend.ops.mul(backend.ops.exp(a), v)];
      const family = linearize(fn, [real(2)], [real(2)]);
      const points = [Float32Array.of(0, 0), Float32Array.of(1, 2)].map((value) => backend.store(value, [2]));
      const [first, second] = points.map((point) => family.at(point));
      const v = Float32Array.of(3, 4);
      const at = (a: number, factor: number) => factor * Math.exp(a);
      for (let again = 0; again < 2; again++) {
        expect([...(await first.run(v))[0]]).toEqual([3, 4]);
        const given = (await second.run(v))[0];
        expect(given[0]).toBeCloseTo(at(1, 3), 5);
        expect(given[1]).toBeCloseTo(at(2, 4), 5);
      }
      first.dispose();
      expect((await second.run(v))[0][0]).toBeCloseTo(at(1, 3), 5);
      second.dispose();
      points.forEach((point) => point.dispose());
    });

    it.each<[string, TensorFunction, number[]]>([
      ['a static input itself', (a, _i, v) => [backend.ops.add(a, v)], [11, 22]],
      ['only static inputs', (a) => [a], [1, 2]],
      ['only dynamic inputs', (_a, _i, v) => [backend.ops.add(v, v)], [20, 40]],
      ['only constants', () => [backend.ops.ones([2])], [1, 1]],
      ['static whole numbers', (a, i, v) => [backend.ops.gather(backend.ops.add(a, v), i as never)], [22, 11]],
      [
        'one part of several',
        (a, _i, v) => [backend.ops.mul(backend.ops.split(backend.ops.add(a, a), 2)[1], v)],
        [40, 80],
      ],
    ])('may depend on %s', async (_, fn, expected) => {
      const family = linearize(fn, [real(2), int32(2)], [real(2)]);
      const statics = [backend.store(Float32Array.of(1, 2), [2]), backend.store(Int32Array.of(1, 0), [2])];
      const linear = family.at(...statics);
      expect([...(await linear.run(Float32Array.of(10, 20)))[0]]).toEqual(expected);
      linear.dispose();
      statics.forEach((value) => value.dispose());
    });

    it('keeps what depends on static inputs alone, and no constants', async () => {
      const { ops } = backend;
      const family = linearize(
        (a, v) => [ops.mul(ops.add(ops.exp(a), ops.ones([3])), ops.add(v, ops.ones([3])))],
        [real(3)],
        [real(3)],
      );
      const a = backend.store(Float32Array.of(0, 0, 0), [3]);
      const linear = family.at(a);
      // One sum [3] in the back end's precision; without graphs nothing is kept.
      expect(linear.bytes).toBe(backend.name === 'cpu' ? 0 : backend.precision === 'float64' ? 24 : 12);
      expect([...(await linear.run(Float32Array.of(0, 1, 2)))[0]]).toEqual([2, 4, 6]);
      linear.dispose();
      a.dispose();
    });

    it('refuses static values of another shape', () => {
      const family = linearize((a, v) => [backend.ops.add(a, v)], [real(4)], [real(4)]);
      const wrong = backend.store(new Float32Array(4), [2, 2]);
      expect(() => family.at(wrong)).toThrow('input 0 of a compiled function is real [2, 2], expected real [4]');
      expect(() => family.at()).toThrow('a compiled function of 1 inputs was given 0');
      wrong.dispose();
    });
  },
);
