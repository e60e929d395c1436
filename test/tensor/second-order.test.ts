/**
 * What the repair is for: tfjs as it comes gives Hessian products that lack a term, without an error. These tests begin
 * with the library as it comes, so that they show which checks notice the fault, and then repair it.
 */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { enableSecondOrder } from '../../src/tensor/second-order.ts';

const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof tfjs;
await tf.setBackend('cpu');

const x = [0.3, -0.8];
const weights = [1, 2];

/** f(x) = ½ Σ wᵢ tanh(xᵢ)² + tanh(x₀)·tanh(x₁). */
function value(t: tfjs.Tensor): tfjs.Scalar {
  const y = tf.tanh(t);
  const [a, b] = tf.split(y, 2);
  return tf.add(tf.sum(tf.mul(tf.mul(0.5, weights), tf.square(y))), tf.sum(tf.mul(a, b)));
}

function hessian(): number[][] {
  const gradient = tf.grad(value);
  return [0, 1].map((i) =>
    tf.tidy(() => [
      ...tf
        .grad((t: tfjs.Tensor) => tf.sum(tf.slice(gradient(t), [i], [1])))(tf.tensor1d(x))
        .dataSync(),
    ]),
  );
}

/** The Hessian worked out by hand: with y = tanh x and y′ = 1 − y², y″ = −2yy′. */
function byHand(): number[][] {
  const y = x.map(Math.tanh);
  const slope = y.map((t) => 1 - t * t);
  const diagonal = (i: number) => slope[i] ** 2 * weights[i] - 2 * y[i] * slope[i] * (weights[i] * y[i] + y[1 - i]);
  const off = slope[0] * slope[1];
  return [
    [diagonal(0), off],
    [off, diagonal(1)],
  ];
}

const worst = (a: number[][], b: number[][]) =>
  Math.max(...a.flatMap((row, i) => row.map((entry, j) => Math.abs(entry - b[i][j]))));
const asymmetry = ([[, right], [left]]: number[][]) => Math.abs(right - left);

describe('second derivatives of tfjs', () => {
  it('as it comes are wrong, and symmetric all the same', () => {
    const given = hessian();
    expect(worst(given, byHand())).toBeGreaterThan(0.1);
    expect(asymmetry(given)).toBeLessThan(1e-6);
  });

  // Channel: the Hessian by hand.
  it('are exact after the repair, also when it is asked for twice', () => {
    enableSecondOrder(tf);
    expect(worst(hessian(), byHand())).toBeLessThan(1e-6);
    enableSecondOrder(tf);
    expect(worst(hessian(), byHand())).toBeLessThan(1e-6);
  });

  it('leave first derivatives as they were', () => {
    const y = x.map(Math.tanh);
    const given = tf.tidy(() => tf.grad(value)(tf.tensor1d(x)).dataSync());
    x.forEach((_, i) => expect(given[i]).toBeCloseTo((1 - y[i] ** 2) * (weights[i] * y[i] + y[1 - i]), 6));
  });
});
