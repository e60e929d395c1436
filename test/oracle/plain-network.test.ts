/** The oracle against closed forms and numbers worked out by hand: it must not need what it is to check. */
import { describe, expect, it } from 'vitest';
import { doubles, exp, type HyperDual, hyperDuals, log, relu, softplus, tanh } from './plain-network-arithmetic.ts';
import { plainGradient, plainHessian, type PlainProblem, plainValue } from './plain-network-derivatives.ts';
import { plainLoss, type PlainNetwork, plainOutputs } from './plain-network.ts';

describe('hyper-dual numbers', () => {
  it('carry exact second derivatives through products', () => {
    // x³y at (2, 3): ∂x = 36, ∂y = 8, ∂x∂y = 12; with both parts at x, ∂²x = 36.
    const { mul } = hyperDuals;
    const cube = (a: HyperDual) => mul(a, mul(a, a));
    const [x, y] = [2, 3];
    expect(mul(cube({ x, p: 1, q: 0, r: 0 }), { x: y, p: 0, q: 1, r: 0 })).toEqual({ x: 24, p: 36, q: 8, r: 12 });
    expect(mul(cube({ x, p: 1, q: 1, r: 0 }), hyperDuals.of(y))).toEqual({ x: 24, p: 36, q: 36, r: 36 });
  });

  it.each([
    ['tanh', tanh, (x: number) => Math.tanh(x)],
    ['softplus', softplus, (x: number) => Math.log(1 + Math.exp(x))],
    ['relu', relu, (x: number) => Math.max(x, 0)],
    ['exp', exp, Math.exp],
    ['log', log, Math.log],
  ])('know the derivatives of %s', (_, smooth, f) => {
    for (const x of [0.2, 0.9, 1.7]) {
      const [value, slope, curvature] = smooth(x);
      // Differences with h = 1e-4: truncation about 1e-8, rounding 1e-16/h² = 1e-8.
      const h = 1e-4;
      expect(value).toBeCloseTo(f(x), 14);
      expect(slope).toBeCloseTo((f(x + h) - f(x - h)) / (2 * h), 6);
      expect(curvature).toBeCloseTo((f(x + h) - 2 * f(x) + f(x - h)) / h ** 2, 5);
    }
  });

  it('do not overflow in softplus', () => {
    expect(softplus(800)).toEqual([800, 1, 0]);
    expect(softplus(-800)).toEqual([0, 0, 0]);
  });
});

describe('plain layers', () => {
  const outputs = (layers: PlainNetwork['layers'], input: PlainNetwork['input'], theta: number[], x: number[]) =>
    plainOutputs(doubles, { input, layers }, theta, x);

  it('convolve as a correlation, valid and same', () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const kernel = [1, 10, 100, 1000, 0.5];
    const layer = (padding: 'valid' | 'same') => ({ kind: 'convolution', side: 2, channels: 1, padding }) as const;
    expect(outputs([layer('valid')], [3, 3, 1], kernel, image)).toEqual([5421.5, 6532.5, 8754.5, 9865.5]);
    // An even kernel takes its one row and column of padding behind the image.
    expect(outputs([layer('same')], [3, 3, 1], kernel, image)).toEqual([
      5421.5, 6532.5, 603.5, 8754.5, 9865.5, 906.5, 87.5, 98.5, 9.5,
    ]);
    const blur = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
    expect(outputs([{ kind: 'convolution', side: 3, channels: 1, padding: 'same' }], [3, 3, 1], blur, image)).toEqual(
      image,
    );
  });

  it('sum over input channels, output channel by output channel', () => {
    const layer = { kind: 'convolution', side: 1, channels: 2, padding: 'valid' } as const;
    // Kernel [in, out] = [[1, 2], [10, 20]], biases 0.5 and 0.25.
    expect(outputs([layer], [1, 2, 2], [1, 2, 10, 20, 0.5, 0.25], [1, 2, 3, 4])).toEqual([21.5, 42.25, 43.5, 86.25]);
  });

  it('pool and cut off the edge', () => {
    const image = [1, 2, 9, 3, 4, 9, 9, 9, 9];
    expect(outputs([{ kind: 'pooling', pooling: 'max', side: 2 }], [3, 3, 1], [], image)).toEqual([4]);
    expect(outputs([{ kind: 'pooling', pooling: 'average', side: 2 }], [3, 3, 1], [], image)).toEqual([2.5]);
  });

  it('refuse parameters that are left over', () => {
    expect(() => outputs([{ kind: 'dense', outputs: 1 }], [1, 1, 1], [1, 2, 3], [1])).toThrow('has 2 parameters');
  });
});

