/** Products of the window's noise with itself in plain loops, and what they are worth, by hand. */
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/experiment/context.ts';
import { gram, relationsOf } from '../../../src/experiment/noise/window-noise.ts';
import type { Spectrum } from '../../../src/experiment/run-files.ts';
import type { Workbench } from '../../../src/experiment/workbench.ts';
import { silent } from '../../../src/progress.ts';
import type { Sampler } from '../../../src/sgd/samplers.ts';
import { atPrecision, openBackend } from '../../../src/tensor/backend.ts';
import { quiet } from '../run/tiny.ts';

const single = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const double = atPrecision(single, 'float64');

describe.each([single, double])('gram, at $precision', (backend) => {
  it.each([
    [7, 3],
    [3, 7],
    [1, 4],
    [5, 1],
    [2, 1100], // more columns than are multiplied at once
  ])('is XᵀX of %d rows of %d', async (count, k) => {
    const rows = Float64Array.from({ length: count * k }, (_, at) => Math.sin(3 * at + 1) + 0.1 * at);
    const product = await gram(rows, k, { backend }, silent);
    expect(product).toHaveLength(k * k);
    const scale = rows.reduce((sum, value) => sum + value * value, 0);
    const tolerance = backend.precision === 'float64' ? 1e-14 : 1e-6;
    let largest = 0;
    for (let i = 0; i < k; i++)
      for (let j = 0; j < k; j++) {
        let expected = 0;
        for (let row = 0; row < count; row++) expected += rows[row * k + i] * rows[row * k + j];
        largest = Math.max(largest, Math.abs(product[i * k + j] - expected) / scale);
      }
    expect(largest).toBeLessThan(tolerance);
  });
});

describe('relationsOf', () => {
  const M = 5;
  const EPOCHS = 8;
  const weightDecay = 0.5;
  // (1/K) Σ xxᵀ over (2, 1) and (0, √3): C = [[2, 1], [1, 2]].
  const rows = Array.from({ length: EPOCHS * M }, (_, update) =>
    update % 2 === 0 ? [2, 1] : [0, Math.sqrt(3)],
  ).flat();
  const spectrum = { eigenvalues: Float64Array.of(3.5, 1.5) } as unknown as Spectrum;

  const found = (sampler: Sampler) =>
    relationsOf(
      { experiment: { sgd: { sampler, weightDecay } }, voice: quiet } as unknown as Context,
      { problem: { backend: double }, batchesPerEpoch: M } as unknown as Workbench,
      spectrum,
      Float64Array.from(rows),
    );

  // An epoch of M batches without replacement has M − 1 degrees of freedom; one order for all is one epoch.
  it.each([
    ['reshuffle', EPOCHS * (M - 1)],
    ['with-replacement', EPOCHS * M],
    ['shuffle-once', M - 1],
  ] as const)('of %s is worth %d batches', async (sampler, n) => {
    const { batches, correlation, correlationFloor, commutator, commutatorFloor } = await found(sampler);
    expect(batches).toBe(n);
    // Correlation 1/2, H without L2 diag(3, 1): ‖CH − HC‖² = 2·(1·2)², and ‖C‖² = 10, ‖H‖² = 10.
    expect(correlationFloor).toBeCloseTo(1 / Math.sqrt(n), 12);
    expect(correlation).toBeCloseTo(Math.sqrt(Math.max(0, 1 / 4 - 1 / n)), 12);
    // Sampling: (C_iiC_jj + C_ij²)/(n + 1), 8 on the diagonal and 5 beside it.
    const noise = 2 * 4 * 5;
    const scale = 2 * (10 - 26 / (n + 1)) * 10;
    expect(commutatorFloor).toBeCloseTo(Math.sqrt(noise / (n + 1) / scale), 12);
    expect(commutator).toBeCloseTo(Math.sqrt((8 - noise / (n + 1)) / scale), 12);
  });
});
