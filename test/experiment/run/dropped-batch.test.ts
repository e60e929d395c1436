/**
 * A run that drops its last incomplete batch, against dense matrices: N = 400 and S = 60 leave 6 updates an epoch, and an
 * epoch's noise sums to zero only with f = 1/M = 1/6, not with the f = S/N = 0.15 of batches that are six of 6⅔.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../../src/store/csv.ts';
import { settledStart, traces, windowFrom } from '../../theory/dense-window.ts';
import { relativeError } from '../../theory/relative-error.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { LEARNING_RATE, MOMENTUM, run, SAMPLES, SIZE } from './tiny.ts';

const folder = temporaryFolders();
const BATCH = 60;
const M = 6;
const UPDATES = 5 * M;
const BURN_IN = 3 * M;
const REST = [
  [0, 0],
  [0, 0],
];

/** σ²_θ per unit C: settled where something holds the direction, else from rest through the burn-in. */
function dense(eigenvalue: number, fraction: number): number {
  const rule = { learningRate: LEARNING_RATE, momentum: MOMENTUM, eigenvalue };
  const noise = { epochLength: M, fraction };
  const window =
    eigenvalue > 0
      ? windowFrom(settledStart(rule, noise), rule, noise, UPDATES, 0)
      : windowFrom(REST, rule, noise, UPDATES, BURN_IN);
  return traces(window.theta, true).variance;
}

describe('predictions of a run that drops an incomplete batch', () => {
  let columns: { eigenvalue: number[]; noise: number[]; sampler: number[] };
  beforeAll(async () => {
    const directory = join(folder(), 'dropping');
    await run(directory, { sgd: { batchSize: BATCH, dropLast: true } }, 'compare');
    const table = readCsv(join(directory, 'directions.csv'));
    columns = {
      eigenvalue: [...table.numbers('eigenvalue')],
      noise: [...table.numbers('noise_variance')],
      sampler: [...table.numbers('theta_variance_sampler')],
    };
  });

  it('are those of f = S/N', () => {
    expect(columns.eigenvalue).toHaveLength(SIZE);
    columns.eigenvalue.forEach((eigenvalue, i) => {
      const expected = columns.noise[i] * dense(eigenvalue, BATCH / SAMPLES);
      expect(relativeError(columns.sampler[i], expected), `λ = ${eigenvalue}`).toBeLessThan(1e-6);
    });
  });

  it('would be others with f = 1/M', () => {
    const whole = columns.eigenvalue.map((eigenvalue, i) => columns.noise[i] * dense(eigenvalue, 1 / M));
    const largest = Math.max(...columns.sampler.map((value, i) => relativeError(whole[i], value)));
    expect(largest).toBeGreaterThan(0.1);
  });
});
