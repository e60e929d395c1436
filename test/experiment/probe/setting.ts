/** A probe's findings made up: a power law whose every number can be had on paper. */
import { resolveExperiment } from '../../../src/experiment/index.ts';
import type { Setting } from '../../../src/experiment/probe/choices.ts';
import { countDirections } from '../../../src/experiment/probe/decay.ts';

/** λ of rank r is SCALE/r. */
export const SCALE = 60;
export const powerLaw = (count: number, exponent = 1) =>
  Array.from({ length: count }, (_, i) => SCALE / (i + 1) ** exponent);

/** M = 100, β = 0.9: ηλ_cross = 0.003. */
export const experiment = resolveExperiment({
  data: { samples: 50_000 },
  sgd: { learningRate: 1e-3, momentum: 0.9, batchSize: 500 },
  record: { burnInEpochs: 20, epochs: 20 },
});

export function setting(changes: Partial<Setting> = {}): Setting {
  return {
    experiment,
    bench: { batchesPerEpoch: 100, samples: 50_000 },
    trace: { value: 500, low: 490, high: 510, products: 60 },
    largest: SCALE,
    spectrum: countDirections(powerLaw(40), 1000),
    ...changes,
  };
}
