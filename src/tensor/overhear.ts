/**
 * Which kernels run outside the ops that models are given. Whatever the spelling (a method of a tensor, another import of
 * tfjs-core, the engine itself), a kernel goes through the one engine that all copies of tfjs-core share.
 */
import type * as tfjs from '@tensorflow/tfjs-core';

interface Engine {
  runKernel(this: Engine, name: string, ...rest: unknown[]): unknown;
  readonly state: { readonly scopeStack: readonly { readonly name: string }[] };
}

/** Copies share everything with what they copy: value, kinks and derivatives. */
const COPIES: ReadonlySet<string> = new Set(['Identity']);
/** tfjs calls the scope of every op so. */
const OP_SCOPE = /__op$/;

/** Hears the kernels of one engine. */
export interface Listener {
  /** The op, whose kernels belong to it. */
  own<Given extends unknown[], Result>(op: (...given: Given) => Result): (...given: Given) => Result;
  /**
   * Runs a function.
   *
   * @param foreign told the name of an op that is not one of the `own` before its first kernel runs; may throw
   */
  listen<Result>(run: () => Result, foreign: (name: string) => void): Result;
}

/** A listener on an imported tfjs; at rest it leaves the engine as it is. */
export function listenerOn(tf: typeof tfjs): Listener {
  let depth = 0;
  return {
    own:
      (op) =>
      (...given) => {
        depth++;
        try {
          return op(...given);
        } finally {
          depth--;
        }
      },
    listen(run, foreign) {
      const engine = tf.engine() as unknown as Engine;
      const { runKernel } = engine;
      const outer = engine.state.scopeStack.length;
      engine.runKernel = function (name, ...rest) {
        if (depth === 0 && !COPIES.has(name)) {
          const scope = this.state.scopeStack.slice(outer).find((one) => OP_SCOPE.test(one.name));
          foreign(scope ? scope.name.replace(OP_SCOPE, '') : name);
        }
        return runKernel.call(this, name, ...rest);
      };
      try {
        return run();
      } finally {
        engine.runKernel = runKernel;
      }
    },
  };
}
