/** A scale that is known is found again, and the interval holds it as often as it says. */
import { describe, expect, it, test } from 'vitest';
import quantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { randomStream } from '../../src/random.ts';
import { fitScale, type ScaledCurve } from '../../src/statistics/scale-fit.ts';
import { quadraticPath, universalSuppression, windowPredictor } from '../../src/theory/index.ts';

const curve = (position: number) => universalSuppression(3 * position);
const positions = (count: number) => Array.from({ length: count }, (_, i) => 0.02 * 10 ** ((3 * i) / (count - 1)));

describe('without scatter', () => {
  // So many degrees of freedom that nothing is to be corrected.
  const exact = (scale: number, changes: Partial<ScaledCurve> = {}): ScaledCurve => {
    const position = positions(20);
    return {
      position,
      value: position.map((at) => curve(at / scale)),
      degreesOfFreedom: position.map(() => 1e12),
      curve,
      ...changes,
    };
  };

  it.each([0.03, 0.7, 1, 1.35, 40])('finds the scale %d', (scale) => {
    expect(fitScale([exact(scale)])!.value / scale).toBeCloseTo(1, 6);
  });

  it('what no scale moves is left where it is', () => {
    const { value, position } = exact(1.2);
    const addition = Array.from(value, (_, i) => 0.01 * (i % 3));
    const together = exact(1.2, { value: Array.from(position, (at, i) => curve(at / 1.2) + addition[i]), addition });
    expect(fitScale([together])!.value).toBeCloseTo(1.2, 6);
    expect(fitScale([{ ...together, addition: undefined }])!.value).toBeLessThan(1.15);
  });

  it('several curves have one scale', () => {
    const other = (position: number) => position / (1 + position);
    const at = positions(15);
    const second = { ...exact(1), position: at, value: at.map((one) => other(one / 2)), curve: other };
    expect(fitScale([exact(2), second])!.value).toBeCloseTo(2, 6);
  });

  it.each([
    ['nothing is measured', []],
    ['one value tells nothing of its scatter', [exact(1, { position: [1], value: [0.5] })]],
    ['a curve that is flat has no scale', [exact(1, { curve: () => 1, value: positions(20).map(() => 1) })]],
    ['a scale further off than a factor of 100 is none', [exact(1, { value: positions(20).map(() => 1e-9) })]],
  ])('%s', (_, curves) => {
    expect(fitScale(curves)).toBeNull();
  });

  it('passes over what is not positive, or of unknown scatter', () => {
    const { position, value, degreesOfFreedom } = exact(1.1);
    const spoilt = {
      ...exact(1.1),
      position: [...Array.from(position), 1, 1, 0],
      value: [...Array.from(value), 0, 7, 7],
      degreesOfFreedom: [...Array.from(degreesOfFreedom), 10, NaN, 10],
    };
    expect(fitScale([spoilt])).toMatchObject({ count: 20 });
    expect(fitScale([spoilt])!.value).toBeCloseTo(1.1, 6);
  });
});

/** χ²_ν/ν. */
const draw = (random: { uniform(): number }, dof: number) => quantile(random.uniform(), dof) / dof;

describe('χ² scatter', () => {
  const scale = 1.3;
  const replicas = 400;
  const random = randomStream(7, 'test/scale-fit');
  // Wide and narrow values together: the bias of a logarithm, −1/ν, is what a naive fit would find as a scale.
  const fits = Array.from({ length: replicas }, () => {
    const position = positions(60);
    const degreesOfFreedom = position.map((at) => (at < 1 ? 4 : 60));
    const value = position.map((at, i) => curve(at / scale) * draw(random, degreesOfFreedom[i]));
    return fitScale([{ position, value, degreesOfFreedom, curve }])!;
  });
  const logs = fits.map(({ value }) => Math.log(value / scale));
  const mean = logs.reduce((sum, value) => sum + value, 0) / replicas;
  const deviation = Math.sqrt(logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (replicas - 1));

  test('no bias beyond three standard errors', () => {
    expect(Math.abs(mean)).toBeLessThan((3 * deviation) / Math.sqrt(replicas));
  });

  test('the interval holds the truth in 95 % of the replicas', () => {
    const held = fits.filter(({ low, high }) => low <= scale && scale <= high).length / replicas;
    // Three standard deviations of a share of 400 are 3.3 %; an interval that only ever grows may hold a little more.
    expect(held).toBeGreaterThan(0.917);
    expect(held).toBeLessThan(0.99);
  });

  test('the scatter is what the degrees of freedom say', () => {
    const reduced = fits.reduce((sum, { reducedChiSquare }) => sum + reducedChiSquare, 0) / replicas;
    expect(reduced).toBeGreaterThan(0.9);
    expect(reduced).toBeLessThan(1.1);
  });
});

test('more scatter than the degrees of freedom say makes the interval wider', () => {
  const random = randomStream(8, 'test/scale-fit');
  const position = positions(200);
  const value = position.map((at) => curve(at) * draw(random, 8));
  const told = (dof: number) => fitScale([{ position, value, degreesOfFreedom: position.map(() => dof), curve }])!;
  const honest = told(8);
  const boastful = told(800);
  expect(boastful.reducedChiSquare).toBeGreaterThan(50);
  expect(boastful.error / honest.error).toBeGreaterThan(0.9);
  expect(boastful.error / honest.error).toBeLessThan(1.2);
});

test('paths of the quadratic model, window and all, have the scale 1', () => {
  const settings = { learningRate: 0.05, momentum: 0.5, batchesPerEpoch: 20 };
  const [k, burnIn, epochs] = [24, 200, 40];
  const crossover = (3 * 0.5) / (0.05 * 20);
  const eigenvalues = Float64Array.from({ length: k }, (_, i) => crossover * 0.03 * 10 ** ((3 * i) / (k - 1)));
  const updates = epochs * 20;
  const predict = windowPredictor({ ...settings, sampler: 'reshuffle', start: 'stationary', updates });
  const random = randomStream(11, 'test/scale-fit/path');
  const path = quadraticPath({ ...settings, eigenvalues });
  const epoch = () => {
    // Of M normal deviates the mean is taken off: their covariance is that of a fresh shuffle of all data, C = 1.
    const noise = Float64Array.from({ length: 20 * k }, () => random.normal());
    for (let i = 0; i < k; i++) {
      let mean = 0;
      for (let j = 0; j < 20; j++) mean += noise[j * k + i] / 20;
      for (let j = 0; j < 20; j++) noise[j * k + i] = (noise[j * k + i] - mean) / Math.sqrt(1 - 1 / 20);
    }
    return path.advance(noise).theta;
  };
  for (let i = 0; i < burnIn; i++) epoch();
  const [sum, square] = [new Float64Array(k), new Float64Array(k)];
  for (let n = 0; n < epochs; n++)
    epoch().forEach((theta, at) => {
      sum[at % k] += theta / updates;
      square[at % k] += (theta * theta) / updates;
    });
  const fit = fitScale([
    {
      position: eigenvalues,
      value: square.map((value, i) => value - sum[i] ** 2),
      degreesOfFreedom: eigenvalues.map((eigenvalue) => predict(eigenvalue).thetaDegreesOfFreedom),
      curve: (eigenvalue) => predict(eigenvalue).thetaVariance,
    },
  ])!;
  expect(fit.low).toBeLessThan(1);
  expect(fit.high).toBeGreaterThan(1);
  expect(fit.error).toBeLessThan(0.15);
  expect(fit.reducedChiSquare).toBeLessThan(1.8);
});
