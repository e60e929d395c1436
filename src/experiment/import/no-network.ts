/** A run without a network: its eigenpairs and its noise are given, and nothing can be computed at other weights. */
import type { Dataset } from '../../data/dataset.ts';
import { RunError } from '../../errors.ts';
import type { Model } from '../../models/model.ts';
import type { Experiment } from '../schema.ts';
import { inspectRecording } from './recording.ts';

/** As many weights as the recording has, and no way to compute with them. @throws DataError where it is missing or damaged */
export function noModel({ import: given }: Experiment): Model {
  const { size } = inspectRecording(given!.recording);
  return {
    name: 'none',
    shapes: [{ name: 'theta', shape: [size] }],
    unitsPerSample: 1,
    forward() {
      throw new RunError('a run without a network computes no outputs');
    },
  };
}

/** So many samples of which nothing is known. */
export function noData(samples: number): Dataset {
  return {
    name: 'none',
    inputShape: [0],
    outputs: 0,
    task: 'regression',
    train: { x: new Float32Array(0), y: new Float32Array(0), samples },
    test: null,
    sources: [],
    warnings: [],
    teacher: null,
  };
}
