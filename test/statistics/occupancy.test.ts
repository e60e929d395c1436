/** Channel: all draws there are, one by one. */
import { describe, expect, it } from 'vitest';
import { differentDraws } from '../../src/statistics/occupancy.ts';

function enumerated(draws: number, of: number): { mean: number; variance: number } {
  let [sum, squares] = [0, 0];
  const all = of ** draws;
  for (let code = 0; code < all; code++) {
    const seen = new Set<number>();
    for (let rest = code, draw = 0; draw < draws; draw++, rest = Math.floor(rest / of)) seen.add(rest % of);
    sum += seen.size;
    squares += seen.size ** 2;
  }
  return { mean: sum / all, variance: squares / all - (sum / all) ** 2 };
}

describe('the number of different values among independent draws', () => {
  it.each([
    [1, 5],
    [2, 2],
    [3, 7],
    [6, 4],
    [5, 2],
  ])('%i of %i', (draws, of) => {
    const { mean, variance } = differentDraws(draws, of);
    const expected = enumerated(draws, of);
    expect(mean).toBeCloseTo(expected.mean, 12);
    expect(variance).toBeCloseTo(expected.variance, 12);
  });

  it('few of very many: as good as none is drawn twice, S²/2N pairs in the mean, and as large a variance', () => {
    const { mean, variance } = differentDraws(50, 1e7);
    const pairs = (50 * 49) / 2 / 1e7;
    expect((50 - mean) / pairs).toBeCloseTo(1, 4);
    expect(variance / pairs).toBeCloseTo(1, 3);
  });
});
