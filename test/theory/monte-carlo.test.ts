/**
 * Predictions against simulated runs, batches drawn from a finite set of samples (finite-population.ts). Fixed seeds; a
 * deviation beyond four standard errors, measured from the scatter between replicas, has odds of 1 in 16 000 each.
 */
import { describe, expect, it } from 'vitest';
import { windowPredictor, type Sampler } from '../../src/theory/index.ts';
import { batchVariance, sampleGradients, simulate } from './finite-population.ts';

const LEARNING_RATE = 0.05;

interface Case {
  readonly sampler: Sampler;
  readonly momentum: number;
  /** N and S; S need not divide N, the rest is dropped. */
  readonly samples: number;
  readonly batchSize: number;
  /** ηλ. */
  readonly step: number;
  /** Epochs from rest to the window. */
  readonly burnInEpochs: number;
  readonly updates: number;
}

/** Settled windows burn in for at least 12 relaxation times (1−β)/(ηλ); the others are compared from rest only. */
const cases: Case[] = [
  { sampler: 'reshuffle', momentum: 0.9, samples: 100, batchSize: 5, step: 0.02, burnInEpochs: 3, updates: 100 },
  { sampler: 'reshuffle', momentum: 0.9, samples: 60, batchSize: 6, step: 0.3, burnInEpochs: 4, updates: 45 },
  { sampler: 'reshuffle', momentum: 0, samples: 100, batchSize: 4, step: 0.02, burnInEpochs: 24, updates: 50 },
  { sampler: 'reshuffle', momentum: 0.5, samples: 40, batchSize: 10, step: 1e-4, burnInEpochs: 6, updates: 30 },
  { sampler: 'reshuffle', momentum: 0.5, samples: 40, batchSize: 10, step: -0.02, burnInEpochs: 0, updates: 40 },
  // N = 230, S = 50: the epoch's noise does not sum to zero, f = S/N instead of 1/M.
  { sampler: 'reshuffle', momentum: 0.5, samples: 230, batchSize: 50, step: 0.03, burnInEpochs: 60, updates: 40 },
  { sampler: 'with-replacement', momentum: 0.9, samples: 60, batchSize: 6, step: 0.1, burnInEpochs: 12, updates: 60 },
  { sampler: 'with-replacement', momentum: 0, samples: 60, batchSize: 6, step: 0.01, burnInEpochs: 2, updates: 60 },
  { sampler: 'with-replacement', momentum: 0.9, samples: 60, batchSize: 6, step: -0.002, burnInEpochs: 1, updates: 30 },
  { sampler: 'shuffle-once', momentum: 0.9, samples: 100, batchSize: 5, step: 0.05, burnInEpochs: 8, updates: 40 },
  { sampler: 'shuffle-once', momentum: 0.5, samples: 60, batchSize: 6, step: 0.5, burnInEpochs: 4, updates: 37 },
  { sampler: 'shuffle-once', momentum: 0, samples: 60, batchSize: 6, step: 0.1, burnInEpochs: 30, updates: 10 },
];

const named = cases.map((one) => ({
  name: `${one.sampler} β=${one.momentum} N=${one.samples} S=${one.batchSize} ηλ=${one.step} burn-in=${one.burnInEpochs}`,
  ...one,
}));

function optionsOf(one: Case, start: 'stationary' | 'rest') {
  const batchesPerEpoch = Math.floor(one.samples / one.batchSize);
  return {
    learningRate: LEARNING_RATE,
    momentum: one.momentum,
    batchesPerEpoch,
    sampler: one.sampler,
    updates: one.updates,
    start,
    burnInUpdates: one.burnInEpochs * batchesPerEpoch,
    samplingFraction: one.batchSize / one.samples,
  };
}

describe('window variances of simulated runs', () => {
  it.each(named)('$name', (one) => {
    const eigenvalue = one.step / LEARNING_RATE;
    const gradients = sampleGradients(one.samples, 3);
    const noiseVariance = batchVariance(gradients, one.batchSize, one.sampler);
    const run = { ...one, learningRate: LEARNING_RATE, eigenvalue, replicas: 4000, seed: 11 };
    const measured = simulate(gradients, run);

    const relaxed = one.burnInEpochs * optionsOf(one, 'rest').batchesPerEpoch * (one.step / (1 - one.momentum)) >= 12;
    const starts = [
      ...(one.sampler === 'shuffle-once' ? [] : ['rest' as const]),
      ...(relaxed ? ['stationary' as const] : []),
    ];
    expect(starts.length).toBeGreaterThan(0);
    for (const start of starts) {
      const predicted = windowPredictor(optionsOf(one, start))(eigenvalue);
      const theta = (measured.theta.mean - noiseVariance * predicted.thetaVariance) / measured.theta.standardError;
      const speed =
        (measured.velocity.mean - noiseVariance * predicted.velocityVariance) / measured.velocity.standardError;
      expect(Math.abs(theta), `weight variance, ${start}, in standard errors`).toBeLessThan(4);
      expect(Math.abs(speed), `velocity variance, ${start}, in standard errors`).toBeLessThan(4);
      // Sharp enough to tell M from M − 1, and 1/M from S/N.
      expect(measured.theta.standardError / measured.theta.mean).toBeLessThan(0.03);
    }
  });
});

describe('degrees of freedom of simulated runs', () => {
  // Batches of many samples are nearly normal, which degrees of freedom (unlike variances) need.
  const many = { samples: 1000, batchSize: 100, replicas: 4000, seed: 5 };
  const gradients = sampleGradients(many.samples, 3);
  it.each([
    { sampler: 'reshuffle', momentum: 0.9, step: 0.01, burnInEpochs: 8, updates: 80 },
    { sampler: 'reshuffle', momentum: 0, step: 0.3, burnInEpochs: 3, updates: 80 },
    { sampler: 'with-replacement', momentum: 0.5, step: 0.05, burnInEpochs: 8, updates: 60 },
  ] as const)('$sampler β=$momentum ηλ=$step', (one) => {
    const run = { ...one, ...many, learningRate: LEARNING_RATE, eigenvalue: one.step / LEARNING_RATE };
    const measured = simulate(gradients, run);
    const predicted = windowPredictor(optionsOf(run, 'rest'))(run.eigenvalue);
    // √((2 + 12/ν)/replicas) is the relative standard error of a χ²_ν sample's variance, and hence of ν. A finite set of
    // samples fixes the sum of their squares, which takes about 1/S off that variance.
    const tolerance = (ν: number) => 4 * Math.sqrt((2 + 12 / ν) / many.replicas) + 0.015;
    const pairs = [
      [measured.theta.degreesOfFreedom, predicted.thetaDegreesOfFreedom],
      [measured.velocity.degreesOfFreedom, predicted.velocityDegreesOfFreedom],
    ];
    for (const [actual, expected] of pairs)
      expect(Math.abs(actual / expected - 1), `ν ${actual} against ${expected}`).toBeLessThan(tolerance(expected));
  });
});
