/** The recording that a configuration names, held against it. */
import { ConfigurationError } from '../../errors.ts';
import { type Model, parameterCount } from '../../models/model.ts';
import type { Experiment } from '../schema.ts';
import { orderOf } from './layout.ts';
import { inspectRecording, type OrderedRecording } from './recording.ts';

/** What a recording says of how its updates were made, and the keys that these words are. */
const OF_UPDATES = [
  ['learning_rate', 'learningRate'],
  ['momentum', 'momentum'],
  ['weight_decay', 'weightDecay'],
  ['sampler', 'sampler'],
] as const;

/**
 * @param samples N of the data
 * @throws DataError where the recording is missing or damaged; ConfigurationError where it is of another model, another batch size, or other updates
 */
export function recordingOf(experiment: Experiment, { name, shapes }: Model, samples: number): OrderedRecording {
  const { import: given, sgd } = experiment;
  const recording = inspectRecording(given!.recording);
  const size = parameterCount({ shapes });
  if (recording.size !== size)
    throw new ConfigurationError(
      `${recording.path} has ${recording.size} weights, but model ${name} has ${size}: name the model that was recorded`,
    );
  if (recording.batchSize !== null && recording.batchSize !== sgd.batchSize)
    throw new ConfigurationError(
      `${recording.path} has batches of ${recording.batchSize} samples, but sgd.batchSize is ${sgd.batchSize}: make them equal`,
    );
  for (const [word, key] of OF_UPDATES) {
    const recorded = recording.metadata[word];
    if (recorded !== undefined && recorded !== sgd[key])
      throw new ConfigurationError(
        `${recording.path} says ${word} ${String(recorded)}, but sgd.${key} is ${sgd[key]}: a recording shows what it was recorded with; for another, record again`,
      );
  }
  const said = recording.metadata.samples;
  if (said !== undefined && said !== samples)
    throw new ConfigurationError(
      `${recording.path} says samples ${String(said)}, but the data have ${samples}: name the data that were trained on`,
    );
  return { ...recording, inOrder: orderOf(experiment, shapes) };
}
