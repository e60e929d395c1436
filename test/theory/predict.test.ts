/** Predictions of a whole spectrum: order, sign and size of the eigenvalues, and what must be refused. */
import { describe, expect, it } from 'vitest';
import { predictDirections, SAMPLERS, windowPredictor, type WindowOptions } from '../../src/theory/index.ts';
import { stationaryCases } from './golden-cases.ts';
import { relativeError } from './relative-error.ts';

const run = { learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 20, updates: 105 } as const;
const optionSets: WindowOptions[] = SAMPLERS.flatMap((sampler) => [
  { ...run, sampler, start: 'stationary' as const },
  { ...run, sampler, start: 'rest' as const, burnInUpdates: 37 },
]);
const named = optionSets.map((options) => ({ name: `${options.sampler}, ${options.start}`, options }));

// Falling, as a spectrum is stored; beyond stability, ordinary, tiny, zero and negative.
const eigenvalues = Float64Array.of(80, 40, 3, 0.1, 1e-3, 1e-9, 1e-300, 0, -1e-9, -0.05);
const noiseVariances = eigenvalues.map((_, index) => 1 + index);

const wholeCycles = ({ sampler, direction, updates }: (typeof stationaryCases)[number]) =>
  sampler === 'shuffle-once' && updates % direction.batchesPerEpoch === 0;

describe('a spectrum is its directions', () => {
  // Room for the responses is reused from one direction to the next: none may leave a trace in another.
  it.each(named)('one at a time, and in any order: $name', ({ options }) => {
    const together = predictDirections(options, eigenvalues, noiseVariances);
    const reversed = predictDirections(options, eigenvalues.toReversed(), noiseVariances.toReversed());
    for (const [quantity, values] of Object.entries(together) as [keyof typeof together, Float64Array][]) {
      expect(values.length).toBe(eigenvalues.length);
      expect(reversed[quantity].toReversed(), quantity).toEqual(values);
      values.forEach((value, index) => {
        const alone = predictDirections(
          options,
          eigenvalues.slice(index, index + 1),
          noiseVariances.slice(index, index + 1),
        );
        expect(alone[quantity][0], `${quantity} at ${eigenvalues[index]}`).toBe(value);
      });
    }
  });

  it.each(named)('variances are proportional to the noise, the rest does not know it: $name', ({ options }) => {
    const once = predictDirections(options, eigenvalues, new Float64Array(eigenvalues.length).fill(1));
    const eightfold = predictDirections(options, eigenvalues, new Float64Array(eigenvalues.length).fill(8));
    expect(eightfold.thetaVariance).toEqual(once.thetaVariance.map((value) => 8 * value));
    expect(eightfold.velocityVariance).toEqual(once.velocityVariance.map((value) => 8 * value));
    expect(eightfold.correlationTime).toEqual(once.correlationTime);
    expect(eightfold.thetaDegreesOfFreedom).toEqual(once.thetaDegreesOfFreedom);
    expect(eightfold.velocityDegreesOfFreedom).toEqual(once.velocityDegreesOfFreedom);
  });

  // Independent channel: 60-digit arithmetic. Whole cycles of one shuffle show their stationary moments, so τ is τ.
  it.each(stationaryCases.filter(wholeCycles))(
    'correlation time: $name',
    ({ sampler, direction, updates, expected }) => {
      const options = { ...direction, sampler, updates, start: 'stationary' } as const;
      const { correlationTime } = predictDirections(options, Float64Array.of(direction.eigenvalue), Float64Array.of(1));
      expect(relativeError(correlationTime[0], expected.tau)).toBeLessThan(1e-10);
    },
  );

  it('no directions give no predictions', () => {
    const none = predictDirections(optionSets[0], new Float64Array(0), new Float64Array(0));
    expect(none.thetaVariance.length).toBe(0);
  });
});

describe('where there is a prediction', () => {
  const predicted = (options: WindowOptions) => {
    const { thetaVariance, velocityVariance } = predictDirections(options, eigenvalues, noiseVariances);
    // One letter an eigenvalue: a number, none, or only one of the two.
    return Array.from(thetaVariance, (theta, index) => {
      const speed = velocityVariance[index];
      if (Number.isNaN(theta) && Number.isNaN(speed)) return '-';
      return theta > 0 && theta < Infinity && speed > 0 && speed < Infinity ? '+' : '?';
    }).join('');
  };

  it.each([
    ['reshuffle', 'stationary', '-+++++++++'],
    ['with-replacement', 'stationary', '-+++++++--'],
    ['shuffle-once', 'stationary', '-+++++++--'],
    ['reshuffle', 'rest', '++++++++++'],
    ['with-replacement', 'rest', '++++++++++'],
    ['shuffle-once', 'rest', '----------'],
  ] as const)('%s, %s', (sampler, start, pattern) => {
    expect(predicted({ ...run, sampler, start })).toBe(pattern);
  });

  it('reshuffle without a restoring force is propagated from rest, burn-in included', () => {
    const flat = Float64Array.of(0, -0.05);
    const unit = Float64Array.of(1, 1);
    const options = { ...run, sampler: 'reshuffle', burnInUpdates: 40 } as const;
    const stationary = predictDirections({ ...options, start: 'stationary' }, flat, unit);
    expect(stationary).toEqual(predictDirections({ ...options, start: 'rest' }, flat, unit));
  });

  it('a stationary window opens at an epoch boundary, whatever the burn-in was', () => {
    const options = { ...run, sampler: 'reshuffle', start: 'stationary' } as const;
    expect(windowPredictor({ ...options, burnInUpdates: 37 })(0.1)).toEqual(windowPredictor(options)(0.1));
  });

  // Independent channel: the stationary branch solves for its start, the other propagates to it.
  it.each(['reshuffle', 'with-replacement'] as const)(
    '%s: rest turns into stationary as the burn-in grows',
    (sampler) => {
      const options = { ...run, sampler, burnInUpdates: 2000 } as const;
      const stationary = windowPredictor({ ...options, start: 'stationary' })(2);
      const settled = windowPredictor({ ...options, start: 'rest' })(2);
      for (const key of Object.keys(stationary) as (keyof typeof stationary)[])
        expect(relativeError(settled[key], stationary[key]), key).toBeLessThan(1e-10);
    },
  );

  it('reshuffle: λ → 0 from above meets λ = 0 from a long rest', () => {
    const above = windowPredictor({ ...run, sampler: 'reshuffle', start: 'stationary' })(1e-12);
    const flat = windowPredictor({ ...run, sampler: 'reshuffle', start: 'stationary', burnInUpdates: 600 })(0);
    for (const key of Object.keys(above) as (keyof typeof above)[])
      expect(relativeError(flat[key], above[key]), key).toBeLessThan(1e-9);
  });
});

