/** The words that tensor/ and its users share. */
import type * as tf from '@tensorflow/tfjs-core';

/** A tfjs tensor: exists only inside functions that are handed to `compile` or `linearize`. */
export type Tensor = tf.Tensor;

/** Real numbers as they cross the back end: Float32Array at precision float32, Float64Array at float64. */
export type Reals = Float32Array | Float64Array;

/** What real numbers are computed in. */
export type Precision = 'float32' | 'float64';
/** `tensorflow`: native; `webgpu`: the graphics device, float32 only; `cpu`: plain JavaScript, float32 only. */
export const BACK_ENDS = ['tensorflow', 'webgpu', 'cpu'] as const;
/** One of the names. */
export type BackendName = (typeof BACK_ENDS)[number];
/** Lengths of a tensor's axes; none for a single number. */
export type Shape = readonly number[];

/** Shape and kind of one input of a compiled function. */
export interface Spec {
  readonly shape: Shape;
  /** `real` is float32 or float64, after the back end's precision. */
  readonly dtype: 'real' | 'int32';
}

/** Values that stay on the back end until they are disposed of: data sets, weights, directions. */
export interface Stored extends Spec {
  /** Back end and precision that hold the values; functions compiled for others refuse them. */
  readonly keeper: string;
  readonly disposed: boolean;
  /**
   * The values as they are now, a copy in the back end's precision. Real numbers only: indices are known to whoever stored them.
   *
   * @throws RangeError for whole numbers, and where the values were disposed of
   */
  read(): Promise<Reals>;
  /** Frees the values; a second call does nothing. */
  dispose(): void;
}

/** What a compiled function takes for one input: values kept on the back end, or values to bring there. */
export type Input = Stored | Reals | Int32Array;

/** A function of tensors, run as a whole. Inputs are taken over before a call returns: arrays may be changed then. */
export interface Compiled {
  /**
   * Runs the function; outputs are copies, in the back end's precision.
   *
   * @throws RangeError for inputs of another number, kind or shape than it was compiled for
   */
  run(...inputs: Input[]): Promise<Reals[]>;
  /**
   * The same computation, whose outputs stay on the back end until the caller disposes of them. Nothing is read: a back end
   * that is a device may still be at work when the call returns.
   *
   * @throws RangeError as `run`
   */
  keep(...inputs: Input[]): Stored[];
  /** Frees the graph, and the saved intermediate values of a linearised function. */
  dispose(): void;
}

/** A function whose static inputs may be fixed again and again without compiling it anew. */
export interface Linearizable {
  /** Computes once what depends on the static inputs alone. They are not copied: the result needs them as long as it is used. */
  at(...statics: Stored[]): Linearized;
  /** Frees the graph, which what came of `at` runs on. */
  dispose(): void;
}

/** A function with its static inputs fixed: `run` takes the dynamic ones, in their order, and returns all outputs. */
export interface Linearized extends Compiled {
  /** Memory held by the saved intermediate values; 0 where nothing is saved, as on back end `cpu`. */
  readonly bytes: number;
}

/** A pure function of tensors, written in the repaired ops. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor[];

/** A function to be compiled for inputs of fixed shapes. */
export interface Compilable {
  readonly fn: TensorFunction;
  readonly inputs: readonly Spec[];
  /** Shapes on which it is recorded instead; see `Backend.compile`. */
  readonly examples?: readonly Spec[];
}

/** An input of real numbers. */
export const real = (...shape: number[]): Spec => ({ shape, dtype: 'real' });
/** An input of whole numbers. */
export const int32 = (...shape: number[]): Spec => ({ shape, dtype: 'int32' });
/** Numbers in a tensor of this shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
