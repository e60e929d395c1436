/** Weight variance, velocity variance and correlation time over λ: one way of drawing, three quantities. */
import { describe, expect, test } from 'vitest';
import { allFigures } from '../../../src/report/all-figures.ts';
import type { Figure, Series } from '../../../src/report/figure.ts';
import { correlationTimeFigure } from '../../../src/report/figures/correlation-time.ts';
import { velocityVarianceFigure } from '../../../src/report/figures/velocity-variance.ts';
import { weightVarianceFigure } from '../../../src/report/figures/weight-variance.ts';
import type { ReportInput } from '../../../src/report/input.ts';
import { inputOf } from '../hand-made.ts';
import { crossover, syntheticCurvatures, syntheticDetails, syntheticInput } from '../synthetic.ts';

const kinds = (figure: Figure) => figure.series.map(({ label, kind, role }) => `${kind} ${role}: ${label}`);
const one = (figure: Figure, role: string) => figure.series.find((series) => series.role === role)!;

describe('theory where directions have noise of their own', () => {
  const C = [1, 1, 1, 1e-7, 1, 1];
  const input = inputOf(
    C.map((noise, i) => ({
      eigenvalue: 6 - i,
      theta_variance: i === 3 ? 0 : 1,
      theta_variance_sampler: noise,
      regime: 'stiff' as const,
    })),
  );

  test('a direction nearly without noise interrupts the line: it does not plunge and come back', () => {
    const figure = weightVarianceFigure(input);
    const { kind, x, y } = one(figure, 'sampler-theory');
    expect(kind).toBe('line');
    expect(x).toEqual([1, 2, 3, 3, 4, 4, 5, 6]);
    expect(y).toEqual([1, 1, NaN, 1e-7, NaN, 1, 1, 1]);
    expect(figure.footnote).toContain('Gaps in the lines of theory: ');
    expect(weightVarianceFigure(syntheticInput()).footnote).not.toContain('Gaps');
  });

  test('marks know their directions', () => {
    const marks = weightVarianceFigure(
      inputOf(
        [1, 30, 1, 30].map((noise, i) => ({
          eigenvalue: 6 - i,
          theta_variance: noise,
          theta_variance_sampler: noise,
          regime: 'stiff' as const,
        })),
      ),
    );
    expect(one(marks, 'sampler-theory')).toMatchObject({ kind: 'points', x: [3, 4, 5, 6], directions: [3, 2, 1, 0] });
  });
});

describe('series, bottom to top', () => {
  test('of a reshuffled run with many directions', () => {
    expect(kinds(weightVarianceFigure(syntheticInput()))).toEqual([
      'points left-out: left out: drifting',
      'errorbars measured: measured, 95 % interval',
      'line white-theory: independent-batch theory',
      'line sampler-theory: epoch theory',
      // Of bins with too few for a median; one entry of the legend with the others.
      'errorbars measured: measured, 95 % interval',
      'points measured: medians',
    ]);
  });

  test('of a run that kept one order', () => {
    const figure = velocityVarianceFigure(syntheticInput({ sampler: 'shuffle-once' }));
    expect(kinds(figure)).toContain('line sampler-theory: epoch theory (one order kept)');
    expect(kinds(figure)).toContain('line white-theory: independent-batch theory');
  });

  test('of a run with replacement: its theory is that of independent batches, drawn once', () => {
    const figure = weightVarianceFigure(syntheticInput({ sampler: 'with-replacement' }));
    expect(kinds(figure)).toContain('line sampler-theory: theory of this sampler (independent batches)');
    expect(figure.series.some((series) => series.role === 'white-theory')).toBe(false);
  });

  test('correlation times have no intervals', () => {
    expect(kinds(correlationTimeFigure(syntheticInput()))).toContain('points measured: measured');
  });

  test('few points lie over the lines, and too few have no medians', () => {
    expect(kinds(weightVarianceFigure(syntheticInput({ directions: 10, negative: 1 })))).toEqual([
      'points left-out: left out: drifting',
      'line white-theory: independent-batch theory',
      'line sampler-theory: epoch theory',
      'errorbars measured: measured, 95 % interval',
    ]);
  });

  test('a two-component theory appears where there is one', () => {
    const figure = weightVarianceFigure(
      inputOf([
        { eigenvalue: 2, theta_variance: 1, theta_variance_two_component: 1.1, regime: 'stiff' },
        { eigenvalue: 0.5, theta_variance: 1, theta_variance_two_component: 0.6, regime: 'suppressed' },
      ]),
    );
    expect(one(figure, 'two-component-theory')).toMatchObject({ kind: 'line', x: [0.5, 2], y: [0.6, 1.1] });
  });
});

