import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { real } from '../../src/tensor/types.ts';

// In this order: the native library must become usable after the other back end was.
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
const first = (await cpu.compile((x) => [cpu.ops.exp(x)], [real(2)]).run(Float32Array.of(0, 1)))[0];
const native = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });

describe('back ends', () => {
  it('work side by side, each keeping its own values', async () => {
    const onCpu = cpu.compile((x) => [cpu.ops.exp(x)], [real(2)]);
    const onNative = native.compile((x) => [native.ops.exp(x)], [real(2)]);
    const [a, b] = [cpu.store(Float32Array.of(0, 1), [2]), native.store(Float32Array.of(0, 1), [2])];
    for (let again = 0; again < 2; again++)
      for (const values of [first, (await onCpu.run(a))[0], (await onNative.run(b))[0]]) {
        expect(values[0]).toBe(1);
        expect(values[1]).toBeCloseTo(Math.E, 6);
      }
    a.dispose();
    b.dispose();
    onNative.dispose();
  });

  it('say what they are', () => {
    expect(cpu).toMatchObject({ name: 'cpu', precision: 'float32', threads: 1 });
    expect(cpu.version).toMatch(/^tfjs \d+\.\d+\.\d+$/);
    expect(native.version).toMatch(/^tensorflow \d+\.\d+\.\d+/);
  });

  it('exist at both precisions in one process', async () => {
    const double = atPrecision(native, 'float64');
    expect(double.precision).toBe('float64');
    expect(atPrecision(double, 'float64')).toBe(double);
    expect(atPrecision(native, 'float32')).toBe(native);
    const third = async (backend: typeof native) => {
      const compiled = backend.compile((x) => [backend.ops.div(x, 3)], [real(1)]);
      const [[value]] = await compiled.run(Float32Array.of(1));
      compiled.dispose();
      return value;
    };
    expect([await third(double), await third(native)]).toEqual([1 / 3, Math.fround(1 / 3)]);
  });

  it('have no doubles without the native library', () => {
    expect(() => openBackend({ name: 'cpu', precision: 'float64', threads: 1 })).toThrow(ConfigurationError);
    expect(() => atPrecision(cpu, 'float64')).toThrow(
      'precision float64 was asked for on back end cpu, which has no doubles: use back end tensorflow, or float32',
    );
  });

  it('refuse another number of threads than the library was loaded with', () => {
    expect(() => openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 })).toThrow(
      'TensorFlow was loaded with 1 threads and cannot go on with 2: start another process',
    );
  });
});
