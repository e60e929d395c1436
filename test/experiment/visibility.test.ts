/** Whether the law can be seen, by hand: the trace of a diagonal matrix is the sum of its entries. */
import { describe, expect, it } from 'vitest';
import { estimateVisibility, visibilityInWords, warningOfInvisibility } from '../../src/experiment/visibility.ts';
import { silent } from '../../src/progress.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';

const diagonal = (...entries: number[]) =>
  operatorFrom(entries.length, (vector) => vector.map((value, i) => entries[i] * value));
const settings = { weightDecay: 0.5, samples: 100, crossover: 0.5, seed: 1 };

describe('estimateVisibility', () => {
  it('takes L2 off the trace, and holds it against samples and crossover', async () => {
    const { trace, contamination, samplesForClearView } = await estimateVisibility(
      diagonal(3.25, 2, 1),
      settings,
      silent,
    );
    // 6.25 − 3·0.5; 3·4.75/(2·100·0.5); 100·0.1425/0.01.
    expect(trace).toEqual({ value: 4.75, low: 4.75, high: 4.75, products: 3 });
    expect(contamination).toBeCloseTo(0.1425, 12);
    expect(Math.abs(samplesForClearView - 1425)).toBeLessThanOrEqual(1);
  });

  it('does not depend on how many samples there are to say how many would do, nor is it made larger by L2', async () => {
    const other = await estimateVisibility(
      diagonal(3.75, 2.5, 1.5),
      { ...settings, weightDecay: 1, samples: 1000 },
      silent,
    );
    expect(other.trace.value).toBe(4.75);
    expect(other.contamination).toBeCloseTo(0.01425, 12);
    expect(Math.abs(other.samplesForClearView - 1425)).toBeLessThanOrEqual(1);
  });

  it('of a large operator has the interval of the loss alone, from sixty products that it tells of', async () => {
    const entries = Array.from({ length: 300 }, (_, i) => 20 / (i + 1) ** 2 + (i % 3) * 0.01);
    const truth = entries.reduce((sum, value) => sum + value, 0);
    const told: [number, number][] = [];
    const plain = await estimateVisibility(
      diagonal(...entries),
      { ...settings, weightDecay: 0 },
      async (done, total) => void told.push([done, total]),
    );
    const { trace } = await estimateVisibility(diagonal(...entries), settings, silent);
    expect(told).toHaveLength(60);
    expect(told.at(-1)).toEqual([60, 60]);
    expect(plain.trace.low).toBeLessThan(truth);
    expect(plain.trace.high).toBeGreaterThan(truth);
    expect((plain.trace.high - plain.trace.low) / truth).toBeLessThan(0.1);
    for (const end of ['value', 'low', 'high'] as const) expect(plain.trace[end] - trace[end]).toBeCloseTo(150, 9);
  });
});

const visibility = (contamination: number) => ({
  trace: { value: 41.234, low: 40.9, high: 41.5, products: 60 },
  contamination,
  samplesForClearView: 85500,
});

describe('visibilityInWords', () => {
  it('says the trace with half its interval, the share, and the samples for a clear view', () => {
    expect(visibilityInWords(visibility(0.01714))).toBe(
      "trace of the loss's Hessian 41.2 ± 0.3; expected share of its fluctuations in the noise m = 3Tr(H)/(2Nλ×) = 0.0171, and 0.01, a clear view, with 85500 samples",
    );
  });
});

describe('warningOfInvisibility', () => {
  it('is silent up to m = 0.1, and where m is no number', () => {
    for (const contamination of [-1, 0, 0.0171, 0.1, NaN])
      expect(warningOfInvisibility(visibility(contamination))).toBeUndefined();
  });

  it('says from there on how far the law is filled up, and what would help', () => {
    expect(warningOfInvisibility(visibility(0.1001))).toBeDefined();
    expect(warningOfInvisibility(visibility(0.2361))).toBe(
      'The law cannot be seen: with m = 3Tr(H)/(2Nλ×) = 0.236 a fluctuating curvature adds 2.36 times what is left of the weight variance at a tenth of the crossover. About 85500 samples would do, with the batch size raised in proportion.',
    );
  });
});
