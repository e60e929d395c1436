/** The window as later stages see it, whether it lies on the disk or is run again. */
import type { Disposable } from '../../disposables.ts';
import type { Reals } from '../../tensor/types.ts';

/** Consecutive updates; memory is that of the block before. */
export interface WeightsBlock {
  /** Number of the first update, from 0. */
  readonly first: number;
  readonly rows: number;
  /** θ after each [rows, d]. */
  readonly theta: Reals;
}

/** The same, with the velocity [rows, d]. */
export interface StatesBlock extends WeightsBlock {
  readonly velocity: Reals;
}

/** Told between two pieces of work that give nothing yet; may end the work by throwing. */
export type Breathe = () => Promise<void>;

/** A window of K updates of a network of d weights. Whoever opens it disposes of it. */
export interface RecordedWindow extends Disposable {
  /** K. */
  readonly updates: number;
  /** d. */
  readonly size: number;
  /** States after updates first … end−1, in the order of time. Ranges cost least in the order of time, too. */
  states(first: number, end: number, breathe?: Breathe): AsyncGenerator<StatesBlock>;
  /** The weights alone. */
  weights(first: number, end: number, breathe?: Breathe): AsyncGenerator<WeightsBlock>;
}
