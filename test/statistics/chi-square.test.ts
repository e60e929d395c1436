/** Channels: printed tables and SciPy's quantiles, the exponential law of χ²₂, simulation with sums of squared normals. */
import { describe, expect, it } from 'vitest';
import { expectedMedianAbsLog10, varianceInterval } from '../../src/statistics/chi-square.ts';
import { median } from '../../src/statistics/median.ts';
import { chiSquares } from './draws.ts';

describe('varianceInterval', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.4: χ² with tails of 0.025, three decimals.
  it.each([
    [2, 0.051, 7.378],
    [3, 0.216, 9.348],
    [5, 0.831, 12.833],
    [10, 3.247, 20.483],
    [30, 16.791, 46.979],
    [60, 40.482, 83.298],
    [100, 74.222, 129.561],
  ])('divides by the tabulated quantiles at ν = %d', (dof, lower, upper) => {
    const { low, high } = varianceInterval(1, dof);
    expect(dof / low).toBeCloseTo(upper, 3);
    expect(dof / high).toBeCloseTo(lower, 3);
  });

  // scipy 1.17.1, chi2.ppf([.025, .975], ν): degrees of freedom are hardly ever whole.
  it.each([
    [0.7, 3.8082564519530825e-5, 4.136665825733002],
    [1.5, 0.01311302116301894, 6.275807973333609],
    [3.7, 0.39457687534151664, 10.618055248352459],
    [7.16, 1.7659325937093666, 16.258800889281627],
    [1000.5, 914.7352397714009, 1090.0528270754237],
  ])('takes degrees of freedom between whole numbers: ν = %d', (dof, lower, upper) => {
    const { low, high } = varianceInterval(2.5, dof);
    // Ten digits: both sides iterate to about 1e-12.
    expect(low / ((2.5 * dof) / upper)).toBeCloseTo(1, 10);
    expect(high / ((2.5 * dof) / lower)).toBeCloseTo(1, 10);
  });

  it('has the exact quantiles −2 log(1−p) of ν = 2 at any level', () => {
    const { low, high } = varianceInterval(3, 2, 0.8);
    expect(low).toBeCloseTo(6 / (-2 * Math.log(0.1)), 12);
    expect(high).toBeCloseTo(6 / (-2 * Math.log(0.9)), 12);
  });

  it.each([2, 3, 17])('holds the true variance 95 times in 100: ν = %d', (dof) => {
    const draws = chiSquares(4000, () => dof, `coverage/${dof}`);
    const inside = draws.filter((draw) => {
      const { low, high } = varianceInterval(draw / dof, dof);
      return low <= 1 && 1 <= high;
    });
    // Standard error √(.95·.05/4000) = 0.0034; four of them.
    expect(Math.abs(inside.length / draws.length - 0.95)).toBeLessThan(0.014);
  });

  it('scales with the variance, and says NaN where nothing is known', () => {
    expect(varianceInterval(0, 5)).toEqual({ low: 0, high: 0 });
    for (const dof of [0, -1, NaN]) expect(varianceInterval(1, dof)).toEqual({ low: NaN, high: NaN });
  });
});

describe('expectedMedianAbsLog10', () => {
  it('solves the exponential law of ν = 2', () => {
    // χ²₂/2 is exponential of mean 1: P(1/f ≤ x ≤ f) = e^(−1/f) − e^(−f).
    const factor = 10 ** expectedMedianAbsLog10([2, 2, 2]);
    expect(Math.exp(-1 / factor) - Math.exp(-factor)).toBeCloseTo(0.5, 12);
  });

  // scipy 1.17.1: brentq for m in chi2.cdf(ν·10^m, ν) − chi2.cdf(ν·10^−m, ν) = 1/2.
  it.each([
    [8, 0.15014097044185226],
    [300, 0.023933172016047746],
    [1500, 0.01069759797515129],
    [2000, 0.009264086349483242],
    [20_000, 0.0029293007206965486],
    [1e6, 0.00041426166784556446],
  ])('solves it for one direction of ν = %d', (dof, exact) => {
    // Up to 1,500 the library's digits; beyond, the cube-root law, off by 2.4e-5 at 2,000 and less above.
    expect(Math.abs(expectedMedianAbsLog10([dof]) / exact - 1)).toBeLessThan(dof <= 1500 ? 1e-10 : 3e-5);
  });

  it('is that of a normal law for many degrees of freedom', () => {
    // 0.67449, the upper quartile of the normal law, times the standard deviation √(2/ν) of χ²_ν/ν, over ln 10.
    expect(expectedMedianAbsLog10([1e5]) / ((0.67449 * Math.sqrt(2e-5)) / Math.LN10)).toBeCloseTo(1, 4);
  });

  it.each([[[1.5]], [[8, 8, 8]], [[2, 5, 40]]])('is what simulated directions of ν = %j show', (dofs) => {
    const count = 30_000;
    const dofOf = (at: number) => dofs[at % dofs.length];
    const scatter = chiSquares(count, dofOf, `scatter/${dofs.join()}`).map((draw, at) =>
      Math.abs(Math.log10(draw / dofOf(at))),
    );
    // A median's relative standard error here is about 1.2/√count = 0.7 %; four of them.
    expect(Math.abs(median(scatter) / expectedMedianAbsLog10(dofs) - 1)).toBeLessThan(0.028);
  });

  it('passes over directions of unknown scatter', () => {
    expect(expectedMedianAbsLog10([NaN, 8, 0])).toBe(expectedMedianAbsLog10([8]));
    expect(expectedMedianAbsLog10([NaN])).toBeNaN();
    expect(expectedMedianAbsLog10([])).toBeNaN();
  });
});
