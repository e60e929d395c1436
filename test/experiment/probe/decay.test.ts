/** Counting directions: what is known is counted, what is not follows the power law that a power law has. */
import { describe, expect, it } from 'vitest';
import { countDirections } from '../../../src/experiment/probe/decay.ts';
import { powerLaw, SCALE } from './setting.ts';

const counted = (count: number) => ({ count, isExtrapolated: false });
const about = (count: number) => ({ count, isExtrapolated: true });

describe('countDirections', () => {
  const known = powerLaw(40, 1.25);
  const { above, exponent } = countDirections(known, 1000);

  it('counts those that are known, the one at the level among them, whatever its last digit', () => {
    expect(above(SCALE * 1.01)).toEqual(counted(0));
    expect(above(SCALE)).toEqual(counted(1));
    for (const rank of [2, 7, 40]) {
      const value = known[rank - 1];
      for (const level of [value, value * (1 + 1e-14), value * (1 - 1e-14)])
        expect(above(level)).toEqual(counted(rank));
      expect(above(value * 1.0001)).toEqual(counted(rank - 1));
    }
  });

  // Closed form: SCALE/r^p is at the level l for r = (SCALE/l)^(1/p).
  it('goes on with the power law, and says so', () => {
    expect(exponent).toBeCloseTo(1.25, 12);
    for (const rank of [41, 60, 333, 999]) expect(above((SCALE / rank ** 1.25) * (1 - 1e-9))).toEqual(about(rank));
  });

  it('never beyond the number of directions, nor below the number of the known', () => {
    expect(above(SCALE / 1e6)).toEqual(about(1000));
    expect(above(known[39] * 0.9999)).toEqual(about(40));
    // A last known one far below the line does not make those below it fewer.
    expect(countDirections([...powerLaw(39), 1e-3], 1000).above(0.9e-3)!.count).toBeGreaterThanOrEqual(40);
  });

  it('takes its line from the second half of the ranks, where the tail is', () => {
    const kinked = [...powerLaw(20).map((value) => value * 100), ...powerLaw(40, 2).slice(20)];
    expect(countDirections(kinked, 1000).exponent).toBeCloseTo(2, 12);
  });

  it('knows nothing of what lies at 0 or below', () => {
    expect(above(0)).toBeNull();
    expect(above(-1)).toBeNull();
  });

  it('knows nothing beyond too few, and beyond what does not fall', () => {
    const few = countDirections(powerLaw(10), 1000);
    expect(few.exponent).toBeNull();
    expect(few.above(SCALE / 10)).toEqual(counted(10));
    expect(few.above(SCALE / 11)).toBeNull();
    expect(countDirections(Array(20).fill(1), 1000).above(0.5)).toBeNull();
  });

  it('extrapolates nothing where all directions are known', () => {
    const all = countDirections(powerLaw(40), 40);
    expect(all.exponent).toBeNull();
    expect(all.above(SCALE / 100)).toEqual(counted(40));
  });
});
