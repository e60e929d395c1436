/** Weights and velocity on their way: they stay on the back end, and only what is asked for is read. */
import { Disposables, openTogether } from '../disposables.ts';
import type { Backend } from '../tensor/backend.ts';
import type { Precision, Reals, Stored } from '../tensor/types.ts';

/** Weights and velocity [d] in the precision of the run. */
export interface State {
  readonly theta: Reals;
  readonly velocity: Reals;
}

/** What consecutive updates gave, row by row. */
export interface Updates {
  /** The batch's mean loss before each update, without L2 [updates]. */
  readonly losses: Reals;
  /** After each update [updates, d]. */
  readonly theta: Reals;
  readonly velocity: Reals;
}

/** Weights and velocity on the back end, where updates move them. Dispose of it. */
export interface Motion {
  /**
   * Makes consecutive updates.
   *
   * @param batches the samples' indices of each update, row by row [updates, S]
   * @returns the batches' mean losses, as in {@link Updates}
   * @throws RangeError where these are not whole batches
   */
  advance(batches: Int32Array, learningRate: number): Promise<Reals>;
  /** The same, and the state after each update. */
  record(batches: Int32Array, learningRate: number): Promise<Updates>;
  /** The present state, a copy. */
  state(): Promise<State>;
  /** Frees weights and velocity. */
  dispose(): void;
}

/** At rest at given weights, in the precision of the run. */
export function atRest(theta: Reals, precision: Precision): State {
  const array = precision === 'float32' ? Float32Array : Float64Array;
  return { theta: array.from(theta), velocity: new array(theta.length) };
}

/** What consecutive updates left on the back end. */
export interface Made {
  /** The state that they led to [d]. */
  readonly theta: Stored;
  readonly velocity: Stored;
  readonly losses: Stored;
  /** The states on the way there [(updates−1)·d]; none on the way of a single update. */
  readonly thetas?: Stored;
  readonly velocities?: Stored;
}

/**
 * Brings a state to the back end.
 *
 * @param update one call of the optimiser, which leaves what it is given as it is
 */
export function openMotion(
  backend: Backend,
  state: State,
  update: (theta: Stored, velocity: Stored, batches: Int32Array, learningRate: number) => Made,
): Motion {
  const shape = [state.theta.length];
  let [theta, velocity] = openTogether((held) =>
    [state.theta, state.velocity].map((values) => held.add(backend.store(values, shape))),
  );

  /** Makes updates, and reads what is asked of them; all but the state is let go. */
  async function make<T>(batches: Int32Array, learningRate: number, read: (made: Made) => Promise<T>): Promise<T> {
    const made = update(theta, velocity, batches, learningRate);
    const passing = new Disposables();
    for (const one of [theta, velocity, made.losses, made.thetas, made.velocities]) if (one) passing.add(one);
    [theta, velocity] = [made.theta, made.velocity];
    try {
      return await read(made);
    } finally {
      passing.dispose();
    }
  }

  return {
    advance: (batches, learningRate) => make(batches, learningRate, ({ losses }) => losses.read()),
    record: (batches, learningRate) =>
      make(batches, learningRate, async (made) => ({
        losses: await made.losses.read(),
        theta: joined(await made.thetas?.read(), await made.theta.read()),
        velocity: joined(await made.velocities?.read(), await made.velocity.read()),
      })),
    state: async () => ({ theta: await theta.read(), velocity: await velocity.read() }),
    dispose() {
      theta.dispose();
      velocity.dispose();
    },
  };
}

/** Rows, and one more. */
function joined(rows: Reals | undefined, last: Reals): Reals {
  if (!rows) return last;
  const all =
    last instanceof Float32Array
      ? new Float32Array(rows.length + last.length)
      : new Float64Array(rows.length + last.length);
  all.set(rows);
  all.set(last, rows.length);
  return all;
}
