/** The recording that a configuration names, held against it. */
import { ConfigurationError } from '../../errors.ts';
import type { Experiment } from '../schema.ts';
import { inspectRecording, type Recording } from './recording.ts';

/**
 * @param size d of the model
 * @throws DataError where the recording is missing or damaged; ConfigurationError where it is of another model or another batch size
 */
export function recordingOf({ import: given, sgd, model }: Experiment, size: number): Recording {
  const recording = inspectRecording(given!.recording);
  if (recording.size !== size)
    throw new ConfigurationError(
      `${recording.path} has ${recording.size} weights, but model ${model.name} has ${size}: name the model that was recorded`,
    );
  if (recording.batchSize !== null && recording.batchSize !== sgd.batchSize)
    throw new ConfigurationError(
      `${recording.path} has batches of ${recording.batchSize} samples, but sgd.batchSize is ${sgd.batchSize}: make them equal`,
    );
  return recording;
}
