/** The plateau of the correlation time: below the crossover it grows no longer as 1/λ where epochs are shuffled. */
import { ENOUGH_SEEDS, type Estimate, overDirections, overSeeds, scaledBy } from '../../../statistics/estimate.ts';
import { meanRatio } from '../../../statistics/mean-ratio.ts';
import { BIN_MINIMUM } from '../../../statistics/ratio-bins.ts';
import type { Plateau } from '../../../report/sweep/collected.ts';
import { stationaryMoments } from '../../../theory/index.ts';
import type { ComparedRun } from './points.ts';

/** Part of λ_cross, (low, high], in which it is taken. */
const LOW = 0.01;
const HIGH = 0.1;

/** One direction. */
interface Member {
  readonly seed: string;
  readonly exact: number;
  /** Measured over predicted. */
  readonly ratio: number;
  /** 2 over the relative variance of the ratio. */
  readonly degreesOfFreedom: number;
}

/** @param runs of one setting @returns null with independent batches, which have no plateau, and of too few directions */
export function measuredPlateau(runs: readonly ComparedRun[]): Plateau | null {
  const [{ window }] = runs;
  if (window.sampler === 'with-replacement') return null;
  const own = membersOf(runs, 'timeExact');
  if (own.length < BIN_MINIMUM) return null;
  const { learningRate, momentum, batchesPerEpoch, sampler, samplingFraction } = window;
  const ratio = ratioOf(own);
  const exact = Math.exp(own.reduce((sum, one) => sum + Math.log(one.exact), 0) / own.length);
  const two = membersOf(runs, 'timeTwo');
  const atZero = { learningRate, momentum, batchesPerEpoch, eigenvalue: 0, noiseVariance: 1 };
  const leading = ((batchesPerEpoch / 3) * (1 + momentum)) / (1 - momentum);
  return {
    directions: own.length,
    measured: scaledBy(exact, ratio),
    exact,
    ratio,
    ratioTwoComponent: two.length < BIN_MINIMUM ? null : ratioOf(two),
    leading: sampler === 'shuffle-once' ? leading / 2 : leading,
    limit: stationaryMoments(atZero, sampler, samplingFraction).correlationTime,
  };
}

function membersOf(runs: readonly ComparedRun[], predicted: 'timeExact' | 'timeTwo'): Member[] {
  return runs.flatMap(({ seed, measures }) => {
    const { relative, time, dof, dofTwo, velocityDof, compared } = measures;
    const theta = predicted === 'timeTwo' ? dofTwo : dof;
    return compared
      .filter((i) => relative[i] > LOW && relative[i] <= HIGH)
      .map((i) => ({
        seed,
        exact: measures[predicted][i],
        // A time is a weight variance over a velocity variance, and the mean of 1/χ²_ν is 1/(ν − 2).
        ratio: (time[i] / measures[predicted][i]) * (1 - 2 / velocityDof[i]),
        degreesOfFreedom: 1 / (1 / theta[i] + 1 / velocityDof[i]),
      }))
      .filter(({ ratio, degreesOfFreedom }) => ratio > 0 && ratio < Infinity && degreesOfFreedom > 0);
  });
}

/** Mean over the directions; over enough seeds, of the seeds' means. */
function ratioOf(members: readonly Member[]): Estimate {
  const mean = (some: readonly Member[]) =>
    meanRatio(
      some.map(({ ratio }) => ratio),
      some.map(({ degreesOfFreedom }) => degreesOfFreedom),
    )!;
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  if (seeds.length >= ENOUGH_SEEDS)
    return overSeeds(seeds.map((seed) => mean(members.filter((one) => one.seed === seed)).value));
  const { value, error } = mean(members);
  return overDirections(value, error);
}
