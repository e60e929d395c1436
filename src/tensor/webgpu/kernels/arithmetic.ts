/** Sums, differences, products and quotients, where operands are read as they lie: whole, one number, or one row again and again. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { type Shape, sizeOf } from '../../types.ts';
import type { KernelBackend, Program, Uniform } from '../library.ts';

/** The ops by tfjs's names. */
export const SIGNS = { Add: '+', Sub: '-', Multiply: '*', RealDiv: '/' } as const;
type Sign = (typeof SIGNS)[keyof typeof SIGNS];

/** How an operand is read; a row is its own shape at the end of the result's. */
type Reading = 'whole' | 'number' | 'row';

function readingOf(shape: Shape, result: Shape): Reading | undefined {
  const length = sizeOf(shape);
  if (length === sizeOf(result)) return 'whole';
  if (length === 1) return 'number';
  // Leading axes of length 1 move nothing.
  const row = shape.slice(shape.findIndex((axis) => axis !== 1));
  return result.slice(-row.length).join() === row.join() ? 'row' : undefined;
}

class ArithmeticProgram implements Program {
  readonly variableNames = ['A', 'B'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly uniforms = 'rowOfA : i32, rowOfB : i32,';
  readonly outputShape: number[];
  readonly dispatchLayout: { x: number[] };
  readonly shaderKey: string;
  dispatch: [number, number, number];
  private readonly sign: Sign;
  private readonly readings: readonly [Reading, Reading];

  constructor(shape: Shape, sign: Sign, readings: readonly [Reading, Reading]) {
    this.sign = sign;
    this.readings = readings;
    this.outputShape = [...shape];
    this.dispatchLayout = { x: shape.map((_, axis) => axis) };
    this.dispatch = [Math.ceil(sizeOf(shape) / 64), 1, 1];
    this.shaderKey = `arithmetic${sign}${readings.join('')}`;
  }

  getUserCode(): string {
    const at = { whole: () => 'index', number: () => '0', row: (name: string) => `index % uniforms.rowOf${name}` };
    const [a, b] = this.readings.map((reading, i) => {
      const name = this.variableNames[i];
      return `${name}[${at[reading](name)}]`;
    });
    return /* wgsl */ `
      fn main(index: i32) {
        if (index < uniforms.size) { result[index] = ${a} ${this.sign} ${b}; }
      }`;
  }
}

/**
 * a + b, a − b, a·b or a / b of real numbers.
 *
 * @param shape of the result
 * @returns undefined where operands are to be read in other ways
 */
export function arithmetic(
  backend: KernelBackend,
  sign: Sign,
  a: tfjs.TensorInfo,
  b: tfjs.TensorInfo,
  shape: Shape,
): tfjs.TensorInfo | undefined {
  const [left, right] = [a, b].map((operand) => readingOf(operand.shape, shape));
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || !left || !right) return undefined;
  const uniforms = [a, b].map((operand): Uniform => ({ type: 'int32', data: [sizeOf(operand.shape)] }));
  return backend.runWebGPUProgram(new ArithmeticProgram(shape, sign, [left, right]), [a, b], 'float32', uniforms);
}
