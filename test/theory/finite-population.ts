/**
 * Runs whose batches are really drawn from a finite set of per-sample gradients, one direction, weight-independent
 * noise: the samplers, the batch size and the normalisation of C appear as themselves.
 */
import { randomStream, type RandomStream } from '../../src/random.ts';
import type { Sampler } from '../../src/theory/index.ts';

/** A run and its window. */
export interface Simulation {
  readonly learningRate: number;
  readonly momentum: number;
  readonly eigenvalue: number;
  readonly batchSize: number;
  readonly sampler: Sampler;
  /** K. */
  readonly updates: number;
  readonly burnInEpochs: number;
  readonly replicas: number;
  readonly seed: number;
}

/** Mean over replicas, and the standard error that their scatter gives. */
export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  /** 2 × mean² / variance of the replicas: the degrees of freedom they show. */
  readonly degreesOfFreedom: number;
}

/** Per-sample gradients at fixed weights, less their mean: skewed, so that nothing hangs on their being normal. */
export function sampleGradients(samples: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'test/sample-gradients');
  const values = Float64Array.from({ length: samples }, () => {
    const deviate = stream.normal();
    return deviate + 0.3 * deviate * deviate;
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / samples;
  return values.map((value) => value - mean);
}

/**
 * Variance of one batch's gradient: (C₀/S)(1 − S/N) with C₀ over N − 1 where a batch holds no sample twice, C₀/S with C₀
 * over N where it may.
 */
export function batchVariance(gradients: Float64Array, batchSize: number, sampler: Sampler): number {
  const samples = gradients.length;
  const squares = gradients.reduce((sum, value) => sum + value * value, 0);
  if (sampler === 'with-replacement') return squares / samples / batchSize;
  return (squares / (samples - 1) / batchSize) * (1 - batchSize / samples);
}

/** Window variances of many independent runs from rest. */
export function simulate(gradients: Float64Array, run: Simulation): { theta: Estimate; velocity: Estimate } {
  const stream = randomStream(run.seed, 'test/finite-population');
  const thetas: number[] = [];
  const velocities: number[] = [];
  for (let replica = 0; replica < run.replicas; replica++) {
    const one = oneRun(gradients, run, stream);
    thetas.push(one.theta);
    velocities.push(one.velocity);
  }
  return { theta: estimate(thetas), velocity: estimate(velocities) };
}

function oneRun(gradients: Float64Array, run: Simulation, stream: RandomStream) {
  const { learningRate, momentum, eigenvalue, batchSize, sampler, updates } = run;
  const samples = gradients.length;
  const batchesPerEpoch = Math.floor(samples / batchSize);
  const burnIn = run.burnInEpochs * batchesPerEpoch;
  const order = stream.shuffle(Int32Array.from({ length: samples }, (_, index) => index));
  let [theta, velocity, sum, square, speed] = [0, 0, 0, 0, 0];
  for (let update = 0; update < burnIn + updates; update++) {
    const batch = update % batchesPerEpoch;
    if (sampler === 'reshuffle' && batch === 0 && update > 0) stream.shuffle(order);
    let gradient = 0;
    for (let index = batch * batchSize; index < (batch + 1) * batchSize; index++)
      gradient += gradients[sampler === 'with-replacement' ? stream.integer(samples) : order[index]];
    velocity = momentum * velocity - learningRate * (eigenvalue * theta + gradient / batchSize);
    theta += velocity;
    if (update < burnIn) continue;
    sum += theta;
    square += theta * theta;
    speed += velocity * velocity;
  }
  return { theta: square / updates - (sum / updates) ** 2, velocity: speed / updates };
}

function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return {
    mean,
    standardError: Math.sqrt(variance / values.length),
    degreesOfFreedom: (2 * mean * mean) / variance,
  };
}
