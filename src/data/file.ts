/**
 * A user's own data: a .safetensors file with the tensors `x` and `y`, the .npy of x with that of y beside it, or an ES module
 * that makes them. Values are used as given, rounded to float32: nothing is standardised. What `y` may hold is said in targets.ts.
 */
import { resolve, sep } from 'node:path';
import { ConfigurationError, DataError } from '../errors.ts';
import { requireNamedFile } from '../named-file.ts';
import { isModule } from '../own-module.ts';
import { checksumFile } from './checksum.ts';
import type { Dataset, DataSource, Split } from './dataset.ts';
import { dataOfModule, type Tensors } from './module.ts';
import { chooseSubset, type Subset } from './subset.ts';
import { emptyClasses, readTargets, type Targets } from './targets.ts';
import { copyFinite, type FileTensor, type TensorReader } from './tensors.ts';

export type { FileTensor, TensorReader } from './tensors.ts';

/** Settings of the reader. Relative paths start at the working directory. */
export interface FileOptions {
  /** .safetensors with x [samples, …] and y, x's .npy, or an ES module. */
  readonly path: string;
  /** y's .npy, where `path` is x's; else null. */
  readonly labels: string | null;
  /** The test split, likewise; null for none. */
  readonly testPath: string | null;
  readonly testLabels: string | null;
  /** null: guessed from y. */
  readonly task: 'regression' | 'binary' | 'classes' | null;
  /** The first so many of a seeded shuffle; null for all, in the file's order. The test split is always whole. */
  readonly samples: number | null;
  readonly seed: number;
}

/**
 * Reads a user's data.
 *
 * @param readTensor reads one tensor of a file: `readTensor` of the store
 * @throws DataError for missing or damaged files and for values no experiment can use, naming the byte or the index
 * @throws ConfigurationError for other kinds of files, and for more samples than there are
 */
export async function fileDataset(options: FileOptions, readTensor: TensorReader): Promise<Dataset> {
  const { path, labels, testPath, testLabels, task, samples, seed } = options;
  const places = placesOf('data.path', path, 'data.labels', labels);
  if (testPath === null && testLabels !== null) {
    throw new ConfigurationError(`data.testLabels is ${testLabels} without data.testPath; name the .npy of x there`);
  }
  const testPlaces = testPath === null ? null : placesOf('data.testPath', testPath, 'data.testLabels', testLabels);

  requireOwnFiles(options);
  const open = async (split: Places) =>
    isModule(split.x)
      ? await fromModule(split.x, seed)
      : { train: fromFiles(split, readTensor), test: null, sources: [] };
  const opened = await open(places);
  const trained = readPair(opened.train, task, null);
  const subset = chooseSubset(trained.samples, samples, seed, 'file', path);
  const openedTest = testPlaces && (await open(testPlaces));
  const test = openedTest?.train ?? opened.test;
  const tested = test && readPair(test, task, trained);
  const files = [...Object.values(places), ...Object.values(testPlaces ?? {})].filter((file) => !isModule(file));
  const sources = [...opened.sources, ...(openedTest?.sources ?? []), ...(await sourcesOf(files))];
  return {
    name: 'file',
    inputShape: trained.inputShape,
    outputs: trained.targets.outputs,
    task: trained.targets.task,
    train: {
      x: samples === null ? trained.x : chosenRows(trained.x, subset),
      y: samples === null ? trained.targets.y : chosenRows(trained.targets.y, subset),
      samples: subset.samples,
    },
    test: tested && toSplit(tested),
    sources,
    warnings: emptyClasses(trained.targets, `${resolve(places.y)}: y`),
    teacher: null,
  };
}

/** Nobody publishes a checksum of a user's own file: there is nothing to compare with, hence nothing to warn of. */
async function sourcesOf(files: readonly string[]): Promise<DataSource[]> {
  const sources: DataSource[] = [];
  for (const file of new Set(files)) {
    const { sha256 } = await checksumFile(resolve(file));
    sources.push({ file: file.split(sep).join('/'), sha256, official: null });
  }
  return sources;
}

/** @throws DataError where a file that the configuration names is missing, naming the setting */
export function requireOwnFiles(options: Pick<FileOptions, 'path' | 'labels' | 'testPath' | 'testLabels'>): void {
  for (const key of ['path', 'labels', 'testPath', 'testLabels'] as const) {
    const given = options[key];
    if (given !== null) requireNamedFile(`data.${key}`, given);
  }
}

