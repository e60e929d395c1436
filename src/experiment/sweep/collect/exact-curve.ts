/** The exact window prediction over the stationary variance of independent batches, as a curve of λ that costs nothing to look up. */
import { independentWeightVariance, windowPredictor } from '../../../theory/index.ts';
import { ownWindow, type WindowSettings } from '../../compare/directions.ts';

/** Reach of the grid, in units of λ_cross, unless nothing is stable there. */
const LOW = 1e-5;
const HIGH = 1e4;
/** Straight lines between so many points a decade are off by less than 5e-4. */
const PER_DECADE = 50;
/** The limit of stability itself has no variance. */
const BELOW_LIMIT = 0.999;

/** R(λ) = σ²_θ of this window / σ²_θ of independent batches long since settled; both per unit noise variance. */
export interface ExactCurve {
  readonly eigenvalues: readonly number[];
  readonly values: readonly number[];
  /** Straight between the points of the doubly logarithmic grid; beyond its ends as at the ends. */
  at(eigenvalue: number): number;
}

/** @param settings of a window that has a prediction with its own noise alone */
export function exactCurve(settings: WindowSettings): ExactCurve {
  const { learningRate, momentum, batchesPerEpoch, crossover } = settings;
  const limit = (BELOW_LIMIT * 2 * (1 + momentum)) / learningRate;
  const low = Math.log(LOW * crossover);
  const high = Math.log(Math.min(HIGH * crossover, limit));
  const count = Math.ceil(((high - low) / Math.LN10) * PER_DECADE) + 1;
  const step = (high - low) / (count - 1);
  const predict = windowPredictor(ownWindow(settings));
  const eigenvalues = Array.from({ length: count }, (_, i) => Math.exp(low + i * step));
  const logs = eigenvalues.map((eigenvalue) => {
    const white = independentWeightVariance({ learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance: 1 });
    return Math.log(predict(eigenvalue).thetaVariance / white);
  });
  return {
    eigenvalues,
    values: logs.map(Math.exp),
    at(eigenvalue) {
      const place = Math.min(count - 1, Math.max(0, (Math.log(eigenvalue) - low) / step));
      const before = Math.min(count - 2, Math.floor(place));
      return Math.exp(logs[before] + (place - before) * (logs[before + 1] - logs[before]));
    },
  };
}

/** One curve for each setting of a window, computed when it is first asked for. */
export function curveCache(): (settings: WindowSettings) => ExactCurve {
  const known = new Map<string, ExactCurve>();
  return (settings) => {
    const key = JSON.stringify(settings);
    const found = known.get(key) ?? exactCurve(settings);
    known.set(key, found);
    return found;
  };
}
