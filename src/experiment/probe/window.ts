/**
 * Whether burn-in and window are long enough. At a given λ/λ_cross this does not depend on the learning rate: η and λ enter
 * as ηλ, which is 3(1−β)/M at the crossover.
 */
import { crossoverEigenvalue, relaxationRate, stationaryMoments, windowPredictor } from '../../theory/index.ts';
import { ownWindow, windowSettings } from '../compare/directions.ts';
import type { Setting } from './choices.ts';

/** Burn-in and window as a direction of one λ/λ_cross sees them, reshuffled. */
export interface WindowOutlook {
  /** λ/λ_cross. */
  readonly relative: number;
  /** 1/κ, in epochs: a distance from the minimum is down to 1/e after it. */
  readonly relaxationEpochs: number;
  /** What the burn-in leaves of such a distance. */
  readonly left: number;
  /** Burn-in epochs that leave at most 5 % of it. */
  readonly burnInEpochs: number;
  /** 2σ²(θ)/σ²(v), in epochs. */
  readonly correlationEpochs: number;
  /** Variance about the window's mean over the stationary one. */
  readonly kept: number;
  /** Standard deviation of one direction's measured variance, relative. */
  readonly scatter: number;
  /** Whether the burn-in leaves at most 5 %. */
  readonly burnInSuffices: boolean;
  /** Whether the window keeps at least 90 %. */
  readonly windowSuffices: boolean;
}

/** Three relaxation times leave 5 %. */
const LEFT = 0.05;
const KEPT = 0.9;

/** The outlook at λ_cross and at a tenth of it. */
export function windowOutlooks(setting: Pick<Setting, 'experiment' | 'bench'>): WindowOutlook[] {
  return [1, 0.1].map((relative) => outlook(relative, setting));
}

function outlook(relative: number, { experiment, bench }: Pick<Setting, 'experiment' | 'bench'>): WindowOutlook {
  const { sgd, record } = experiment;
  const { batchesPerEpoch } = bench;
  const settings = windowSettings({ sgd: { ...sgd, sampler: 'reshuffle' }, record }, bench);
  const eigenvalue = relative * crossoverEigenvalue(settings);
  const direction = { ...settings, eigenvalue, noiseVariance: 1 };
  const relaxationEpochs = 1 / (relaxationRate(direction) * batchesPerEpoch);
  const left = Math.exp(-record.burnInEpochs / relaxationEpochs);
  const stationary = stationaryMoments(direction, 'reshuffle', settings.samplingFraction);
  const window = windowPredictor(ownWindow(settings))(eigenvalue);
  const kept = window.thetaVariance / stationary.thetaVariance;
  return {
    relative,
    relaxationEpochs,
    left,
    burnInEpochs: Math.ceil(-Math.log(LEFT) * relaxationEpochs),
    correlationEpochs: stationary.correlationTime / batchesPerEpoch,
    kept,
    scatter: Math.sqrt(2 / window.thetaDegreesOfFreedom),
    burnInSuffices: left <= LEFT,
    windowSuffices: kept >= KEPT,
  };
}
