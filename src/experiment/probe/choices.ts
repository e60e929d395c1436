/** What each choice of the learning rate would make of the window: pure arithmetic on what the probe has found. */
import type { TraceEstimate } from '../../hessian/trace.ts';
import { crossoverEigenvalue, windowPredictor } from '../../theory/index.ts';
import { ownWindow, whiteWindow, windowSettings } from '../compare/directions.ts';
import type { Experiment } from '../schema.ts';
import { visibilityOf } from '../visibility.ts';
import type { Workbench } from '../workbench.ts';
import type { CountedSpectrum, DirectionCount } from './decay.ts';

/** What all choices have in common. */
export interface Setting {
  readonly experiment: Pick<Experiment, 'sgd' | 'record'>;
  readonly bench: Pick<Workbench, 'batchesPerEpoch' | 'samples'>;
  /** Tr H of the loss. */
  readonly trace: TraceEstimate;
  /** λ_max, or a little more. */
  readonly largest: number;
  readonly spectrum: CountedSpectrum;
}

/** One learning rate. What cannot be known is null. */
export interface Choice {
  readonly learningRate: number;
  /** λ_cross = 3(1−β)/(ηM). */
  readonly crossover: number;
  /** Directions at or above λ_cross: its rank. */
  readonly above: DirectionCount | null;
  /** Directions in (0.1, 1) λ_cross, where the law is to be seen. */
  readonly suppressed: DirectionCount | null;
  /** ηλ_max < 2(1+β). */
  readonly isStable: boolean;
  /** m = 3Tr(H)/(2Nλ_cross), the expected share of the fluctuating curvature in the noise. */
  readonly contamination: number;
  /** What that noise adds at λ_cross/10, of what is left of the weight variance there: 10 m. */
  readonly filledUp: number;
  /** N at which m would be 0.01 with this λ_cross. */
  readonly samplesForClearView: number;
  /**
   * Weight variance at λ_cross/10 of this window, reshuffled, over that with replacement, noise of the fluctuating curvature
   * included in both: what a run would see of the law.
   */
  readonly reduction: number;
  /** The same if no curvature fluctuated. */
  readonly idealReduction: number;
}

/** Where the law is to be seen. */
const TENTH = 0.1;

/** The learning rate that puts λ_cross at an eigenvalue: η = 3(1−β)/(Mλ). */
export function learningRateFor(
  crossover: number,
  { experiment: { sgd }, bench: { batchesPerEpoch } }: Pick<Setting, 'experiment' | 'bench'>,
): number {
  return (3 * (1 - sgd.momentum)) / (batchesPerEpoch * crossover);
}

/** What a learning rate would make of the configured window. */
export function choiceOf(learningRate: number, setting: Setting): Choice {
  const { experiment, bench, trace, largest, spectrum } = setting;
  const { momentum, batchSize } = experiment.sgd;
  const { batchesPerEpoch } = bench;
  const crossover = crossoverEigenvalue({ learningRate, momentum, batchesPerEpoch });
  const samples = batchesPerEpoch * batchSize;
  const { contamination, samplesForClearView } = visibilityOf(trace, { samples, crossover });
  const above = spectrum.above(crossover);
  return {
    learningRate,
    crossover,
    above,
    suppressed: between(above, spectrum.above(TENTH * crossover)),
    isStable: learningRate * largest < 2 * (1 + momentum),
    contamination,
    filledUp: contamination / TENTH,
    samplesForClearView,
    ...expectedReduction(learningRate, contamination, setting),
  };
}

function between(above: DirectionCount | null, all: DirectionCount | null): DirectionCount | null {
  if (!above || !all) return null;
  return { count: all.count - above.count, isExtrapolated: all.isExtrapolated };
}

/** Theory of (19): the reshuffled window with white noise of m times the sampler's, over independent batches from rest. */
function expectedReduction(
  learningRate: number,
  contamination: number,
  { experiment, bench }: Setting,
): Pick<Choice, 'reduction' | 'idealReduction'> {
  const { sgd, record } = experiment;
  const settings = windowSettings({ sgd: { ...sgd, learningRate, sampler: 'reshuffle' }, record }, bench);
  const eigenvalue = TENTH * settings.crossover;
  const share = Math.max(0, contamination);
  const reshuffled = windowPredictor(ownWindow(settings));
  const independent = windowPredictor(whiteWindow(settings))(eigenvalue).thetaVariance;
  return {
    reduction: reshuffled(eigenvalue, share / (1 + share)).thetaVariance / independent,
    idealReduction: reshuffled(eigenvalue).thetaVariance / independent,
  };
}
