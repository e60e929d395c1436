/** Variances of a recorded window along directions. */

/** What a window of K updates shows along k directions, [k] each. */
export interface WindowVariances {
  /** (1/K) Σ (e·(θ−θ̄))²: about the window's mean, over K. */
  readonly theta: Float64Array;
  /** (1/K) Σ (e·v)²: not centred. */
  readonly velocity: Float64Array;
  /** R² of a straight line through the path of e·θ: 1 for pure drift. NaN where nothing moves. */
  readonly trendFraction: Float64Array;
}

/** Takes the window's rows as they come, so that the whole of it need not be in memory. */
export interface WindowAccumulator {
  /** @param theta e·(θ−θ̄) after the next updates [rows, k]; @param velocity e·v likewise */
  add(theta: ArrayLike<number>, velocity: ArrayLike<number>): void;
  /** @throws RangeError unless exactly the announced number of updates was added */
  finish(): WindowVariances;
}

/**
 * Starts the sums, all in float64.
 *
 * @param updates K
 * @param directions k
 */
export function accumulateWindow(updates: number, directions: number): WindowAccumulator {
  const sums = { theta: new Float64Array(directions), tilted: new Float64Array(directions) };
  const squares = { theta: new Float64Array(directions), velocity: new Float64Array(directions) };
  const centre = (updates - 1) / 2;
  let row = 0;
  return {
    add(theta, velocity) {
      for (let at = 0; at < theta.length; row++) {
        const time = row - centre;
        for (let i = 0; i < directions; i++, at++) {
          const position = theta[at];
          sums.theta[i] += position;
          sums.tilted[i] += time * position;
          squares.theta[i] += position * position;
          squares.velocity[i] += velocity[at] * velocity[at];
        }
      }
    },
    finish() {
      if (row !== updates) throw new RangeError(`a window of ${updates} updates was given ${row}`);
      const spread = (updates * (updates * updates - 1)) / 12; // Σ (t−t̄)²
      return {
        theta: squares.theta.map((square) => square / updates),
        velocity: squares.velocity.map((square) => square / updates),
        trendFraction: squares.theta.map((square, i) => {
          const centred = square - (sums.theta[i] * sums.theta[i]) / updates;
          return (sums.tilted[i] * sums.tilted[i]) / spread / centred;
        }),
      };
    },
  };
}
