/** The claim of the quickstart experiment, for three seeds that were not chosen afterwards. Channel: a real network. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { RangeSummary, Summary } from '../../src/report/summary.ts';
import { type Printed, rangeFrom, resultOf, summaryOf } from './run.ts';

const LOWS = [10, 1, 0.1, 0.01];
const results: Printed[] = [];
beforeAll(() => {
  for (const seed of [1, 2, 3]) results.push(resultOf('quickstart', [`seed=${seed}`, 'controls.run=frozen']));
});

describe.each([0, 1, 2])('quickstart, seed 1 + %i', (index) => {
  const summary = (): Summary => results[index].summary;

  it('follows epoch theory on both sides of the crossover, and not that of independent batches', () => {
    const [stiffest, stiff, suppressed, flat] = LOWS.map((low) => rangeFrom(summary(), low));
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

  it('lifts the loss by what two components predict, to a tenth', () => {
    const { twoComponent, subspace } = summary().lossFluctuation;
    expect(twoComponent! / subspace!).toBeGreaterThan(0.9);
    expect(twoComponent! / subspace!).toBeLessThan(1.1);
  });

  it('is as contaminated as its trace says, and quadratic where it is tested', () => {
    const { noise, quadraticity } = summary();
    expect(noise.multiplicativeShare! / noise.expectedShare!).toBeGreaterThan(0.7);
    expect(noise.multiplicativeShare! / noise.expectedShare!).toBeLessThan(1.3);
    expect(Math.abs(quadraticity!.worstAboveTenth! - 1)).toBeLessThan(0.05);
  });

  it('is smooth: the weights feel the curvature that the Hessian has', () => {
    const { ranges, window } = summary().curvatures;
    expect(window).toBe('same');
    for (const low of LOWS) {
      const { trajectory, finiteStep } = ranges.find((range) => range.low === low)!;
      for (const { overEigenvalue } of [trajectory, finiteStep])
        expect(Math.abs(overEigenvalue!.value - 1)).toBeLessThan(low >= 0.1 ? 0.01 : 0.05);
    }
  });

  it('explains stiff paths from their own batches', () => {
    const explained = LOWS.map((low) => rangeFrom(summary(), low).replayExplained!);
    expect(explained[0]).toBeGreaterThan(0.95);
    expect(explained[2]).toBeGreaterThan(0.85);
  });

  it('with its noise frozen lies within 90 to 98 % of its intervals', () => {
    const frozen = results[index].controls!.controls.find(({ name }) => name === 'frozen')!;
    const known = frozen.ranges.filter(({ directions }) => directions > 0);
    const all = known.reduce((sum, { directions }) => sum + directions, 0);
    const inside = known.reduce((sum, { directions, coverage }) => sum + directions * coverage!, 0) / all;
    expect(inside).toBeGreaterThan(0.9);
    expect(inside).toBeLessThan(0.98);
  });
});

describe.each(LOWS)('quickstart, pooled over three seeds, from %d λ_cross on', (low) => {
  /** Mean over the seeds within 4 % of 1, and two standard errors of the seeds' scatter. */
  function expectOne(of: (range: RangeSummary) => number | null): void {
    const values = results.map(({ summary }) => of(rangeFrom(summary, low))!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    expect(Math.abs(mean - 1)).toBeLessThan(0.04 + 2 * Math.sqrt(square / values.length));
  }

  it('follows two-component theory, by the whole window', () => expectOne((range) => range.ratioTwoComponent));
  it('follows two-component theory, within epochs', () => expectOne((range) => range.withinEpochs.ratioTwoComponent));
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
