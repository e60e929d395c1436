/**
 * Whole Hessians of tiny networks, column by column from the project's products, against the oracle's: hyper-dual numbers
 * through plain loops, an independent channel for the forward pass, the losses and both derivatives. A wrong layout, a
 * missing term or a wrong scale changes entries and eigenvalues alike.
 */
import { describe, expect, it } from 'vitest';
import { openHessian } from '../../src/hessian/hessian.ts';
import type { LossName } from '../../src/models/losses.ts';
import { mlp } from '../../src/models/mlp.ts';
import type { Activation } from '../../src/models/model.ts';
import type { Problem } from '../../src/models/problem.ts';
import { atPrecision, openBackend } from '../../src/tensor/backend.ts';
import { jacobiEigen } from '../oracle/jacobi-reference.ts';
import { plainHessian } from '../oracle/plain-network-derivatives.ts';
import type { PlainLayer, PlainNetwork } from '../oracle/plain-network.ts';
import { largestDifference } from '../tensor/finite-differences.ts';
import { OUTPUTS, type Twins, twins } from './tiny-nets.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');
const WEIGHT_DECAY = 0.01;

const LOSSES: LossName[] = ['half-mean-squared-error', 'binary-cross-entropy', 'cross-entropy'];
const ACTIVATIONS: Activation[] = ['tanh', 'relu', 'softplus'];

const conv = (side: number, channels: number, padding: 'valid' | 'same'): PlainLayer => ({
  kind: 'convolution',
  side,
  channels,
  padding,
});
const pool = (pooling: 'average' | 'max'): PlainLayer => ({ kind: 'pooling', pooling, side: 2 });
const denseLayer = (outputs: number): PlainLayer => ({ kind: 'dense', outputs });

async function projectHessian(problem: Problem, { data, theta }: Twins): Promise<Float64Array[]> {
  const family = openHessian(problem, data);
  const operator = family.at(theta);
  const rows: Float64Array[] = [];
  for (let i = 0; i < theta.length; i++) {
    const unit = new Float64Array(theta.length);
    unit[i] = 1;
    rows.push(Float64Array.from(await operator.apply(unit)));
  }
  operator.dispose();
  family.dispose();
  return rows;
}

/** Entries and eigenvalues, both relative to the largest eigenvalue. */
async function compare(pair: Twins): Promise<void> {
  const exact = plainHessian(pair.plain, pair.theta);
  const { eigenvalues } = jacobiEigen(exact);
  const scale = Math.max(...eigenvalues.map(Math.abs));
  // float32: products of a few hundred terms of relative rounding 6e-8; float64: the same with 1e-16.
  for (const [backend, tolerance] of [
    [single, 1e-5],
    [double, 1e-13],
  ] as const) {
    const rows = await projectHessian(pair.problem(backend), pair);
    rows.forEach((row, i) => expect(largestDifference(row, exact[i])).toBeLessThan(tolerance * scale));
    const symmetric = rows.map((row, i) => row.map((entry, j) => (entry + rows[j][i]) / 2));
    expect(largestDifference(jacobiEigen(symmetric).eigenvalues, eigenvalues)).toBeLessThan(tolerance * scale);
  }
}

describe.each(LOSSES)('the Hessian of %s', (loss) => {
  const outputs = denseLayer(OUTPUTS[loss]);

  it.each(ACTIVATIONS)('and a dense network with %s', async (activation) => {
    const net: PlainNetwork = {
      input: [1, 1, 3],
      layers: [
        denseLayer(4),
        { kind: 'activation', activation },
        denseLayer(3),
        { kind: 'activation', activation },
        outputs,
      ],
    };
    const model = mlp([3], OUTPUTS[loss], { hidden: [4, 3], activation });
    const purpose = `dense/${loss}/${activation}`;
    // The project's own model takes inputs of any shape and flattens them.
    await compare(twins(net, loss, 4, purpose, { weightDecay: WEIGHT_DECAY, model }));
  });

  it.each(ACTIVATIONS)('and a convolution with %s and average pooling', async (activation) => {
    const layers: PlainLayer[] = [conv(3, 2, 'valid'), { kind: 'activation', activation }, pool('average'), outputs];
    const net: PlainNetwork = { input: [6, 6, 1], layers };
    await compare(twins(net, loss, 3, `average/${loss}/${activation}`, { weightDecay: WEIGHT_DECAY }));
  });

  it.each(ACTIVATIONS)('and a convolution with %s and max pooling', async (activation) => {
    const layers: PlainLayer[] = [conv(3, 2, 'same'), { kind: 'activation', activation }, pool('max'), outputs];
    const net: PlainNetwork = { input: [4, 4, 1], layers };
    await compare(twins(net, loss, 3, `max/${loss}/${activation}`, { weightDecay: WEIGHT_DECAY }));
  });
});

describe('the Hessian of cross-entropy', () => {
  it.each([
    [
      'a 5×5 kernel, padding same, odd sides',
      [5, 7, 1],
      [conv(5, 1, 'same'), { kind: 'activation', activation: 'tanh' }, pool('max')],
    ],
    [
      'a 5×5 kernel, padding valid, two channels',
      [6, 6, 2],
      [conv(5, 1, 'valid'), { kind: 'activation', activation: 'softplus' }, pool('average')],
    ],
    [
      'a 2×2 kernel, padding same',
      [4, 3, 1],
      [conv(2, 3, 'same'), { kind: 'activation', activation: 'tanh' }, pool('average')],
    ],
    [
      'two convolutions',
      [8, 8, 1],
      [
        conv(3, 2, 'valid'),
        { kind: 'activation', activation: 'tanh' },
        pool('max'),
        conv(3, 2, 'same'),
        { kind: 'activation', activation: 'tanh' },
        pool('average'),
      ],
    ],
  ] as [string, [number, number, number], PlainLayer[]][])('and %s', async (name, input, layers) => {
    const net: PlainNetwork = { input, layers: [...layers, denseLayer(3)] };
    await compare(twins(net, 'cross-entropy', 3, name, { weightDecay: WEIGHT_DECAY }));
  });
});