describe('the headline tells the law', () => {
  const figure = weightVarianceFigure(syntheticInput());
  const medians = figure.series.at(-1)!;
  const theory = one(figure, 'sampler-theory');
  const white = one(figure, 'white-theory');
  const near = (series: typeof medians, x: number) =>
    series.y[series.x.reduce((best, at, i) => (Math.abs(at / x - 1) < Math.abs(series.x[best] / x - 1) ? i : best), 0)];

  test('measured variance is flat above the crossover and falls in proportion to λ below it', () => {
    expect(near(medians, 10 * crossover) / near(medians, 3 * crossover)).toBeCloseTo(1, 0);
    const fall = near(medians, 0.1 * crossover) / near(medians, 0.02 * crossover);
    expect(fall).toBeGreaterThan(3.5);
    expect(fall).toBeLessThan(6);
  });

  test('epoch theory goes through it, white theory far above it', () => {
    medians.x.forEach((x, i) => {
      expect(Math.abs(Math.log(medians.y[i] / near(theory, x)))).toBeLessThan(0.3);
      if (x < 0.1 * crossover) expect(near(white, x) / medians.y[i]).toBeGreaterThan(8);
    });
  });

  test('the crossover is marked, in symbols that can be lettered', () => {
    expect(figure.verticals).toEqual([{ value: crossover, label: 'crossover λ_× = 0.06' }]);
  });
});

describe('what a reader must know', () => {
  const rows = [
    { eigenvalue: 5, theta_variance: 1, theta_variance_low: 0.5, theta_variance_high: 2, regime: 'stiff' },
    { eigenvalue: 0.5, theta_variance: NaN, theta_variance_low: NaN, theta_variance_high: NaN, regime: 'suppressed' },
    { eigenvalue: 0.4, theta_variance: 0, theta_variance_low: 0, theta_variance_high: 0, regime: 'suppressed' },
    { eigenvalue: 1e-5, theta_variance: 3, regime: 'drift' },
    { eigenvalue: -0.1, theta_variance: 1, regime: 'negative' },
    { eigenvalue: NaN, theta_variance: 1, regime: 'negative' },
  ] as const;
  const figure = weightVarianceFigure(inputOf(rows));

  test('what is not shown is counted with its reason', () => {
    expect(figure.subtitle).toContain('; 1 direction');
    expect(figure.footnote).toContain('Not shown: 2 directions without a measured value above 0.');
    expect(figure.footnote).toContain('Not shown: 2 directions with λ\u00a0≤\u00a00.');
    expect(figure.footnote).toContain('Not shown: 1 direction with λ below 10⁻⁴.');
  });

  test('NaN and 0 are drawn nowhere', () => {
    expect(figure.series).toHaveLength(1);
    expect(figure.series[0]).toMatchObject({ x: [5], y: [1], low: [0.5], high: [2] });
  });

  test('a drifting direction has no interval: it is no sample of a stationary state', () => {
    const drifting = weightVarianceFigure(
      inputOf([{ eigenvalue: 0.2, theta_variance: 3, theta_variance_low: 2, theta_variance_high: 4, regime: 'drift' }]),
    );
    expect(drifting.series[0]).not.toHaveProperty('low');
    expect(drifting.message).toBeUndefined();
  });

  test('without anything to draw the picture says so', () => {
    for (const { name, figure: empty } of allFigures(inputOf([]))) {
      expect(empty.series, name).toEqual([]);
      expect(empty.message, name).toBeTruthy();
    }
    expect(weightVarianceFigure(inputOf([{ eigenvalue: -1, regime: 'negative' }])).message).toBe(
      'no direction with a positive eigenvalue was measured',
    );
  });
});

describe('ranges', () => {
  test('the crossover is on the axis even where all directions are stiff', () => {
    const { x } = weightVarianceFigure(inputOf([{ eigenvalue: 40, theta_variance: 1, regime: 'stiff' }]));
    expect(x.range![0]).toBeLessThan(1);
    expect(x.range![1]).toBeGreaterThan(40);
  });

  test('intervals are shown whole, unless they would shrink the data to nothing', () => {
    const figure = (low: number, high: number) =>
      weightVarianceFigure(
        inputOf([
          { eigenvalue: 2, theta_variance: 1, theta_variance_low: low, theta_variance_high: high, regime: 'stiff' },
          { eigenvalue: 3, theta_variance: 2, theta_variance_low: 1.9, theta_variance_high: 2.1, regime: 'stiff' },
        ]),
      ).y.range!;
    expect(figure(0.3, 3)[0]).toBeLessThan(0.3);
    expect(figure(0.3, 3)[1]).toBeGreaterThan(3);
    expect(figure(1e-9, 1e9)[0]).toBeCloseTo(1 / 13, 12);
    expect(figure(1e-9, 1e9)[1]).toBeCloseTo(26, 12);
  });

  test('an infinite prediction does not stretch the axis', () => {
    const { y } = weightVarianceFigure(
      inputOf([{ eigenvalue: 2, theta_variance: 1, theta_variance_white: Infinity, regime: 'stiff' }]),
    );
    expect(y.range![1]).toBeLessThan(10);
  });
});

