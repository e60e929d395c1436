import { describe, expect, test } from 'vitest';
import { principalComponentsFigure } from '../../../src/report/figures/principal-components.ts';
import type { ComponentColumns, ReportInput } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { syntheticDetails, syntheticInput, syntheticSummary } from '../synthetic.ts';

const components: ComponentColumns = {
  variance: [9, 4, 1],
  curvature: [3, 2, 1.5],
  random_walk_variance: [90, 40],
  random_walk_curvature: [0.3, 0.2],
};
const rows = [2, 2.01, 2.02, 2.03, 2.04].map((eigenvalue, i) => ({
  eigenvalue,
  theta_variance: 5 + i,
  regime: 'stiff' as const,
}));
const given = (changes: Partial<ComponentColumns> = {}, some: Parameters<typeof inputOf>[0] = rows): ReportInput => ({
  ...inputOf(some),
  components: { ...components, ...changes },
});

describe('series', () => {
  test('the walk below the path, and medians of the Hessian’s directions', () => {
    const { series } = principalComponentsFigure(given());
    expect(series.map(({ label, kind, role, x, y }) => [label, kind, role, x, y])).toEqual([
      ['random walk of the same length', 'points', 'reference', [0.3, 0.2], [90, 40]],
      ['this path', 'points', 'measured', [3, 2, 1.5], [9, 4, 1]],
      ['along the Hessian’s directions: medians', 'line', 'fit', [2.02], [7]],
    ]);
  });

  test('components that a logarithm cannot show are left out', () => {
    const { series } = principalComponentsFigure(
      given({ variance: [9, 0, 1], curvature: [-3, 2, 1.5], random_walk_curvature: [-1, NaN] }),
    );
    expect(series.map(({ label }) => label)).toEqual(['this path', 'along the Hessian’s directions: medians']);
    expect([series[0].x, series[0].y]).toEqual([[1.5], [1]]);
  });

  test('drifting directions have no part in the medians, and four are too few', () => {
    const drifting = rows.map((row) => ({ ...row, theta_variance: 1e6, regime: 'drift' as const }));
    const [, , medians] = principalComponentsFigure(given({}, [...rows, ...drifting])).series;
    expect(medians.y).toEqual([7]);
    expect(principalComponentsFigure(given({}, rows.slice(1))).series).toHaveLength(2);
  });
});

describe('exponents', () => {
  const summary = syntheticSummary().components!;

  test('are in the legend, and the ranks they belong to below', () => {
    const input = given();
    const { series, footnote } = principalComponentsFigure({ ...input, run: { ...input.run, components: summary } });
    expect(series.map(({ label }) => label).slice(0, 2)).toEqual([
      'random walk of the same length: exponent 2.50',
      'this path: exponent 2.40',
    ]);
    expect(footnote).toContain('Exponents: fitted to components 10 … 200; other ranks give others.');
  });

  test('that could not be fitted are not', () => {
    const input = given();
    const unknown = { ...summary, path: null, randomWalk: null };
    const { series } = principalComponentsFigure({ ...input, run: { ...input.run, components: unknown } });
    expect(series.map(({ label }) => label).slice(0, 2)).toEqual(['random walk of the same length', 'this path']);
    expect(principalComponentsFigure(input).footnote).toContain('Exponents: unknown.');
  });
});

test('the crossover is on the axis, however far the components lie from it', () => {
  const { x, y, verticals } = principalComponentsFigure(given({ random_walk_curvature: [300, 200] }));
  expect(verticals.map(({ value }) => value)).toEqual([1]);
  expect(x.range![0]).toBeLessThanOrEqual(1);
  expect(x.range![1]).toBeGreaterThanOrEqual(300);
  expect(y.range![0]).toBeLessThanOrEqual(1);
  expect(y.range![1]).toBeGreaterThanOrEqual(90);
});

test('the axis follows the path: components that nothing moves are counted, not shown', () => {
  const { series, x, y, footnote } = principalComponentsFigure(
    given({
      variance: [9, 4, 1, 1e-10, 1e-12],
      curvature: [3, 2, 1.5, 1e-3, 1e-3],
      random_walk_variance: [90, 40, 1e-19],
      random_walk_curvature: [0.3, 0.2, 1e-3],
    }),
  );
  expect(series.slice(0, 2).map((one) => one.y)).toEqual([
    [90, 40],
    [9, 4, 1],
  ]);
  expect(y.range![0]).toBeGreaterThan(0.5);
  expect(x.range![0]).toBeGreaterThan(0.1);
  expect(footnote).toContain('Components beyond the axis: 1 of the walk, 2 of the path.');
});

test('missing data is said', () => {
  for (const input of [syntheticInput({ directions: 100 }), inputOf([])]) {
    const { series, message } = principalComponentsFigure(input);
    expect(series).toEqual([]);
    expect(message).toBe('no components were computed');
  }
  const input = syntheticInput({ directions: 100 });
  expect(principalComponentsFigure({ ...input, ...syntheticDetails(input) }).message).toBeUndefined();
});
