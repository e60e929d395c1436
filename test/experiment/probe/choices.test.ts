/** What a learning rate would make of a window, against closed forms and, for the reduction, the theory's own limits. */
import { describe, expect, it } from 'vitest';
import { countDirections } from '../../../src/experiment/probe/decay.ts';
import { choiceOf, learningRateFor } from '../../../src/experiment/probe/choices.ts';
import { recommend } from '../../../src/experiment/probe/advice.ts';
import { windowOutlooks } from '../../../src/experiment/probe/window.ts';
import { reshuffledCorrelationTime } from '../../../src/theory/index.ts';
import { resolveExperiment } from '../../../src/experiment/index.ts';
import { experiment, powerLaw, SCALE, setting } from './setting.ts';

describe('choiceOf', () => {
  it.each([1, 2, 5, 20, 40])('at rank %i of λ = 60/rank', (rank) => {
    const learningRate = learningRateFor(SCALE / rank, setting());
    // 3·0.1/(100·60/r).
    expect(learningRate).toBeCloseTo(5e-5 * rank, 15);
    const choice = choiceOf(learningRate, setting());
    expect(choice.crossover).toBeCloseTo(SCALE / rank, 9);
    expect(choice.above).toEqual({ count: rank, isExtrapolated: false });
    // Ten times as many lie above a tenth.
    expect(choice.suppressed).toEqual({ count: 9 * rank, isExtrapolated: rank > 4 });
    // 3·500/(2·50,000·60/r).
    expect(choice.contamination).toBeCloseTo(2.5e-4 * rank, 12);
    expect(choice.filledUp).toBeCloseTo(2.5e-3 * rank, 11);
    expect(Math.abs(choice.samplesForClearView - 1250 * rank)).toBeLessThanOrEqual(1);
    expect(choice.isStable).toBe(true);
  });

  it('does not extrapolate what cannot be, and does not count it', () => {
    const spectrum = {
      exponent: null,
      above: (level: number) => (level > 1 ? { count: 3, isExtrapolated: false } : null),
    };
    const choice = choiceOf(learningRateFor(5, setting()), setting({ spectrum }));
    expect(choice.above).toEqual({ count: 3, isExtrapolated: false });
    expect(choice.suppressed).toBeNull();
  });

  it('counts the samples that an epoch uses, not those that it leaves out', () => {
    const bench = { batchesPerEpoch: 100, samples: 50_499 };
    expect(choiceOf(1e-3, setting({ bench })).contamination).toBe(choiceOf(1e-3, setting()).contamination);
  });

  it('knows when the stiffest direction diverges: from ηλ_max = 2(1+β) on', () => {
    for (const [learningRate, isStable] of [
      [0.0633, true],
      [0.0634, false],
    ] as const)
      expect(choiceOf(learningRate, setting()).isStable).toBe(isStable);
  });

  // theory.md, table of §6, β = 0.9, M = 100 at λ_cross/10: stationary 0.0736 of white; windows of 20 epochs keep 0.994 and 0.721.
  it('expects the reduction that the theory has for long windows, more of it filled up the larger m', () => {
    const long = { ...experiment, record: { ...experiment.record, burnInEpochs: 400, epochs: 400 } };
    const bare = setting({ experiment: long, trace: { value: 0, low: 0, high: 0, products: 60 } });
    const none = choiceOf(1e-3, bare);
    expect(none.contamination).toBe(0);
    expect(none.reduction).toBe(none.idealReduction);
    expect(none.reduction / 0.0736).toBeGreaterThan(0.98);
    expect(none.reduction / 0.0736).toBeLessThan(1.04);
    // White noise of m C on top of both: (0.0736 + m)/(1 + m) at leading order.
    const filled = choiceOf(
      1e-3,
      setting({ experiment: long, trace: { value: 10_000, low: 0, high: 0, products: 60 } }),
    );
    expect(filled.contamination).toBeCloseTo(0.1, 12);
    expect(filled.idealReduction).toBe(none.reduction);
    expect(filled.reduction / ((none.reduction + 0.1) / 1.1)).toBeCloseTo(1, 2);
  });

  it('expects less to be seen in a short window, where white noise has not spread', () => {
    const short = choiceOf(1e-3, setting());
    expect(short.idealReduction).toBeGreaterThan(0.0736 * 1.2);
    expect(short.idealReduction).toBeLessThan(0.0736 * 1.6);
  });

  it('expects no less than nothing of a negative trace', () => {
    const choice = choiceOf(1e-3, setting({ trace: { value: -5, low: -6, high: -4, products: 60 } }));
    expect(choice.reduction).toBe(choice.idealReduction);
  });

  it('says what reshuffling would show, whatever the sampler', () => {
    for (const sampler of ['with-replacement', 'shuffle-once'] as const) {
      const other = { ...experiment, sgd: { ...experiment.sgd, sampler } };
      expect(choiceOf(1e-3, setting({ experiment: other }))).toEqual(choiceOf(1e-3, setting()));
    }
  });
});

