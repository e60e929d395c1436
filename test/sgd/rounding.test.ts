import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { roundingFloor, unitInTheLastPlace } from '../../src/sgd/rounding.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The gap to the next float32 in magnitude, by adding one to the bit pattern. */
function gapByBits(value: number): number {
  float[0] = Math.abs(value);
  const here = float[0];
  bits[0]++;
  return float[0] - here;
}

describe('the unit in the last place of a float32', () => {
  // Channel: bit patterns. All exponents, at the power of two, just below and above it, and somewhere between.
  it('is the gap between neighbouring bit patterns, for every exponent', () => {
    for (let exponent = 0; exponent < 254; exponent++)
      for (const fraction of [0, 1, 0x3fffff, 0x7fffff]) {
        bits[0] = (exponent << 23) | fraction;
        const value = float[0];
        expect(unitInTheLastPlace(value)).toBe(gapByBits(value));
        expect(unitInTheLastPlace(-value)).toBe(gapByBits(value));
      }
  });

  it('is the same for random numbers, which are rounded to float32 first', () => {
    const random = randomStream(1, 'test/sgd/rounding');
    for (let i = 0; i < 10_000; i++) {
      const value = random.normal() * 10 ** (random.integer(60) - 30);
      expect(unitInTheLastPlace(value)).toBe(gapByBits(value));
    }
    // Just below 1 in float64, but 1 in float32.
    expect(unitInTheLastPlace(1 - 2 ** -40)).toBe(2 ** -23);
  });
});

describe('the rounding floor', () => {
  // Channel: simulation. Random numbers added to the weights and rounded to float32: the error's variance along a direction.
  it('is the variance of rounding errors along a direction', () => {
    const random = randomStream(2, 'test/sgd/rounding');
    const theta = Float32Array.from({ length: 20 }, () => 4 * random.normal());
    const direction = Float64Array.from(theta, (_, i) => ((i % 3) - 1) / Math.sqrt(14));
    const repeats = 20_000;
    let sum = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      let error = 0;
      for (let i = 0; i < 20; i++) {
        // A velocity that is small against the weight, but large against its rounding.
        const exact = theta[i] + 1e-4 * Math.abs(theta[i]) * random.uniform();
        error += direction[i] * (Math.fround(exact) - exact);
      }
      sum += error * error;
    }
    // The scatter of a variance of 20,000 draws is 1 %; a weight that crosses a power of two adds another.
    expect(sum / repeats / roundingFloor(theta, direction)).toBeCloseTo(1, 1);
  });

  // Channel: arithmetic by hand: ulp(1) = 2⁻²³, ulp(8) = 2⁻²⁰.
  it('is Σ e² ulp²/12', () => {
    expect(roundingFloor([1, 8], [1, 0])).toBe(2 ** -46 / 12);
    expect(roundingFloor([1, 8], [0.6, -0.8])).toBeCloseTo((0.36 * 2 ** -46 + 0.64 * 2 ** -40) / 12, 25);
  });
});
