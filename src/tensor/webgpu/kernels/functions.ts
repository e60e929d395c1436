/**
 * Elementary functions to float32's rounding. What WGSL promises of its own is far less: tanh to 1e-5, sin and cos to
 * 2⁻¹¹ between ±π, exp to 3 + 2|x| units in the last place; a software device takes the licence. Only +, − and × are
 * exact in WGSL, so these are polynomials in them. Results below the normal numbers may be 0, on a processor's back end too.
 *
 * @see Moshier's Cephes library, single precision, for the polynomials and the splitting of π/4 and ln 2;
 * https://www.w3.org/TR/WGSL/#floating-point-accuracy
 */
import type { Program } from '../library.ts';
import { sizeOf } from '../../types.ts';

const EXP = /* wgsl */ `
  fn exact_exp(x: f32) -> f32 {
    if (isnan(x)) { return x; }
    if (x > 88.72283) { return uniforms.INFINITY; }
    if (x < -87.33654) { return 0.0; }
    let n = floor(1.44269504 * x + 0.5);
    let r = (x - n * 0.693359375) + n * 2.12194440e-4;
    let p = ((((1.9875691500e-4 * r + 1.3981999507e-3) * r + 8.3334519073e-3) * r + 4.1665795894e-2) * r
      + 1.6666665459e-1) * r + 5.0000001201e-1;
    let y = p * (r * r) + r + 1.0;
    // 2^n in two factors, since 2^128 is none.
    let half = i32(n) / 2;
    return y * bitcast<f32>((half + 127) << 23u) * bitcast<f32>((i32(n) - half + 127) << 23u);
  }`;

const LOG = /* wgsl */ `
  // log(1 + x) for x between √½ − 1 and √2 − 1, without its first term x.
  fn rest_of_log(x: f32) -> f32 {
    let z = x * x;
    let y = ((((((((7.0376836292e-2 * x - 1.1514610310e-1) * x + 1.1676998740e-1) * x - 1.2420140846e-1) * x
      + 1.4249322787e-1) * x - 1.6668057665e-1) * x + 2.0000714765e-1) * x - 2.4999993993e-1) * x
      + 3.3333331174e-1) * x * z;
    return y - 0.5 * z;
  }
  fn exact_log(given: f32) -> f32 {
    // By bits, for a device may take numbers below the normal ones for 0: their first digit is brought to its place.
    let bits = bitcast<i32>(given);
    if ((bits & 0x7fffffff) == 0) { return -uniforms.INFINITY; }
    if (isnan(given) || bits < 0) { return uniforms.NAN; }
    if (given == uniforms.INFINITY) { return given; }
    let shift = max(0, 23 - firstLeadingBit(bits));
    let normal = bits << u32(shift);
    var e = f32((normal >> 23u) - 126 - shift);
    var m = bitcast<f32>((normal & 0x7fffff) | 0x3f000000);
    if (m < 0.70710678) { e = e - 1.0; m = m + m; }
    let x = m - 1.0;
    return (x + (rest_of_log(x) - 2.12194440e-4 * e)) + 0.693359375 * e;
  }`;

const LOG1P = /* wgsl */ `
  fn exact_log1p(x: f32) -> f32 {
    // Near 0 without the sum 1 + x; a correction of the sum afterwards would be optimised away.
    if (x > -0.2928 && x < 0.4142) { return x + rest_of_log(x); }
    return exact_log(1.0 + x);
  }`;

const TANH = /* wgsl */ `
  fn exact_tanh(x: f32) -> f32 {
    let a = abs(x);
    if (a < 0.625) {
      let z = x * x;
      return ((((-5.70498872745e-3 * z + 2.06390887954e-2) * z - 5.37397155531e-2) * z + 1.33314422036e-1) * z
        - 3.33332819422e-1) * z * x + x;
    }
    if (a > 44.0) { return sign(x); }
    return sign(x) * (1.0 - 2.0 / (exact_exp(2.0 * a) + 1.0));
  }`;

/** sin(x + quarter·π/2). */
const SIN = /* wgsl */ `
  fn exact_sin(x: f32, quarter: i32) -> f32 {
    let a = abs(x);
    // Octants, the next even one, so that the rest lies within ±π/4.
    var octant = i32(1.27323954473516 * a);
    octant = octant + (octant & 1);
    let j = f32(octant);
    let r = ((a - j * 0.78515625) - j * 2.4187564849853515625e-4) - j * 3.77489497744594108e-8;
    // Backwards for negative x.
    let turns = (octant / 2) * select(1, -1, x < 0.0) + quarter;
    let s = select(r, -r, x < 0.0);
    let z = s * s;
    let sine = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * s + s;
    let cosine = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;
    let value = select(sine, cosine, (turns & 1) == 1);
    return select(value, -value, (turns & 2) == 2);
  }`;

