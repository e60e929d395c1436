/** What a recording says of itself, as a configuration. */
import { relative, resolve } from 'node:path';
import { ConfigurationError, DataError } from '../../errors.ts';
import { inspectRecording, type Recording } from './recording.ts';

/** Words of a recording's metadata, and the keys of the configuration that they are. */
const WORDS = {
  learning_rate: ['sgd', 'learningRate'],
  momentum: ['sgd', 'momentum'],
  weight_decay: ['sgd', 'weightDecay'],
  sampler: ['sgd', 'sampler'],
  batch_size: ['sgd', 'batchSize'],
  samples: ['data', 'samples'],
  burn_in_epochs: ['record', 'burnInEpochs'],
} as const;

/** Data sets whose samples are counted in the order of their files, all of them. */
const OF_FILES: readonly string[] = ['file', 'mnist', 'cifar10'];

/** What is asked for. */
export interface ImportWish {
  readonly recording: string;
  /** Eigenpairs and noise, for a run without a network. */
  readonly eigenpairs: string | null;
  /** What a configuration says already; it names the network and the data where these are known. */
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * A configuration that imports a recording: what is given, with what the recording says of itself.
 *
 * @throws ConfigurationError where both say different things, or neither says what is needed; DataError where the recording
 * is missing or damaged
 */
export function importSettings({ recording: path, eigenpairs, given }: ImportWish): Record<string, unknown> {
  const recording = inspectRecording(resolve(path));
  const settings: Record<string, unknown> = structuredClone(given);
  const section = (name: string) => (settings[name] ??= {}) as Record<string, unknown>;
  if (recording.batchSize !== null) take(section('sgd'), 'batchSize', recording.batchSize, `${path}, batches`, 'sgd');
  const missing: [word: string, key: string][] = [];
  for (const [word, [name, key]] of Object.entries(WORDS)) {
    const value = recording.metadata[word];
    if (value !== undefined) take(section(name), key, value, `${path}, ${word}`, name);
    else if (section(name)[key] === undefined) missing.push([word, `${name}.${key}`]);
  }
  refuseMissing(recording, missing, eigenpairs === null);
  if (eigenpairs !== null) {
    if (given.model !== undefined)
      throw new ConfigurationError(
        'eigenpairs are given for a run without a network: leave out the model, or --eigenpairs',
      );
    settings.model = { name: 'none' };
    section('data').name = 'none';
  } else if (given.model === undefined)
    throw new ConfigurationError(
      'nothing says where eigenpairs and noise come from: give --eigenpairs, or an experiment with the model and the data that were trained (--experiment)',
    );
  const { samples, name } = section('data') as { samples: number; name?: string };
  // Of files so many samples would be a seeded subset in an order of its own; that there are as many is seen when they are read.
  if (OF_FILES.includes(name ?? '') && (given.data as { samples?: unknown }).samples === undefined)
    delete section('data').samples;
  const { batchSize } = section('sgd') as { batchSize: number };
  const epochs = epochsOf(recording, Math.floor(samples / batchSize));
  take(section('record'), 'epochs', epochs, `${path}, theta`, 'record');
  settings.precision = recording.precision;
  settings.train = { epochs: 0 };
  settings.polish = { method: 'none' };
  const here = (file: string) => relative('', resolve(file));
  const { layout } = recording.metadata;
  settings.import = {
    recording: here(path),
    eigenpairs: eigenpairs === null ? null : here(eigenpairs),
    // Without a network no order is any better than another.
    ...(eigenpairs === null && layout !== undefined && { layout }),
  };
  return settings;
}

/** @throws ConfigurationError naming all that is not said, and the batches that a network needs */
function refuseMissing(
  { path, batchSize }: Recording,
  missing: readonly (readonly [word: string, key: string])[],
  hasNetwork: boolean,
): void {
  const lacksBatches = hasNetwork && batchSize === null;
  // The samples of the updates tell how many they are.
  const words = missing.filter(([word]) => !(lacksBatches && word === 'batch_size'));
  const batches = `${path} has no batches; expected batches [updates, batch size], the samples of every update, where the network is known`;
  if (words.length === 0) {
    if (lacksBatches) throw new DataError(batches);
    return;
  }
  const settings = words.map(([, key]) => `--set ${key}=…`).join(' ');
  const said = `neither ${path} nor the configuration says ${listed(words.map(([word]) => word))}: put ${words.length > 1 ? 'them' : 'it'} into the recording's metadata, or give ${settings}`;
  throw new ConfigurationError(lacksBatches ? `${said}; and ${batches}` : said);
}

const listed = (words: readonly string[]): string =>
  words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}` : words[0];

function take(section: Record<string, unknown>, key: string, value: unknown, where: string, name: string): void {
  const before = section[key];
  if (before !== undefined && before !== null && before !== value)
    throw new ConfigurationError(
      `${where} says ${String(value)}, but ${name}.${key} is ${String(before)}: which of the two was it?`,
    );
  section[key] = value;
}

/** Whole epochs of M batches. @throws DataError where the recording holds a part of one */
function epochsOf({ path, updates }: Recording, batchesPerEpoch: number): number {
  const epochs = updates / batchesPerEpoch;
  if (Number.isInteger(epochs) && epochs >= 2) return epochs;
  const part = Number.isInteger(epochs)
    ? ''
    : `, which are ${Number(epochs.toFixed(2))} epochs of M = ${batchesPerEpoch} batches`;
  const expected = epochs < 2 ? `at least two whole epochs of ${batchesPerEpoch} updates` : 'a whole number of epochs';
  throw new DataError(`${path} has ${updates} updates${part}; expected ${expected}, from the beginning of one`);
}
