/** The optimiser in the profile. */
import type { HeavyBall } from '../sgd/heavy-ball.ts';
import { measured } from './profile.ts';

const TITLE = 'SGD updates';

/** The optimiser, whose updates count as a part of the work, recorded or not. */
export function measuredUpdates(heavyBall: HeavyBall): HeavyBall {
  return {
    ...heavyBall,
    begin(state) {
      const motion = measured(TITLE, heavyBall.begin(state), 'advance', ({ length }) => length);
      return measured(TITLE, motion, 'record', ({ losses }) => losses.length);
    },
  };
}
