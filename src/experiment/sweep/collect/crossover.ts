/** Where the crossover was measured to lie: one scale in the exact curve, for one run, the runs of a setting, or all. */
import { ENOUGH_SEEDS, type Estimate, overSeeds } from '../../../statistics/estimate.ts';
import { fitScale, type ScaledCurve } from '../../../statistics/scale-fit.ts';
import type { MeasuredScale } from '../../../report/sweep/collected.ts';
import type { ExactCurve } from './exact-curve.ts';
import type { ComparedRun } from './points.ts';

/** Beyond these x the curve is a power of λ with nothing to tell, or flat. */
const FROM_X = 0.03;
const TO_X = 100;

/** Which prediction the scale is fitted in. */
export type Theory = 'sampler' | 'two-component';

/**
 * All runs are fitted together. With three or more seeds the interval is that of the scatter of the fits of each; with fewer it
 * comes from the fit.
 *
 * @returns null where nothing tells of a crossover, as with independent batches, or the theory has no prediction
 */
export function measuredScale(
  runs: readonly ComparedRun[],
  curveOf: (window: ComparedRun['window']) => ExactCurve,
  theory: Theory,
): MeasuredScale | null {
  const known = runs.filter(({ window }) => window.sampler !== 'with-replacement');
  const curves = known.map((run) => scaledCurve(run, curveOf(run.window), theory));
  const seeds = [...new Set(known.map(({ seed }) => seed))];
  const bySeed = seeds.map((seed) => fitScale(curves.filter((_, i) => known[i].seed === seed)));
  const fits = bySeed.filter((fit) => fit !== null);
  const fit = fitScale(curves);
  if (!fit) return null;
  const { value, low, high, count, reducedChiSquare } = fit;
  const scale: Estimate =
    fits.length >= ENOUGH_SEEDS
      ? overSeeds(
          value,
          fits.map((one) => one.value),
        )
      : { value, low, high, from: 'directions' };
  return { scale, directions: count, reducedChiSquare };
}

function scaledCurve({ measures }: ComparedRun, curve: ExactCurve, theory: Theory): ScaledCurve {
  const { x, eigenvalue, toWhite, exactToWhite, twoToWhite, dof, dofTwo } = measures;
  const members = measures.compared.filter((i) => x[i] >= FROM_X && x[i] <= TO_X);
  const of = (column: ArrayLike<number>) => members.map((i) => column[i]);
  const isTwo = theory === 'two-component';
  return {
    position: of(eigenvalue),
    value: of(toWhite),
    degreesOfFreedom: of(isTwo ? dofTwo : dof),
    curve: (at) => curve.at(at),
    ...(isTwo && { addition: members.map((i) => twoToWhite[i] - exactToWhite[i]) }),
  };
}
