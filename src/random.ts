/**
 * Seeded random streams. Every random choice of a run draws from a stream that is named after its purpose, so that
 * changing one part of a configuration (say, the sampler) leaves the draws of all others as they were.
 */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers; drawing from it changes it. */
export interface RandomStream {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform integer in 0 … below − 1, without modulo bias. */
  integer(below: number): number;
  /** Standard normal deviate (Marsaglia's polar method). */
  normal(): number;
  /** Shuffles in place, every order equally likely (Fisher–Yates). */
  shuffle(values: Int32Array): Int32Array;
}

/**
 * The stream that belongs to a seed and a purpose.
 *
 * @param seed the configuration's seed
 * @param purpose what is drawn from it, e.g. `data/teacher`; streams of different purposes are independent
 */
export function randomStream(seed: number, purpose: string): RandomStream {
  const digest = createHash('sha256').update(`${seed}\n${purpose}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  let spare: number | undefined;

  const uniform = () => uniformFloat64(generator);
  const integer = (below: number) => uniformInt(generator, 0, below - 1);

  function normal(): number {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * uniform() - 1;
      const b = 2 * uniform() - 1;
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = b * scale;
      return a * scale;
    }
  }

  function shuffle(values: Int32Array): Int32Array {
    for (let last = values.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      const swapped = values[last];
      values[last] = values[other];
      values[other] = swapped;
    }
    return values;
  }

  return { uniform, integer, normal, shuffle };
}
