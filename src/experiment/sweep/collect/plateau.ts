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

/** One direction: its exact time, weight and velocity variances over what is predicted of them, and ν of each. */
interface Member {
  readonly seed: string;
  readonly exact: number;
  readonly theta: number;
  readonly velocity: number;
  readonly thetaDof: number;
  readonly velocityDof: number;
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
    const { relative, time, ratio, ratioTwo, dof, dofTwo, velocityDof, compared } = measures;
    const [theta, thetaDof] = predicted === 'timeTwo' ? [ratioTwo, dofTwo] : [ratio, dof];
    return compared
      .filter((i) => relative[i] > LOW && relative[i] <= HIGH)
      .map((i) => ({
        seed,
        exact: measures[predicted][i],
        theta: theta[i],
        // τ = 2σ²_θ/σ²_v, of both.
        velocity: (theta[i] * measures[predicted][i]) / time[i],
        thetaDof: thetaDof[i],
        velocityDof: velocityDof[i],
      }))
      .filter((one) => one.theta > 0 && one.velocity > 0 && one.velocity < Infinity);
  });
}

/**
 * The mean of the one over that of the other, which are right whatever the two have in common; a mean of quotients would be
 * too large by 2/ν of the velocity's.
 */
function ratioOf(members: readonly Member[]): Estimate {
  const means = (some: readonly Member[]) => [
    meanRatio(
      some.map(({ theta }) => theta),
      some.map(({ thetaDof }) => thetaDof),
    )!,
    meanRatio(
      some.map(({ velocity }) => velocity),
      some.map(({ velocityDof }) => velocityDof),
    )!,
  ];
  const quotient = (some: readonly Member[]) => {
    const [theta, velocity] = means(some);
    return theta.value / velocity.value;
  };
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  if (seeds.length >= ENOUGH_SEEDS)
    return overSeeds(
      quotient(members),
      seeds.map((seed) => quotient(members.filter((one) => one.seed === seed))),
    );
  const [theta, velocity] = means(members);
  return overDirections(quotient(members), Math.hypot(theta.error, velocity.error));
}
