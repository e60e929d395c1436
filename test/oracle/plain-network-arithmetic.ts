/**
 * Arithmetics that the plain network runs on: doubles, and hyper-dual numbers, whose last part is an exact second
 * derivative (Fike & Alonso 2011, "The development of hyper-dual numbers for exact second-derivative calculations").
 * No differences, no tape: nothing in common with the library under test.
 */

/** A function of one number with its first and second derivative at a point. */
export type Smooth = (x: number) => readonly [value: number, slope: number, curvature: number];

export interface Arithmetic<T> {
  of(x: number): T;
  value(a: T): number;
  add(a: T, b: T): T;
  mul(a: T, b: T): T;
  /** A number times a. */
  scale(factor: number, a: T): T;
  apply(f: Smooth, a: T): T;
}

export const doubles: Arithmetic<number> = {
  of: (x) => x,
  value: (a) => a,
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  scale: (factor, a) => factor * a,
  apply: (f, a) => f(a)[0],
};

/** x + p ε₁ + q ε₂ + r ε₁ε₂ with ε₁² = ε₂² = 0. */
export interface HyperDual {
  readonly x: number;
  readonly p: number;
  readonly q: number;
  readonly r: number;
}

export const hyperDuals: Arithmetic<HyperDual> = {
  of: (x) => ({ x, p: 0, q: 0, r: 0 }),
  value: ({ x }) => x,
  add: (a, b) => ({ x: a.x + b.x, p: a.p + b.p, q: a.q + b.q, r: a.r + b.r }),
  mul: (a, b) => ({
    x: a.x * b.x,
    p: a.x * b.p + a.p * b.x,
    q: a.x * b.q + a.q * b.x,
    r: a.x * b.r + a.p * b.q + a.q * b.p + a.r * b.x,
  }),
  scale: (factor, a) => ({ x: factor * a.x, p: factor * a.p, q: factor * a.q, r: factor * a.r }),
  apply(f, a) {
    const [value, slope, curvature] = f(a.x);
    return { x: value, p: slope * a.p, q: slope * a.q, r: slope * a.r + curvature * a.p * a.q };
  },
};

export const tanh: Smooth = (x) => {
  const t = Math.tanh(x);
  const slope = 1 - t * t;
  return [t, slope, -2 * t * slope];
};

export const relu: Smooth = (x) => (x > 0 ? [x, 1, 0] : [0, 0, 0]);

/** log(1 + eˣ), without overflow. */
export const softplus: Smooth = (x) => {
  const logistic = 1 / (1 + Math.exp(-x));
  return [Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), logistic, logistic * (1 - logistic)];
};

export const exp: Smooth = (x) => {
  const value = Math.exp(x);
  return [value, value, value];
};

export const log: Smooth = (x) => [Math.log(x), 1 / x, -1 / (x * x)];