/** The files that hold x and y, as the user wrote them; one and the same for safetensors and modules. */
interface Places {
  readonly x: string;
  readonly y: string;
}

function placesOf(pathKey: string, path: string, labelsKey: string, labels: string | null): Places {
  if (path.endsWith('.safetensors') || isModule(path)) {
    if (labels === null) return { x: path, y: path };
    throw new ConfigurationError(`${labelsKey} is ${labels}; leave it out: ${path} holds y itself`);
  }
  if (!path.endsWith('.npy')) {
    throw new ConfigurationError(
      `${pathKey} is ${path}; expected a .safetensors file with tensors x and y, the .npy of x with ${labelsKey}, or an ES module (.mjs) that gives x and y`,
    );
  }
  if (labels?.endsWith('.npy')) return { x: path, y: labels };
  throw new ConfigurationError(
    `${labelsKey} is ${labels}; expected the .npy of y, which belongs to the x of ${path} (or one .safetensors with both)`,
  );
}

/** A split as in its files, whole. */
interface Pair {
  readonly inputShape: readonly number[];
  readonly samples: number;
  /** [samples, ...inputShape] */
  readonly x: Float32Array;
  readonly targets: Targets;
}

/** Where x and y of a split come from. */
interface Origin {
  tensor(name: 'x' | 'y'): FileTensor;
  /** The file of a tensor, in errors. */
  file(name: 'x' | 'y'): string;
  /** The tensor itself, in errors. */
  where(name: 'x' | 'y'): string;
}

function fromFiles(places: Places, readTensor: TensorReader): Origin {
  const file = (name: 'x' | 'y') => resolve(places[name]);
  return { tensor: (name) => readTensor(file(name), name), file, where: (name) => `${file(name)}: ${name}` };
}

async function fromModule(path: string, seed: number) {
  const { test, sources, ...train } = await dataOfModule(path, seed);
  const file = () => resolve(path);
  const origin = (tensors: Tensors, prefix: string): Origin => ({
    tensor: (name) => tensors[name],
    file,
    where: (name) => `${file()}: ${prefix}${name}`,
  });
  return { train: origin(train, ''), test: test && origin(test, 'test.'), sources };
}

/** @param training the training split, where this is the test split: shapes, task and classes must be the same */
function readPair(from: Origin, task: FileOptions['task'], training: Pair | null): Pair {
  const x = from.tensor('x');
  const y = from.tensor('y');
  requireRows(x, from.where('x'), '[samples, …]', Infinity);
  requireRows(y, from.where('y'), '[samples] or [samples, outputs]', 2);
  const [samples, ...shape] = x.shape;
  if (y.shape[0] !== samples) {
    throw new DataError(`${from.where('y')} has ${y.shape[0]} rows; x of ${from.file('x')} has ${samples}`);
  }
  const inputShape = shape.length === 0 ? [1] : shape; // [samples] is one input a sample
  if (training !== null && String(training.inputShape) !== String(inputShape)) {
    throw new DataError(
      `${from.where('x')} is of shape [${x.shape.join(', ')}]; expected [samples, ${training.inputShape.join(', ')}] as in training`,
    );
  }
  const targets = readTargets(y, task, from.where('y'), training?.targets);
  // float32 is looked at where it lies: the reader's array is nobody else's, and may be large.
  const floats = x.data instanceof Float32Array ? x.data : new Float32Array(x.data.length);
  return { inputShape, samples, x: copyFinite(x, floats, from.where('x')), targets };
}

function requireRows({ shape }: FileTensor, where: string, expected: string, mostAxes: number): void {
  if (shape.length >= 1 && shape.length <= mostAxes && shape.every((length) => length > 0)) return;
  throw new DataError(`${where} is of shape [${shape.join(', ')}]; expected ${expected}, none of them 0`);
}

function toSplit({ x, targets, samples }: Pair): Split {
  return { x, y: targets.y, samples };
}

/** Each chosen row in its slot. */
function chosenRows(rows: Float32Array, { samples, slots }: Subset): Float32Array {
  const width = rows.length / slots.length;
  const chosen = new Float32Array(samples * width);
  slots.forEach((slot, row) => {
    if (slot >= 0) chosen.set(rows.subarray(row * width, (row + 1) * width), slot * width);
  });
  return chosen;
}
