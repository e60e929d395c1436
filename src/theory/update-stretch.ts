/** One update as a stretch, its noise being the push m: v ← βv − ηλθ + m, θ ← θ + v. */
import { centredUpdate, type CentredStretch } from './centred-stretch.ts';
import type { UpdateRule } from './direction.ts';
import type { Matrix, Vector } from './matrix.ts';
import { reading, type Stretch } from './stretch.ts';

/** An update whose weight is recorded, to be taken about the mean of the window. */
export function weightUpdate(rule: UpdateRule): CentredStretch {
  return centredUpdate(shiftOf(rule), velocityResponse(rule));
}

/** An update whose velocity is recorded. */
export function velocityUpdate(rule: UpdateRule): Stretch {
  return reading(shiftOf(rule), velocityResponse(rule));
}

/** E − I. */
function shiftOf({ learningRate, momentum, eigenvalue }: UpdateRule): Matrix {
  const step = learningRate * eigenvalue;
  return [-step, momentum, 1, -step, momentum - 1, 1, 0, 0, 0];
}

/** Of the new velocity, and so of how far the weight moves. */
function velocityResponse({ learningRate, momentum, eigenvalue }: UpdateRule): Vector {
  return [-learningRate * eigenvalue, momentum, 1];
}
