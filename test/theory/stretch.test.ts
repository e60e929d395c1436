/** Joining stretches of updates: that it is associative is what makes a power of one out of K equal ones. */
import { describe, expect, it } from 'vitest';
import { throughEpochs, VELOCITY, WEIGHT_ABOUT_MEAN } from '../../src/theory/epochs.ts';
import { epochNoise, INDEPENDENT_NOISE } from '../../src/theory/noise.ts';
import { repeated } from '../../src/theory/stretch.ts';
import { profileError } from './relative-error.ts';

const RULES = [1e-9, 0.02, 1.5, -0.01].map((eigenvalue) => ({ learningRate: 1, momentum: 0.9, eigenvalue }));

/** All numbers of a stretch, in a fixed order. */
function numbersOf(value: object): number[] {
  return Object.values(value).flatMap((entry: number | number[] | object) =>
    typeof entry === 'number' ? [entry] : Array.isArray(entry) ? (entry as number[]) : numbersOf(entry),
  );
}

/** The parts of a stretch have units of their own: each is compared by itself. */
function expectEqual(actual: object, expected: object): void {
  for (const [key, value] of Object.entries(expected) as [keyof typeof actual, number | object][]) {
    const [left, right] = [{ part: actual[key] }, { part: value }].map(numbersOf);
    if (right.some((number) => number !== 0)) expect(profileError(left, right), key).toBeLessThan(1e-11);
  }
}

describe.each([
  ['weight', WEIGHT_ABOUT_MEAN],
  ['velocity', VELOCITY],
] as const)('%s', (_, observable) => {
  // The readings of a stretch are a basis of their deviations, which differs with the order; sums over them do not.
  const observed = observable as typeof WEIGHT_ABOUT_MEAN;

  it.each(RULES)('one after the other or by squaring, ηλ=$eigenvalue', (rule) => {
    const one = observed.update(rule);
    let oneByOne = one;
    for (let count = 2; count <= 23; count++) {
      oneByOne = observed.joinWithin(oneByOne, one);
      expectEqual(repeated(one, count, observed.joinWithin), oneByOne);
    }
  });

  it.each(RULES)('the rest of an epoch after its beginning is the epoch, ηλ=$eigenvalue', (rule) => {
    const epochs = { epochLength: 12, noise: epochNoise(12) };
    const whole = throughEpochs(epochs, observed, rule, 0, 40);
    for (const length of [5, 12, 17]) {
      const begun = throughEpochs(epochs, observed, rule, 0, length);
      const rest = throughEpochs(epochs, observed, rule, length % 12, 40 - length);
      expectEqual(observed.join(begun, rest), whole);
    }
  });

  // Independent channel: the same noise, as epochs that are nothing but a number.
  it.each(RULES)('independent batches know no epochs, ηλ=$eigenvalue', (rule) => {
    const broken = throughEpochs({ epochLength: 9, noise: epochNoise(9, 0) }, observed, rule, 0, 31);
    const unbroken = throughEpochs({ epochLength: 1, noise: INDEPENDENT_NOISE }, observed, rule, 0, 31);
    for (const key of ['noise', 'response', 'trace', 'square'] as const) {
      const [left, right] = [numbersOf({ part: broken[key] }), numbersOf({ part: unbroken[key] })];
      expect(left.length, key).toBe(right.length);
      // All but the push, which is the mean noise of another number of updates.
      const state = left.length === 9 ? [0, 1, 3, 4] : [0];
      const pick = (values: number[]) => state.map((index) => values[index]);
      expect(profileError(pick(left), pick(right)), key).toBeLessThan(1e-12);
    }
  });
});
