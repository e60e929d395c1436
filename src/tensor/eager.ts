/** `compile` and `linearize` where there are no graphs: the function itself, under tidy, float32 only. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';
import { checkInputs, MUST_BE_REAL, refuseReading } from './inputs.ts';
import { makeCurrent } from './library.ts';
import { dropTape } from './second-order.ts';
import type { Compiled, Input, Linearizable, Reals, Shape, Spec, Stored, TensorFunction } from './types.ts';

type Tfjs = typeof tfjs;

const KEEPER = 'cpu at float32';

/** Values kept as a tensor of tfjs. */
class EagerTensor implements Stored {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly keeper = KEEPER;
  readonly tensor: tfjs.Tensor;

  /** @param tensor of which the new object takes care */
  constructor(tensor: tfjs.Tensor) {
    this.shape = tensor.shape;
    this.dtype = tensor.dtype === 'int32' ? 'int32' : 'real';
    this.tensor = tensor;
  }

  get disposed(): boolean {
    return this.tensor.isDisposed;
  }

  async read(): Promise<Reals> {
    refuseReading(this);
    // A copy: the back end gives the array that it keeps.
    return Float32Array.from(await this.tensor.data());
  }

  dispose(): void {
    if (!this.tensor.isDisposed) this.tensor.dispose();
  }
}

/** Keeps values as a tensor of tfjs. */
export const storeEager = (tf: Tfjs, values: Reals | Int32Array, shape: Shape): Stored =>
  new EagerTensor(tensorOf(tf, values, shape));

function tensorOf(tf: Tfjs, values: Reals | Int32Array, shape: Shape): tfjs.Tensor {
  makeCurrent(tf, 'cpu');
  if (values instanceof Int32Array) return tf.tensor(values, [...shape], 'int32');
  // The cpu back end keeps the array it is given: a copy, so that the caller may go on using his.
  return tf.tensor(new Float32Array(values), [...shape], 'float32');
}

/**
 * A function as it is, run anew every time; what it makes on the way is freed after each run.
 *
 * @param inputs shapes [..] and kinds that `run` insists on; real numbers are float32
 * @throws ConfigurationError from `run` and `keep` where the function returns integers or booleans; RangeError for other inputs
 */
export function compileEager(tf: Tfjs, fn: TensorFunction, inputs: readonly Spec[]): Compiled {
  function keep(...given: Input[]): Stored[] {
    checkInputs(inputs, given, KEEPER);
    // tfjs-node, if it was loaded too, may have made its own back end the current one.
    makeCurrent(tf, 'cpu');
    try {
      const results = tf.tidy(() => {
        const tensors = given.map((input, index) =>
          ArrayBuffer.isView(input) ? tensorOf(tf, input, inputs[index].shape) : (input as EagerTensor).tensor,
        );
        return fn(...tensors).map((result) => {
          if (result.dtype !== 'float32') throw new ConfigurationError(MUST_BE_REAL);
          // Of its own, also where the function gives back what it was given.
          return tf.clone(result);
        });
      });
      return results.map((result) => new EagerTensor(result));
    } finally {
      dropTape(tf);
    }
  }

  return {
    async run(...given) {
      const kept = keep(...given);
      try {
        const results: Reals[] = [];
        for (const stored of kept) results.push(await stored.read());
        return results;
      } finally {
        for (const stored of kept) stored.dispose();
      }
    },
    keep,
    dispose() {},
  };
}

/**
 * The same interface as where there are graphs: static inputs are fixed, but nothing is saved, and every run computes all.
 *
 * @param statics inputs that `at` takes
 * @param dynamics inputs that `run` takes
 */
export function linearizeEager(
  tf: Tfjs,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const whole = compileEager(tf, fn, [...statics, ...dynamics]);
  return {
    at(...fixed) {
      checkInputs(statics, fixed, KEEPER);
      return {
        bytes: 0,
        run: (...given) => whole.run(...fixed, ...given),
        keep: (...given) => whole.keep(...fixed, ...given),
        dispose() {},
      };
    },
    dispose() {},
  };
}
