import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/errors.ts';
import { lossFor, type LossName } from '../../src/models/losses.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { real, type Reals } from '../../src/tensor/types.ts';
import { doubles } from '../oracle/plain-network-arithmetic.ts';
import { plainLoss } from '../oracle/plain-network.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const cpu = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });

const TASK = {
  'half-mean-squared-error': 'regression',
  'binary-cross-entropy': 'binary',
  'cross-entropy': 'classes',
} as const;

async function perSample(
  backend: typeof single,
  name: LossName,
  outputs: number[][],
  targets: number[][],
): Promise<Reals> {
  const shape = real(outputs.length, outputs[0].length);
  const loss = lossFor(name, TASK[name]);
  const compiled = backend.compile((f, y) => [loss.perSample(backend.ops, f, y)], [shape, shape]);
  const [values] = await compiled.run(Float64Array.from(outputs.flat()), Float64Array.from(targets.flat()));
  compiled.dispose();
  return values;
}

describe.each([double, single, cpu])('losses on $name at $precision', (backend) => {
  // Channel: the definitions in plain JavaScript.
  it.each<[LossName, number[][], number[][]]>([
    [
      'half-mean-squared-error',
      [
        [1, 2.5],
        [0, -1],
        [3, 0.25],
      ],
      [
        [0, 2],
        [1, 1],
        [3, 0.25],
      ],
    ],
    ['binary-cross-entropy', [[0.5], [-2], [3], [0]], [[1], [0], [0], [1]]],
    [
      'cross-entropy',
      [
        [0.5, 1, -1],
        [2, 2, 2],
        [-3, 0, 3],
      ],
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    ],
  ])('%s is one value a sample', async (name, outputs, targets) => {
    const given = await perSample(backend, name, outputs, targets);
    expect(given).toHaveLength(outputs.length);
    outputs.forEach((row, i) =>
      expect(given[i]).toBeCloseTo(plainLoss(doubles, name, row, targets[i]), backend === double ? 14 : 6),
    );
  });

  it.each<[LossName, number[][], number[][], number[]]>([
    ['binary-cross-entropy', [[500], [-500], [500], [-500]], [[1], [0], [0], [1]], [0, 0, 500, 500]],
    [
      'cross-entropy',
      [
        [1000, 0],
        [0, 1000],
        [-1000, -1000],
      ],
      [
        [1, 0],
        [1, 0],
        [0, 1],
      ],
      [0, 1000, Math.LN2],
    ],
  ])('%s does not overflow', async (name, outputs, targets, expected) => {
    [...(await perSample(backend, name, outputs, targets))].forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i], 5),
    );
  });
});

describe('what counts as recognised', () => {
  const correct = (
    name: LossName,
    task: 'regression' | 'binary' | 'classes',
    outputs: number[],
    targets: number[],
    sample = 0,
  ) =>
    lossFor(name, task).correct?.(
      Float64Array.from(outputs),
      Float32Array.from(targets),
      sample,
      task === 'classes' ? 3 : 1,
    );

  it('of one logit is its sign', () => {
    expect(correct('binary-cross-entropy', 'binary', [0.1], [1])).toBe(true);
    expect(correct('binary-cross-entropy', 'binary', [0.1], [0])).toBe(false);
    expect(correct('binary-cross-entropy', 'binary', [5, -0.1], [1, 0], 1)).toBe(true);
  });

  it('of classes is the largest output', () => {
    expect(correct('cross-entropy', 'classes', [1, 3, 2], [0, 1, 0])).toBe(true);
    expect(correct('cross-entropy', 'classes', [1, 3, 2], [0, 0, 1])).toBe(false);
    expect(correct('cross-entropy', 'classes', [9, 9, 9, -3, -2, -1], [1, 0, 0, 0, 0, 1], 1)).toBe(true);
    expect(correct('half-mean-squared-error', 'classes', [0.2, 0.4, 0.3], [0, 1, 0])).toBe(true);
  });

  it('of squared error on 0/1 targets is the nearer of the two', () => {
    expect(correct('half-mean-squared-error', 'binary', [0.4], [0])).toBe(true);
    expect(correct('half-mean-squared-error', 'binary', [0.4], [1])).toBe(false);
  });

  it('has no meaning in regression', () => {
    expect(correct('half-mean-squared-error', 'regression', [1], [1])).toBeUndefined();
  });
});

describe('losses and targets that do not go together', () => {
  it.each([
    [
      'binary-cross-entropy',
      'classes',
      'needs one column of targets 0 or 1, but the data are classes: use cross-entropy',
    ],
    [
      'binary-cross-entropy',
      'regression',
      'needs one column of targets 0 or 1, but the data are regression: use half-mean-squared-error',
    ],
    ['cross-entropy', 'binary', 'needs one-hot classes, but the data are binary: use binary-cross-entropy'],
    ['cross-entropy', 'regression', 'needs one-hot classes, but the data are regression: use half-mean-squared-error'],
  ] as const)('%s on %s is refused', (name, task, message) => {
    expect(() => lossFor(name, task)).toThrow(new ConfigurationError(`loss ${name} ${message}`));
  });

  it.each(['regression', 'binary', 'classes'] as const)('squared error goes with %s', (task) => {
    expect(lossFor('half-mean-squared-error', task).name).toBe('half-mean-squared-error');
  });
});
