/** What a dataset is to the rest of the program: inputs and targets as flat arrays, where they came from, and what to doubt. */
import { ConfigurationError } from '../errors.ts';

/** Samples with their targets. */
export interface Split {
  /** Inputs, [samples, ...inputShape] row-major. */
  readonly x: Float32Array;
  /** Targets, [samples, outputs] row-major. */
  readonly y: Float32Array;
  readonly samples: number;
}

/** Something about the data that a reader of the results must know. */
export interface DataWarning {
  /** For programs: `checksum`, `empty-class`. */
  readonly code: string;
  /** One sentence. */
  readonly text: string;
}

/** A file that data was read from. */
export interface DataSource {
  /**
   * Name within the data folder, or a user's own file as the configuration names it; with forward slashes: the same on every
   * machine.
   */
  readonly file: string;
  /** SHA-256 of the file's bytes, lower-case hexadecimal. */
  readonly sha256: string;
  /** Whether these are the official bytes; null where no official checksum exists. */
  readonly official: boolean | null;
}

/** What the targets are. */
export type Task =
  /** Real targets, any number of columns. */
  | 'regression'
  /** One column of 0 and 1. */
  | 'binary'
  /** One-hot rows, one column a class. */
  | 'classes';

/** A dataset as the training sees it. */
export interface Dataset {
  readonly name: string;
  /** Shape of one input, e.g. [20], or [28, 28, 1] as height, width, channels. */
  readonly inputShape: readonly number[];
  /** Columns of the targets. */
  readonly outputs: number;
  readonly task: Task;
  readonly train: Split;
  /** Null where there is none. */
  readonly test: Split | null;
  /** Empty for data made from a seed. */
  readonly sources: readonly DataSource[];
  readonly warnings: readonly DataWarning[];
  /** The teacher's parameters, flat as those of an mlp of the same layers: each layer's weights [in, out], then its bias [out]. */
  readonly teacher: Float64Array | null;
}

/** Class numbers as one-hot rows, [labels, classes]. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (let sample = 0; sample < labels.length; sample++) rows[sample * classes + labels[sample]] = 1;
  return rows;
}

/** 1 for an odd class number, 0 for an even one: [labels, 1]. */
export function parity(labels: ArrayLike<number>): Float32Array {
  return Float32Array.from(labels, (label) => label % 2);
}

/**
 * Checks a count that a user gave.
 *
 * @throws ConfigurationError unless it is an integer of at least `least`
 */
export function requireCount(what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ConfigurationError(`${what} is ${value}; expected an integer of at least ${least}`);
}

/**
 * Checks a real number that a user gave.
 *
 * @param low Number.MIN_VALUE for anything above 0
 * @throws ConfigurationError unless it is finite and lies in [low, high]
 */
export function requireWithin(what: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high && Number.isFinite(value)) return;
  const least = low === Number.MIN_VALUE ? 'above 0' : `of at least ${low}`;
  const expected = high === Infinity ? `a finite number ${least}` : `a number from ${low} to ${high}`;
  throw new ConfigurationError(`${what} is ${value}; expected ${expected}`);
}