const SIGMOID = /* wgsl */ `
  fn exact_sigmoid(x: f32) -> f32 {
    // From the side where nothing overflows.
    let e = exact_exp(-abs(x));
    return select(1.0, e, x < 0.0) / (1.0 + e);
  }`;

const SOFTPLUS = /* wgsl */ `
  fn exact_softplus(x: f32) -> f32 {
    return max(x, 0.0) + exact_log1p(exact_exp(-abs(x)));
  }`;

/** What rounding leaves of the logarithm counts b times: 2 + 2|b ln a| units in the last place, for powers that are no whole numbers. */
const POW = /* wgsl */ `
  fn exact_pow(a: f32, b: f32) -> f32 {
    if (b == 0.0) { return 1.0; }
    let whole = floor(b) == b;
    if (whole && abs(b) <= 64.0) {
      // Squared again and again: as exact as products are.
      var factor = a;
      var y = 1.0;
      for (var n = i32(abs(b)); n > 0; n = n >> 1u) {
        if ((n & 1) == 1) { y = y * factor; }
        factor = factor * factor;
      }
      return select(y, 1.0 / y, b < 0.0);
    }
    if (a == 0.0) { return select(0.0, uniforms.INFINITY, b < 0.0); }
    if (a < 0.0 && !whole) { return uniforms.NAN; }
    let y = exact_exp(b * exact_log(abs(a)));
    // From 2^24 on all are even.
    return select(y, -y, a < 0.0 && abs(b) < 16777216.0 && (i32(b) & 1) == 1);
  }`;

/** Kernels of one operand, by tfjs's names, and whole numbers as real ones: an expression in `a`, and the functions it needs. */
export const UNARY: Readonly<Record<string, readonly [expression: string, ...functions: string[]]>> = {
  Real: ['a'],
  Exp: ['exact_exp(a)', EXP],
  Log: ['exact_log(a)', LOG],
  Log1p: ['exact_log1p(a)', LOG, LOG1P],
  Tanh: ['exact_tanh(a)', EXP, TANH],
  Sigmoid: ['exact_sigmoid(a)', EXP, SIGMOID],
  Softplus: ['exact_softplus(a)', EXP, LOG, LOG1P, SOFTPLUS],
  Sin: ['exact_sin(a, 0)', SIN],
  Cos: ['exact_sin(a, 1)', SIN],
};

/** A function of each element. */
export class UnaryProgram implements Program {
  readonly variableNames = ['A'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly outputShape: number[];
  readonly dispatchLayout: { x: number[] };
  readonly shaderKey: string;
  dispatch: [number, number, number];
  private readonly name: string;

  constructor(name: string, shape: readonly number[]) {
    this.name = name;
    this.outputShape = [...shape];
    this.dispatchLayout = { x: shape.map((_, axis) => axis) };
    this.dispatch = [Math.ceil(sizeOf(shape) / 64), 1, 1];
    this.shaderKey = `exact${name}`;
  }

  getUserCode(): string {
    const [expression, ...functions] = UNARY[this.name];
    return /* wgsl */ `
      ${functions.join('\n')}
      fn main(index: i32) {
        if (index < uniforms.size) {
          let a = f32(A[index]);
          result[index] = ${expression};
        }
      }`;
  }
}

/** Powers, with broadcasting. */
export class PowProgram implements Program {
  readonly variableNames = ['A', 'B'];
  readonly workgroupSize: [number, number, number] = [64, 1, 1];
  readonly size = true;
  readonly outputShape: number[];
  readonly dispatchLayout: { x: number[] };
  readonly shaderKey = 'exactPow';
  dispatch: [number, number, number];

  constructor(shape: readonly number[]) {
    this.outputShape = [...shape];
    this.dispatchLayout = { x: shape.map((_, axis) => axis) };
    this.dispatch = [Math.ceil(sizeOf(shape) / 64), 1, 1];
  }

  getUserCode(): string {
    return /* wgsl */ `
      ${EXP}
      ${LOG}
      ${POW}
      fn main(index: i32) {
        if (index < uniforms.size) {
          result[index] = exact_pow(getAByOutputIndex(index), getBByOutputIndex(index));
        }
      }`;
  }
}