test('medians are corrected for the bias of a median', () => {
  // Five directions of ν = 2 with the median of the measured values at 1: the truth lies above it by 1/(1−1/9)³.
  const rows = [0.1, 0.5, 1, 2, 3].map((value, i) => ({
    eigenvalue: 2 + i / 100,
    theta_variance: value,
    theta_dof: 2,
    regime: 'stiff' as const,
  }));
  expect(weightVarianceFigure(inputOf(rows)).series.at(-1)!.y[0]).toBeCloseTo((8 / 9) ** -3, 12);
});

describe('directions without noise, λ = weight decay', () => {
  const moving = [3, 1, 0.3, 0.1, 0.03].map((eigenvalue) => ({
    eigenvalue,
    theta_variance: eigenvalue,
    theta_variance_sampler: 0.9 * eigenvalue,
    theta_variance_white: 1.5,
    regime: 'suppressed' as const,
  }));
  const resting = [1, 2, 3].map((times) => ({
    eigenvalue: 0.001,
    theta_variance: times * 1e-8,
    theta_variance_sampler: 1e-31,
    theta_variance_white: 1e-30,
    regime: 'drift' as const,
  }));

  test.each(['suppressed', 'drift'] as const)('%s: the axis is that of the others, and they are counted', (regime) => {
    const figure = weightVarianceFigure(inputOf([...moving, ...resting.map((row) => ({ ...row, regime }))]));
    const [low, high] = figure.y.range!;
    expect(low).toBeCloseTo(0.027 / 1.3, 12);
    expect(high).toBeCloseTo(3 * 1.3, 12);
    expect(figure.footnote).toContain('Beyond the axis: 3 directions and part of the predictions.');
    const drawn = figure.series.filter(({ role }) => role === 'measured' || role === 'left-out');
    expect(drawn.flatMap(({ y }) => y).every((value) => value >= low && value <= high)).toBe(true);
    // The lines run out of the axis, where they are cut.
    expect(one(figure, 'sampler-theory').kind).toBe('line');
  });

  test('nothing is said of a run without them', () => {
    expect(weightVarianceFigure(inputOf(moving)).footnote).not.toContain('Beyond');
  });
});

describe('predictions of single directions', () => {
  const noisy = (factors: readonly number[]) =>
    inputOf(
      factors.map((factor, i) => ({
        eigenvalue: 2 ** -i,
        theta_variance: factor,
        theta_variance_sampler: factor,
        theta_variance_white: 2 * factor,
        theta_variance_two_component: 1.1 * factor,
        regime: 'suppressed' as const,
      })),
    );

  test('are joined where the noise is nearly a law of λ', () => {
    const figure = weightVarianceFigure(noisy([1, 0.6, 0.9, 0.4, 0.5]));
    expect(kinds(figure).slice(0, 3)).toEqual([
      'line white-theory: independent-batch theory',
      'line two-component-theory: two-component theory',
      'line sampler-theory: epoch theory',
    ]);
    expect(figure.footnote).not.toContain('marks');
  });

  test('are marks of their own shapes where it is not, and the footnote says why', () => {
    const figure = weightVarianceFigure(noisy([1, 0.05, 0.9, 0.02, 0.5]));
    expect(figure.series.map(({ kind, role, shape }) => [kind, role, shape])).toEqual([
      ['points', 'white-theory', undefined],
      ['points', 'two-component-theory', 'rectRot'],
      ['points', 'sampler-theory', 'rect'],
      ['errorbars', 'measured', undefined],
    ]);
    expect(figure.footnote).toContain('Theories are marks, not lines');
  });
});

test('no figure names what it does not draw, whatever is unknown of a run', () => {
  const input = syntheticInput({ directions: 300 });
  const full = {
    ...input,
    ...syntheticDetails(input),
    run: { ...input.run, curvatures: syntheticCurvatures(input.run.ranges) },
  };
  const blank = <Columns extends object>(columns: Columns | undefined, name: RegExp): Columns =>
    Object.fromEntries(
      Object.entries(columns!).map(([key, column]) => [
        key,
        name.test(key) ? Array.from(column as ArrayLike<number>, () => NaN) : (column as ArrayLike<number>),
      ]),
    ) as Columns;
  const unknown: ReportInput = {
    ...full,
    directions: blank(full.directions, /two_component/),
    estimators: blank(full.estimators, /two_component|replay|multiplicative/),
    curvatures: blank(full.curvatures, /./),
    positions: blank(full.positions, /two_component/),
    // As of a recording without batches: a replay of no updates.
    paths: full.paths!.map((path) => ({ ...path, replayed: [] })),
    noise: { lags: [], autocovariance: [], autocovarianceError: [] },
    training: [],
  };
  const drawable = ({ x, y }: Series) => y.some((value, i) => Number.isFinite(value) && Number.isFinite(x[i]));
  for (const { name, figure } of allFigures(unknown)) {
    expect(
      figure.series.filter((series) => !drawable(series)),
      name,
    ).toEqual([]);
    if (name === 'paths') {
      expect(figure.series.map(({ label }) => label)).toEqual(['measured', '', '', '']);
      expect(figure.footnote).toContain('No path was replayed');
    }
    expect(figure.series.map(({ label }) => label).join(), name).not.toMatch(/two-component|fluctuating|replayed/);
  }
});
