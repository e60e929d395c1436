/**
 * Tensors that are one number throughout. Derivatives multiply with ones of a layer's size and add zeros to what does not
 * depend on something: neither is written down, read, or computed with.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { type Shape, sizeOf } from '../../types.ts';
import type { KernelBackend, Program } from '../library.ts';

/** The number that all of a tensor's values are, for tensors that were looked at. */
const numbers = new WeakMap<object, number | null>();

/** Notes that all values are this number. */
export const noteFilled = ({ dataId }: tfjs.TensorInfo, value: number): void => void numbers.set(dataId, value);

/** The number that all values are, or null: of what is computed it is known only where it was noted. */
function filledWith(backend: KernelBackend, { dataId, dtype }: tfjs.TensorInfo): number | null {
  const known = numbers.get(dataId);
  if (known !== undefined) return known;
  const { values } = backend.tensorMap.get(dataId);
  if (!values || dtype !== 'float32') return null;
  const [first] = values;
  const same = values.length > 0 && (values as readonly number[]).every((value) => value === first);
  numbers.set(dataId, same ? first : null);
  return same ? first : null;
}

/** x, or x + c or x·c with a number c, repeated along axes where the result is longer. */
class RepeatProgram implements Program {
  readonly variableNames = ['A'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly uniforms = 'constant : f32,';
  readonly outputShape: number[];
  readonly dispatchLayout: { x: number[] };
  readonly shaderKey: string;
  dispatch: [number, number, number];
  private readonly sign: '+' | '*';

  constructor(shape: Shape, sign: '+' | '*') {
    this.sign = sign;
    this.outputShape = [...shape];
    this.dispatchLayout = { x: shape.map((_, axis) => axis) };
    this.dispatch = [Math.ceil(sizeOf(shape) / 64), 1, 1];
    this.shaderKey = `repeat${sign === '+' ? 'Add' : 'Mul'}`;
  }

  getUserCode(): string {
    return /* wgsl */ `
      fn main(index: i32) {
        if (index < uniforms.size) {
          result[index] = getAByOutputIndex(index) ${this.sign} uniforms.constant;
        }
      }`;
  }
}

/**
 * a + b or a·b where one of them is filled.
 *
 * @param shape of the result
 * @returns undefined where neither is, or is only a number, which is read as fast
 */
export function withFilled(
  backend: KernelBackend,
  sign: '+' | '*',
  a: tfjs.TensorInfo,
  b: tfjs.TensorInfo,
  shape: number[],
): tfjs.TensorInfo | undefined {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined;
  for (const [x, other] of [
    [a, b],
    [b, a],
  ]) {
    const constant = filledWith(backend, other);
    if (constant === null) continue;
    if (constant === (sign === '+' ? 0 : 1) && x.shape.join() === shape.join()) {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape, dtype: 'float32' };
    }
    if (sizeOf(other.shape) === 1) continue;
    const uniforms = [{ type: 'float32' as const, data: [constant] }];
    return backend.runWebGPUProgram(new RepeatProgram(shape, sign), [x], 'float32', uniforms);
  }
  return undefined;
}
