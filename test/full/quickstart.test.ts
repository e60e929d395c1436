/** The claim of the quickstart experiment, for three seeds that were not chosen afterwards. Channel: a real network. */
import { describe, expect, it } from 'vitest';
import { rangeFrom, summaryOf } from './run.ts';

describe.each([1, 2, 3])('quickstart, seed %i', (seed) => {
  it('follows epoch theory on both sides of the crossover, and not that of independent batches', () => {
    const summary = summaryOf('quickstart', [`seed=${seed}`]);
    const [stiffest, stiff, suppressed, flat] = [10, 1, 0.1, 0.01].map((low) => rangeFrom(summary, low));
    expect(stiffest.directions + stiff.directions).toBeGreaterThanOrEqual(20);
    expect(suppressed.directions + flat.directions).toBeGreaterThanOrEqual(200);
    for (const range of [stiffest, stiff]) {
      expect(range.ratioSampler).toBeGreaterThan(0.93);
      expect(range.ratioSampler).toBeLessThan(1.07);
    }
    expect(suppressed.ratioSampler).toBeGreaterThan(0.92);
    expect(suppressed.ratioSampler).toBeLessThan(1.2);
    expect(suppressed.ratioWhite).toBeLessThan(0.35);
    for (const range of [stiffest, stiff, suppressed, flat]) {
      expect(range.velocityRatioSampler).toBeGreaterThan(0.95);
      expect(range.velocityRatioSampler).toBeLessThan(1.05);
    }
  });
});

describe('quickstart with independent batches', () => {
  it('follows their theory instead', () => {
    const summary = summaryOf('quickstart', ['sgd.sampler=with-replacement']);
    for (const low of [10, 1, 0.1]) {
      const { ratioSampler } = rangeFrom(summary, low);
      expect(ratioSampler).toBeGreaterThan(0.88);
      expect(ratioSampler).toBeLessThan(1.12);
    }
  });
});
