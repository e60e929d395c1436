/** The plateau of the correlation time: below the crossover it grows no longer as 1/λ where epochs are shuffled. */
import { ENOUGH_SEEDS, type Estimate, overDirections, overSeeds, scaledBy } from '../../../statistics/estimate.ts';
import { logBias, logVariance } from '../../../statistics/log-chi-square.ts';
import { BIN_MINIMUM } from '../../../statistics/ratio-bins.ts';
import type { Plateau } from '../../../report/sweep/collected.ts';
import { stationaryMoments } from '../../../theory/index.ts';
import type { ComparedRun } from './points.ts';

/** Part of λ_cross, (low, high], in which it is taken. */
const LOW = 0.01;
const HIGH = 0.1;

/** One direction: the logarithms of its times, of ratios corrected for the mean of a logarithm of χ². */
interface Member {
  readonly seed: string;
  readonly exact: number;
  readonly ratio: number;
  /** Variance of the ratio, from the degrees of freedom. */
  readonly variance: number;
}

/** @param runs of one setting @returns null with independent batches, which have no plateau, and of too few directions */
export function measuredPlateau(runs: readonly ComparedRun[]): Plateau | null {
  const [{ window }] = runs;
  if (window.sampler === 'with-replacement') return null;
  const own = membersOf(runs, 'timeExact');
  if (own.length < BIN_MINIMUM) return null;
  const { learningRate, momentum, batchesPerEpoch, sampler, samplingFraction } = window;
  const ratio = meanRatio(own);
  const exact = Math.exp(mean(own.map((one) => one.exact)));
  const two = membersOf(runs, 'timeTwo');
  const atZero = { learningRate, momentum, batchesPerEpoch, eigenvalue: 0, noiseVariance: 1 };
  const leading = ((batchesPerEpoch / 3) * (1 + momentum)) / (1 - momentum);
  return {
    directions: own.length,
    measured: scaledBy(exact, ratio),
    exact,
    ratio,
    ratioTwoComponent: two.length < BIN_MINIMUM ? null : meanRatio(two),
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
        exact: Math.log(measures[predicted][i]),
        ratio: Math.log(time[i] / measures[predicted][i]) - logBias(theta[i]) + logBias(velocityDof[i]),
        variance: logVariance(theta[i]) + logVariance(velocityDof[i]),
      }))
      .filter(({ ratio }) => Number.isFinite(ratio));
  });
}

/** Geometric mean; over few seeds with the larger of the errors that scatter and degrees of freedom give independent directions. */
function meanRatio(members: readonly Member[]): Estimate {
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  const of = (some: readonly Member[]) => mean(some.map(({ ratio }) => ratio));
  if (seeds.length >= ENOUGH_SEEDS)
    return overSeeds(seeds.map((seed) => Math.exp(of(members.filter((one) => one.seed === seed)))));
  const middle = of(members);
  const count = members.length;
  const found = members.reduce((sum, { ratio }) => sum + (ratio - middle) ** 2, 0) / (count - 1);
  const expected = mean(members.map(({ variance }) => variance));
  return overDirections(Math.exp(middle), Math.sqrt(Math.max(found, Number.isNaN(expected) ? 0 : expected) / count));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