describe('plain losses', () => {
  it('have the values of their definitions', () => {
    expect(plainLoss(doubles, 'half-mean-squared-error', [1, 3], [0, 1])).toBe(2.5);
    const p = 1 / (1 + Math.exp(-0.7));
    expect(plainLoss(doubles, 'binary-cross-entropy', [0.7], [1])).toBeCloseTo(-Math.log(p), 14);
    expect(plainLoss(doubles, 'binary-cross-entropy', [0.7], [0])).toBeCloseTo(-Math.log(1 - p), 14);
    const [a, b, c] = [0.1, 1.2, -0.3].map(Math.exp);
    expect(plainLoss(doubles, 'cross-entropy', [0.1, 1.2, -0.3], [0, 0, 1])).toBeCloseTo(
      -Math.log(c / (a + b + c)),
      14,
    );
  });
});

describe('the dense Hessian', () => {
  it('of linear regression is that of the normal equations', () => {
    // One input, one output: with inputs (x, 1) the Hessian is the mean of [[x², x], [x, 1]], plus L2.
    const x = [0.5, -1, 2];
    const y = [1, 0, -1];
    const net: PlainNetwork = { input: [1, 1, 1], layers: [{ kind: 'dense', outputs: 1 }] };
    const problem: PlainProblem = {
      net,
      loss: 'half-mean-squared-error',
      weightDecay: 0.25,
      data: { x, y, samples: 3 },
    };
    const [weight, bias] = [0.7, -0.2];
    const mean = (f: (x: number, error: number) => number) =>
      x.reduce((sum, value, i) => sum + f(value, weight * value + bias - y[i]) / 3, 0);
    const rows = plainHessian(problem, [weight, bias]);
    expect(rows[0][0]).toBeCloseTo(mean((t) => t * t) + 0.25, 14);
    expect(rows[0][1]).toBeCloseTo(
      mean((t) => t),
      14,
    );
    expect(rows[1][1]).toBeCloseTo(1.25, 14);
    expect(rows[1][0]).toBe(rows[0][1]);
    const gradient = plainGradient(problem, [weight, bias]);
    expect(gradient[0]).toBeCloseTo(mean((t, error) => error * t) + 0.25 * weight, 14);
    expect(gradient[1]).toBeCloseTo(mean((_, error) => error) + 0.25 * bias, 14);
    expect(plainValue(problem, [weight, bias])).toBeCloseTo(mean((_, e) => (e * e) / 2) + (0.49 + 0.04) / 8, 14);
  });

  it('of logistic regression is p(1−p)xxᵀ', () => {
    const net: PlainNetwork = { input: [1, 1, 2], layers: [{ kind: 'dense', outputs: 1 }] };
    const problem: PlainProblem = {
      net,
      loss: 'binary-cross-entropy',
      weightDecay: 0,
      data: { x: [1, -2], y: [1], samples: 1 },
    };
    const p = 1 / (1 + Math.exp(-(0.3 + 0.8 + 0.1)));
    const z = [1, -2, 1];
    plainHessian(problem, [0.3, -0.4, 0.1]).forEach((entries, i) =>
      entries.forEach((entry, j) => expect(entry).toBeCloseTo(p * (1 - p) * z[i] * z[j], 14)),
    );
  });
});
