/** Channels: the definitions of architecture and docs in plain loops, and closed forms of a line and a wave. */
import { describe, expect, it } from 'vitest';
import { accumulateWindow } from '../../src/statistics/window-variance.ts';
import { normals } from './draws.ts';

const UPDATES = 60;
const DIRECTIONS = 3;

/** A window's rows as the spectrum stage writes them: θ with its mean taken off, v as it is. */
function recorded(): { theta: Float64Array; velocity: Float64Array } {
  const theta = Float64Array.from(normals(UPDATES * DIRECTIONS, 'window/theta'));
  const velocity = Float64Array.from(normals(UPDATES * DIRECTIONS, 'window/velocity'), (value) => 5 + value);
  for (let i = 0; i < DIRECTIONS; i++) {
    // Scales far apart, and a drift in the last direction.
    let mean = 0;
    for (let k = 0; k < UPDATES; k++) {
      theta[k * DIRECTIONS + i] = 10 ** (3 * i) * (theta[k * DIRECTIONS + i] + (i === 2 ? 0.1 * k : 0));
      mean += theta[k * DIRECTIONS + i] / UPDATES;
    }
    for (let k = 0; k < UPDATES; k++) theta[k * DIRECTIONS + i] -= mean;
  }
  return { theta, velocity };
}

function whole(theta: ArrayLike<number>, velocity: ArrayLike<number>, directions: number) {
  const window = accumulateWindow(theta.length / directions, directions);
  window.add(theta, velocity);
  return window.finish();
}

describe('accumulateWindow', () => {
  it('has the variances of their definitions, direction by direction', () => {
    const { theta, velocity } = recorded();
    const found = whole(theta, velocity, DIRECTIONS);
    for (let i = 0; i < DIRECTIONS; i++) {
      let square = 0;
      let speed = 0;
      for (let k = 0; k < UPDATES; k++) {
        square += theta[k * DIRECTIONS + i] ** 2;
        speed += velocity[k * DIRECTIONS + i] ** 2;
      }
      expect(found.theta[i]).toBeCloseTo(square / UPDATES, 14 - 6 * i);
      // Not centred: a mean of 5 is part of it.
      expect(found.velocity[i]).toBeCloseTo(speed / UPDATES, 12);
      expect(found.velocity[i]).toBeGreaterThan(25);
    }
  });

  it('has as trend fraction the R² of a line fitted in the textbook way', () => {
    const { theta, velocity } = recorded();
    const { trendFraction } = whole(theta, velocity, DIRECTIONS);
    for (let i = 0; i < DIRECTIONS; i++) {
      const path = Array.from({ length: UPDATES }, (_, k) => theta[k * DIRECTIONS + i]);
      // Normal equations for a + bt, then 1 − residual/total.
      const sum = (f: (y: number, t: number) => number) => path.reduce((total, y, t) => total + f(y, t), 0);
      const [s1, st, stt] = [UPDATES, sum((_, t) => t), sum((_, t) => t * t)];
      const [sy, sty] = [sum((y) => y), sum((y, t) => t * y)];
      const b = (s1 * sty - st * sy) / (s1 * stt - st * st);
      const a = (sy - b * st) / s1;
      const residual = sum((y, t) => (y - a - b * t) ** 2);
      const total = sum((y) => (y - sy / s1) ** 2);
      expect(trendFraction[i]).toBeCloseTo(1 - residual / total, 11);
    }
    expect(trendFraction[2]).toBeGreaterThan(0.5);
    expect(trendFraction[0]).toBeLessThan(0.2);
  });

  it('knows a straight line and a wave by their closed forms', () => {
    const updates = 100;
    const slope = -0.3;
    const line = Float64Array.from({ length: updates }, (_, k) => slope * (k - (updates - 1) / 2));
    const drift = whole(line, new Float64Array(updates).fill(slope), 1);
    expect(drift.theta[0]).toBeCloseTo((slope ** 2 * (updates ** 2 - 1)) / 12, 11);
    expect(drift.velocity[0]).toBeCloseTo(slope ** 2, 14);
    expect(drift.trendFraction[0]).toBeCloseTo(1, 12);
    // Whole periods of a cosine, symmetric about the middle: variance ½, no trend.
    const wave = Float64Array.from({ length: updates }, (_, k) => Math.cos((2 * Math.PI * (k + 0.5)) / 20));
    const swung = whole(wave, wave, 1);
    expect(swung.theta[0]).toBeCloseTo(0.5, 13);
    expect(swung.velocity[0]).toBeCloseTo(0.5, 13);
    expect(swung.trendFraction[0]).toBeLessThan(1e-20);
  });

  it('is NaN about the trend of what never moves', () => {
    const still = whole(new Float64Array(8), new Float64Array(8), 1);
    expect(still.theta[0]).toBe(0);
    expect(still.trendFraction[0]).toBeNaN();
  });

  it('gives the same bits in whatever pieces the rows come', () => {
    const { theta, velocity } = recorded();
    const once = whole(theta, velocity, DIRECTIONS);
    for (const pieces of [[60], [1, 59], [7, 13, 40], Array(60).fill(1) as number[]]) {
      const window = accumulateWindow(UPDATES, DIRECTIONS);
      let at = 0;
      for (const rows of pieces) {
        const end = at + rows * DIRECTIONS;
        window.add(theta.subarray(at, end), velocity.subarray(at, end));
        at = end;
      }
      expect(window.finish()).toEqual(once);
    }
  });

  it('refuses a window that is not whole', () => {
    const window = accumulateWindow(3, 2);
    window.add([1, 2, 3, 4], [1, 2, 3, 4]);
    expect(() => window.finish()).toThrow('a window of 3 updates was given 2');
  });
});