describe('recommend', () => {
  const eigenvalues = powerLaw(40);

  it('takes rank 30 where m is small enough there', () => {
    // m at rank 30 is 30·2.5e-4 = 0.0075.
    const { rank, choice, isLimited } = recommend(eigenvalues, 1000, setting());
    expect(rank).toBe(30);
    expect(isLimited).toBe(false);
    // 0.0015: what it is exactly.
    expect(choice.learningRate).toBe(0.0015);
    expect(choice.contamination).toBeCloseTo(0.0075, 12);
  });

  it('takes the highest rank with m up to 0.01, after the learning rate is rounded to two digits', () => {
    // λ = 61.8/r, m = 0.01·780·η: 0.0098 at rank 26, but η is 0.00126 there, and 0.0013 makes it 0.0101.
    const trace = { value: 780, low: 0, high: 0, products: 60 };
    const stiffer = eigenvalues.map((value) => 1.03 * value);
    const { rank, choice } = recommend(stiffer, 1000, setting({ trace }));
    expect(rank).toBe(25);
    expect(choice.learningRate).toBe(0.0012);
    expect(choice.contamination).toBeCloseTo(0.00936, 12);
  });

  it('takes rank 20, the smallest m, where it is large everywhere', () => {
    const trace = { value: 10_000, low: 0, high: 0, products: 60 };
    const { rank, choice } = recommend(eigenvalues, 1000, setting({ trace }));
    expect(rank).toBe(20);
    expect(choice.contamination).toBeCloseTo(0.1, 12);
  });

  it('passes over ranks with fewer than 20 directions in the decade below', () => {
    // After rank 22 a gap, then 1/k: below rank 22 + k lie 9k in the decade, and m = 0.015 k.
    const gap = [...powerLaw(22), ...powerLaw(70).map((value) => value / SCALE)];
    const found = recommend(gap, 1000, setting({ spectrum: countDirections(gap, 1000) }));
    expect(found.rank).toBe(25);
    expect(found.choice.suppressed).toEqual({ count: 27, isExtrapolated: false });
    expect(found.hasEnoughBelow).toBe(true);
    // Where none has enough, rank 20 again, and it is said.
    const bare = [...powerLaw(30), ...powerLaw(70).map((value) => value / 1e4)];
    const none = recommend(bare, 1000, setting({ spectrum: countDirections(bare, 1000) }));
    expect([none.rank, none.hasEnoughBelow]).toEqual([20, false]);
    expect(none.choice.suppressed?.count).toBe(10);
  });

  it('takes the last of fewer, and says so', () => {
    const few = recommend(powerLaw(12), 1000, setting());
    expect([few.rank, few.isLimited]).toEqual([12, true]);
  });

  it('leaves three quarters of a small network’s directions below', () => {
    const small = recommend(powerLaw(19), 19, setting());
    expect([small.rank, small.isLimited]).toEqual([4, false]);
    expect(recommend([3], 2, setting()).rank).toBe(1);
  });

  it('passes over ranks at which the stiffest direction diverges', () => {
    // M = 2, β = 0: ηλ_max = 1.5·λ_max/λ must stay below 2.
    const sgd = { ...experiment.sgd, momentum: 0, batchSize: 25_000 };
    const coarse = { experiment: { ...experiment, sgd }, bench: { batchesPerEpoch: 2, samples: 50_000 } };
    const values = [60, 58, 55, 48, 20, 10];
    const found = recommend(values, 1000, setting(coarse));
    expect(found.rank).toBe(4);
    expect(found.choice.isStable).toBe(true);
    expect(choiceOf(learningRateFor(20, setting(coarse)), setting(coarse)).isStable).toBe(false);
  });
});

