/**
 * Sums and maxima along axes, as trees: each number of a pass is that of up to 64 of the pass before, taken eight by eight, so
 * that the rounding of a sum of millions is that of some tens. Nothing is transposed, and many sums at once keep a device
 * busy; tfjs's own give every maximum a group of threads, also that of a row of ten.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import { sizeOf } from '../../types.ts';
import type { KernelBackend, Program } from '../library.ts';

const FAN_IN = 64;

/** What becomes of many numbers: where it begins, given the place of the first in WGSL, and how one is taken in. */
interface Rule {
  readonly key: string;
  readonly start: (first: string) => string;
  readonly both: string;
}

export const SUM: Rule = { key: 'Sum', start: () => '0.0', both: 'return a + b;' };
/** NaN where one of them is. */
export const MAXIMUM: Rule = {
  key: 'Maximum',
  start: (first) => `x[${first}]`,
  both: 'if (isnan(b) || (b > a && !isnan(a))) { return b; } return a;',
};

class TreeProgram implements Program {
  readonly variableNames = ['x'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly uniforms = 'terms : i32, parts : i32, inner : i32, divisor : f32,';
  readonly dispatchLayout = { x: [0] };
  readonly shaderKey: string;
  readonly outputShape: number[];
  dispatch: [number, number, number];
  private readonly rule: Rule;

  constructor(size: number, rule: Rule) {
    this.rule = rule;
    this.outputShape = [size];
    this.dispatch = [Math.ceil(size / 64), 1, 1];
    this.shaderKey = `tree${rule.key}`;
  }

  getUserCode(): string {
    const { start, both } = this.rule;
    // Terms of one result lie `parts` apart: neighbours read neighbours.
    return /* wgsl */ `
      fn both(a: f32, b: f32) -> f32 { ${both} }
      fn main(index: i32) {
        if (index < uniforms.size) {
          let i = index % uniforms.inner;
          let part = (index / uniforms.inner) % uniforms.parts;
          let outer = index / (uniforms.inner * uniforms.parts);
          let first = outer * uniforms.terms;
          var total = ${start('(first + part) * uniforms.inner + i')};
          for (var term = part; term < uniforms.terms; term = term + 8 * uniforms.parts) {
            let end = min(uniforms.terms, term + 8 * uniforms.parts);
            var some = ${start('(first + term) * uniforms.inner + i')};
            for (var t = term; t < end; t = t + uniforms.parts) {
              some = both(some, x[(first + t) * uniforms.inner + i]);
            }
            total = both(total, some);
          }
          result[index] = total / uniforms.divisor;
        }
      }`;
  }
}

/**
 * Sums or maxima of x [outer, terms, inner] over the middle axis: [outer · inner] in a flat tensor. A maximum needs a term.
 *
 * @param divisor what the results are divided by at the end
 */
export function reduceMiddle(
  backend: KernelBackend,
  x: tfjs.TensorInfo,
  rule: Rule,
  outer: number,
  terms: number,
  inner: number,
  divisor = 1,
): tfjs.TensorInfo {
  // A sum of no terms is 0, and one part, too.
  const parts = Math.max(1, Math.ceil(terms / FAN_IN));
  const uniforms = [
    ...[terms, parts, inner].map((value) => ({ type: 'int32' as const, data: [value] })),
    { type: 'float32' as const, data: [parts === 1 ? divisor : 1] },
  ];
  const program = new TreeProgram(outer * parts * inner, rule);
  const found = backend.runWebGPUProgram(program, [x], 'float32', uniforms);
  if (parts === 1) return found;
  const result = reduceMiddle(backend, found, rule, outer, parts, inner, divisor);
  backend.disposeData(found.dataId);
  return result;
}

/** Sums or maxima of a tensor along axes, one run of neighbouring axes after the other, the last first. */
export function reduceAlong(
  backend: KernelBackend,
  x: tfjs.TensorInfo,
  rule: Rule,
  axes: readonly number[],
  divisor = 1,
): tfjs.TensorInfo {
  // Axes of length 1 part no others.
  const runs: { first: number; end: number }[] = [];
  for (const axis of [...axes].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && sizeOf(x.shape.slice(last.end, axis)) === 1) last.end = axis + 1;
    else runs.push({ first: axis, end: axis + 1 });
  }
  const shape = [...x.shape];
  backend.incRef(x.dataId);
  let result = x;
  runs.reverse().forEach(({ first, end }, index) => {
    const [outer, terms, inner] = [shape.slice(0, first), shape.slice(first, end), shape.slice(end)].map(sizeOf);
    const before = result;
    result = reduceMiddle(backend, before, rule, outer, terms, inner, index === runs.length - 1 ? divisor : 1);
    backend.disposeData(before.dataId);
    shape.splice(first, end - first, ...shape.slice(first, end).map(() => 1));
  });
  return result;
}
