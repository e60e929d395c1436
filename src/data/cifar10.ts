/**
 * CIFAR-10 from the archive of its official binary layout, read without unpacking it to the disk. A record is one label byte
 * and three planes of 32×32 bytes, red, green, blue. Inputs [32, 32, 3], each channel brought to mean 0 and standard
 * deviation 1 with the moments of the training samples used.
 *
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
import { join } from 'node:path';
import { DataError } from '../errors.ts';
import { judgeSource } from './checksum.ts';
import { oneHot, type Dataset, type Split } from './dataset.ts';
import { requireFile } from './folder.ts';
import { readPieces } from './gunzip.ts';
import { channelMoments, standardise } from './standardise.ts';
import { chooseSubset, type Subset } from './subset.ts';
import { tarWalk } from './tar.ts';

/** Settings of the reader. */
export interface Cifar10Options {
  /** The data folder: the archive is in `cifar10/` within it. */
  readonly folder: string;
  /** Which split is trained on. `train`: tested on the other. `test`: no test split. */
  readonly split: 'train' | 'test';
  /** The first so many of a seeded shuffle of the split; null for all, in the file's order. The test split is always whole. */
  readonly samples: number | null;
  readonly seed: number;
}

const PIXELS = 32 * 32;
const CHANNELS = 3;
const RECORD = 1 + CHANNELS * PIXELS;
const CLASSES = 10;
const TRAIN_FILES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const TEST_FILES = ['test_batch.bin'];

/** Samples that are being read: pixels 0 … 255 until standardised. */
interface Collection {
  /** Files in the order of the split, each of the same number of records. */
  readonly files: readonly string[];
  readonly subset: Subset;
  /** [samples, 32, 32, 3] */
  readonly x: Float32Array;
  readonly labels: Uint8Array;
}

/**
 * Reads CIFAR-10. Memory: the samples used as float32, plus a few MiB.
 *
 * @param recordsPerFile of the layout: 10,000 in the official one
 * @throws DataError for a missing or damaged archive, naming the file and the byte
 * @throws ConfigurationError for more samples than there are
 */
export async function cifar10Dataset(options: Cifar10Options, recordsPerFile = 10_000): Promise<Dataset> {
  const { folder, split, samples, seed } = options;
  const archive = requireFile(folder, ['cifar10/cifar-10-binary.tar.gz'], 'cifar10');
  const path = join(folder, archive);
  const trained = collection(split === 'train' ? TRAIN_FILES : TEST_FILES, samples, seed, recordsPerFile);
  const tested = split === 'train' ? collection(TEST_FILES, null, seed, recordsPerFile) : null;
  const checksums = await readArchive(path, tested ? [trained, tested] : [trained], recordsPerFile);

  const moments = channelMoments(trained.x, CHANNELS, 'cifar10');
  const toSplit = ({ x, labels, subset }: Collection): Split => {
    standardise(x, moments);
    return { x, y: oneHot(labels, CLASSES), samples: subset.samples };
  };
  const { source, warnings } = judgeSource(archive, checksums);
  return {
    name: 'cifar10',
    inputShape: [32, 32, CHANNELS],
    outputs: CLASSES,
    task: 'classes',
    train: toSplit(trained),
    test: tested && toSplit(tested),
    sources: [source],
    warnings,
    teacher: null,
  };
}

function collection(
  files: readonly string[],
  samples: number | null,
  seed: number,
  recordsPerFile: number,
): Collection {
  const subset = chooseSubset(files.length * recordsPerFile, samples, seed, 'cifar10');
  return {
    files,
    subset,
    x: new Float32Array(subset.samples * PIXELS * CHANNELS),
    labels: new Uint8Array(subset.samples),
  };
}

async function readArchive(path: string, collections: readonly Collection[], recordsPerFile: number) {
  const missing = new Set(collections.flatMap(({ files }) => files));
  const walk = tarWalk(path, ({ name, bytes }) => {
    const file = name.slice(name.lastIndexOf('/') + 1);
    const wanted = collections.find(({ files }) => files.includes(file));
    if (wanted === undefined) return null;
    if (!missing.delete(file)) throw new DataError(`${path} holds ${file} twice`);
    if (bytes !== recordsPerFile * RECORD) {
      const expected = `${recordsPerFile * RECORD} (${recordsPerFile} records of ${RECORD})`;
      throw new DataError(`${path}: ${name} has ${bytes} bytes; expected ${expected}`);
    }
    return recordReader(`${path}: ${name}`, wanted, wanted.files.indexOf(file) * recordsPerFile);
  });
  const checksums = await readPieces(path, walk.write);
  walk.end();
  if (missing.size > 0) throw new DataError(`${path} holds no ${[...missing].join(', ')}`);
  return checksums;
}

/** Cuts a file's bytes into records and puts each chosen one into its slot. */
function recordReader(
  name: string,
  { subset, x, labels }: Collection,
  firstRecord: number,
): (piece: Uint8Array) => void {
  let record = 0;
  let at = 0; // byte within the record
  return (piece) => {
    for (let index = 0; index < piece.length;) {
      const slot = subset.slots[firstRecord + record];
      if (at === 0) {
        const label = piece[index++];
        if (label >= CLASSES) {
          throw new DataError(`${name}, byte ${record * RECORD}: label ${label} at index ${record}; expected 0 to 9`);
        }
        if (slot >= 0) labels[slot] = label;
        at = 1;
      }
      const used = Math.min(RECORD - at, piece.length - index);
      // Planes become neighbouring channels.
      for (let byte = 0; slot >= 0 && byte < used; byte++) {
        const place = at - 1 + byte;
        const channel = Math.floor(place / PIXELS);
        x[(slot * PIXELS + (place - channel * PIXELS)) * CHANNELS + channel] = piece[index + byte];
      }
      index += used;
      at += used;
      if (at === RECORD) {
        at = 0;
        record++;
      }
    }
  };
}