describe('windowOutlooks', () => {
  const [atCrossover, atTenth] = windowOutlooks(setting());

  // κ = ηλ/(1−β) = 3/M at λ_cross.
  it('has relaxation times of a third of an epoch at λ×, of 10/3 at a tenth, and what they leave', () => {
    expect([atCrossover.relative, atTenth.relative]).toEqual([1, 0.1]);
    expect(atCrossover.relaxationEpochs).toBeCloseTo(1 / 3, 12);
    expect(atTenth.relaxationEpochs).toBeCloseTo(10 / 3, 12);
    expect(atTenth.left).toBeCloseTo(Math.exp(-6), 12);
    // ln 20 = 2.996 relaxation times leave 5 %.
    expect([atCrossover.burnInEpochs, atTenth.burnInEpochs]).toEqual([1, 10]);
  });

  // theory.md, table of §6: τ of 333 and 546 updates, windows of 20 epochs keep 0.999 and 0.994.
  it('has correlation times, and what a window keeps, from the theory', () => {
    expect(atCrossover.correlationEpochs).toBeCloseTo(3.33, 2);
    expect(atTenth.correlationEpochs).toBeCloseTo(5.46, 2);
    expect(atCrossover.kept).toBeCloseTo(0.999, 3);
    expect(atTenth.kept).toBeCloseTo(0.994, 3);
    const direction = { learningRate: 1e-3, momentum: 0.9, batchesPerEpoch: 100, noiseVariance: 1, eigenvalue: 3 };
    expect(atCrossover.correlationEpochs).toBeCloseTo(reshuffledCorrelationTime(direction) / 100, 12);
  });

  // theory.md §14: ν/n = 2.24 at x = 3 and 1.69 at x = 0.3.
  it('has the scatter of its degrees of freedom', () => {
    expect(atCrossover.scatter).toBeCloseTo(Math.sqrt(2 / (20 * 2.24)), 2);
    expect(atTenth.scatter).toBeCloseTo(Math.sqrt(2 / (20 * 1.69)), 2);
  });

  it('does not depend on the learning rate, nor on the sampler', () => {
    for (const changed of [{ learningRate: 0.02 }, { sampler: 'with-replacement' as const }]) {
      const other = { ...experiment, sgd: { ...experiment.sgd, ...changed } };
      const outlooks = windowOutlooks(setting({ experiment: other }));
      outlooks.forEach((outlook, i) => {
        const same = [atCrossover, atTenth][i];
        for (const key of ['relaxationEpochs', 'left', 'correlationEpochs', 'kept', 'scatter'] as const)
          expect(outlook[key] / same[key]).toBeCloseTo(1, 9);
      });
    }
  });

  it.each([
    [20, 20, [true, true], [true, true]],
    [9, 20, [true, false], [true, true]],
    [10, 20, [true, true], [true, true]],
    [0, 20, [false, false], [true, true]],
    [20, 2, [true, true], [true, false]],
  ])('with %i epochs of burn-in and %i of window', (burnInEpochs, epochs, burnIn, window) => {
    const other = resolveExperiment({ ...experiment, record: { burnInEpochs, epochs } });
    const outlooks = windowOutlooks(setting({ experiment: other }));
    expect(outlooks.map(({ burnInSuffices }) => burnInSuffices)).toEqual(burnIn);
    expect(outlooks.map(({ windowSuffices }) => windowSuffices)).toEqual(window);
  });
});
