/** The data of a run for other programs: `epochnoise data export`. */
import { resolve } from 'node:path';
import type { Split } from '../data/dataset.ts';
import { ConfigurationError } from '../errors.ts';
import { requireRunDirectory } from '../store/run-directory.ts';
import { writeSafetensors } from '../store/safetensors.ts';
import { loadDataset } from './dataset.ts';
import type { Described } from './result.ts';
import { readStoredExperiment } from './run-directory.ts';
import { requireSameData } from './same-data.ts';

/** Writes `x`, `y` and, where there is a test split, `x_test`, `y_test`, float32, as the model is fed with. */
export async function exportData(run: string, out: string): Promise<Described> {
  const directory = requireRunDirectory(run);
  if (!out.endsWith('.safetensors'))
    throw new ConfigurationError(`--out is ${out}; expected a name that ends in .safetensors`);
  const { experiment } = readStoredExperiment(directory);
  const dataset = await loadDataset(experiment);
  requireSameData(directory, dataset.sources);
  const { inputShape, outputs } = dataset;
  const tensors = ({ x, y, samples }: Split, suffix: string) => ({
    [`x${suffix}`]: { shape: [samples, ...inputShape], data: x },
    [`y${suffix}`]: { shape: [samples, outputs], data: y },
  });
  const path = resolve(out);
  writeSafetensors(
    path,
    { ...tensors(dataset.train, ''), ...(dataset.test ? tensors(dataset.test, '_test') : {}) },
    { dataset: dataset.name, task: dataset.task, sources: dataset.sources },
  );
  const size = `x [${[dataset.train.samples, ...inputShape].join(', ')}], y [${dataset.train.samples}, ${outputs}]`;
  return { document: { file: path, samples: dataset.train.samples, inputShape, outputs }, text: `${path}: ${size}` };
}