describe('sane shapes', () => {
  const rising = Float64Array.from({ length: 60 }, (_, index) => 1e-4 * 1.2 ** index);
  const unit = new Float64Array(rising.length).fill(1);
  const window = { ...run, updates: 400, start: 'stationary' } as const;
  const of = (momentum: number) => ({
    white: predictDirections({ ...window, momentum, sampler: 'with-replacement' }, rising, unit),
    reshuffled: predictDirections({ ...window, momentum, sampler: 'reshuffle' }, rising, unit),
    once: predictDirections({ ...window, momentum, sampler: 'shuffle-once' }, rising, unit),
  });

  it('independent batches: stiffer directions fluctuate less and forget sooner', () => {
    const { white } = of(0.9);
    for (let index = 1; index < rising.length; index++) {
      expect(white.thetaVariance[index]).toBeLessThan(white.thetaVariance[index - 1]);
      expect(white.correlationTime[index]).toBeLessThan(white.correlationTime[index - 1]);
      expect(white.velocityVariance[index]).toBeGreaterThanOrEqual(white.velocityVariance[index - 1]);
      expect(white.thetaDegreesOfFreedom[index]).toBeGreaterThan(white.thetaDegreesOfFreedom[index - 1]);
    }
  });

  // Without momentum every lag of the walk is positively correlated; with it, a short epoch can resonate.
  it('anti-correlation suppresses, one fixed order more so; less and less as directions get stiffer', () => {
    const { white, reshuffled, once } = of(0);
    rising.forEach((_, index) => {
      expect(reshuffled.thetaVariance[index]).toBeLessThan(white.thetaVariance[index]);
      expect(once.thetaVariance[index]).toBeLessThan(reshuffled.thetaVariance[index]);
    });
    const suppression = reshuffled.thetaVariance.map((value, index) => value / white.thetaVariance[index]);
    expect(suppression).toEqual(suppression.toSorted());
    expect(suppression[0]).toBeLessThan(0.1);
  });

  it('degrees of freedom lie between 1 and the number of updates', () => {
    for (const { thetaDegreesOfFreedom, velocityDegreesOfFreedom } of [0, 0.9].flatMap((β) => Object.values(of(β))))
      for (const ν of [...thetaDegreesOfFreedom, ...velocityDegreesOfFreedom]) {
        expect(ν).toBeGreaterThanOrEqual(1);
        expect(ν).toBeLessThanOrEqual(400);
      }
  });
});

describe('refusals', () => {
  const good: WindowOptions = { ...run, sampler: 'reshuffle', start: 'stationary' };
  it('unequal lengths', () => {
    const call = () => predictDirections(good, new Float64Array(3), new Float64Array(2));
    expect(call).toThrow(new RangeError('2 noise variances for 3 eigenvalues; expected one for each'));
  });

  it.each([
    [{ learningRate: 0 }, 'learning rate 0 is not a positive number'],
    [{ momentum: 1 }, 'momentum 1 is not in 0 ≤ β < 1'],
    [{ momentum: NaN }, 'momentum NaN is not in 0 ≤ β < 1'],
    [{ batchesPerEpoch: 1 }, 'batches per epoch 1 is not a whole number of at least 2'],
    [{ updates: 0 }, 'window of 0 updates is not a whole number of at least 1'],
    [{ updates: 10.5 }, 'window of 10.5 updates is not a whole number of at least 1'],
    [{ burnInUpdates: -1 }, 'burn-in of -1 updates is not a whole number of at least 0'],
    [{ samplingFraction: -0.1 }, 'sampling fraction -0.1 is not in 0 ≤ f ≤ 1/M'],
    [{ samplingFraction: 0.06 }, 'sampling fraction 0.06 is not in 0 ≤ f ≤ 1/M = 0.05'],
  ] as const)('%o', (change, message) => {
    expect(() => windowPredictor({ ...good, ...change })).toThrow(RangeError);
    expect(() => windowPredictor({ ...good, ...change })).toThrow(message);
  });
});
