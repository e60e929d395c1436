/** What is kept of the window while it is recorded. */
import type { Reals } from '../../tensor/types.ts';

/** A window on its way to the disk, update by update. Exactly one of `finish` and `abort` ends it. */
export interface WindowRecorder {
  /** The state after the next update [d]. @throws RangeError where the window is full; RunError where nothing can be written */
  add(theta: Reals, velocity: Reals): void;
  /** All that was added is on the disk when this returns, and stays there even where the window is given up. */
  sync(): void;
  /** @throws RangeError unless all announced updates were added */
  finish(): void;
  /** Removes what was written of an unfinished window, unless it was synced. Nothing happens after `finish`. */
  abort(): void;
}

/** Where a window lies while it is recorded, so that another process may go on with it. */
export interface Unfinished {
  /** Of files in the making. */
  readonly folder: string;
  /** Updates that an earlier process has recorded. */
  readonly updates: number;
}
