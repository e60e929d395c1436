/** What a run says in words: every warning appears for its own reason, and for no other. */
import { describe, expect, it } from 'vitest';
import { summariseRanges } from '../../../src/experiment/compare/summary.ts';
import { type Findings, verdicts, warnings } from '../../../src/experiment/compare/verdicts.ts';
import type { UsedBackEnd } from '../../../src/experiment/context.ts';
import { estimatorsOf, tableOf } from './table.ts';

const CROSSOVER = 0.5;
const at = (...relative: number[]) => relative.map((value) => value * CROSSOVER);

const table = tableOf(
  {
    eigenvalue: at(20, 5, 0.5, 0.4, 0.05, 0.005, 0.002),
    theta_variance: [1, 1.1, 2, 2, 3, 1, 1],
    theta_dof: Array<number>(7).fill(Infinity),
    theta_variance_sampler: [1, 1, 2, 2, 2, 1, 1],
    theta_variance_white: [1, 2, 20, 20, 200, 1, 1],
    drift_ratio: [0, 0, 0, 0, 0, 3, 4],
  },
  ['stiff', 'stiff', 'suppressed', 'suppressed', 'suppressed', 'drift', 'drift'],
);

const on = (name: UsedBackEnd['name'], version: string | null = null): UsedBackEnd => ({ name, version });

/** A run of which nothing is to be doubted. */
const sound: Findings = {
  sampler: 'reshuffle',
  ranges: summariseRanges(table, estimatorsOf(7), CROSSOVER),
  table,
  crossover: CROSSOVER,
  polish: { converged: true, verdict: 'near the minimum', medianDrift: 0.01, directions: 5, steps: 3 },
  spectrum: {
    wanted: 7,
    converged: 7,
    iterations: 7,
    products: 20,
    certified: { fresh: 8, disagreement: null },
    lowest: { eigenvalue: 0.002, residual: 1e-9 },
    asymmetry: 1e-7,
    subset: null,
    shared: false,
  },
  residualOverGap: new Float64Array(7).fill(0.1),
  floor: { median: 1e-5, largest: 9e-3, above: 0 },
  backEnds: { train: [on('tensorflow')], compare: [on('tensorflow')] },
  imported: false,
  multiplicativeShare: 0.01,
  dataWarnings: [],
  visibility: null,
  quadraticity: null,
  curvatures: { window: 'same', snapshots: 100, samples: 400, ranges: [] },
};

const codes = (change: Partial<Findings>) => warnings({ ...sound, ...change }).map(({ code }) => code);
const texts = (change: Partial<Findings>) => warnings({ ...sound, ...change }).map(({ text }) => text);
const withRows = (eigenvalue: number[]): Partial<Findings> => ({ table: tableOf({ eigenvalue }) });

/** A range of so many directions whose halves agree in these shares of them. */
const halves = (variance: number | null, mean: number | null, directions: number, low = 0.1): Partial<Findings> => ({
  ranges: [
    { ...sound.ranges[4], directions: 0 },
    { ...sound.ranges[3], low, directions, halvesCoverage: variance, shiftCoverage: mean },
  ],
});

describe('warnings', () => {
  it('are none about a sound run, polished or not, in float32 or float64', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ polish: null, floor: null })).toEqual([]);
    expect(codes({ sampler: 'with-replacement' })).toEqual([]);
  });

  it.each<[string, Partial<Findings>]>([
    ['polish', { polish: { ...sound.polish!, converged: false } }],
    ['no-stiff-directions', withRows(at(0.99, 0.5))],
    ['no-suppressed-directions', withRows(at(20, 1))],
    ['unconverged-eigenpairs', { spectrum: { ...sound.spectrum, converged: 6 } }],
    ['asymmetric-hessian', { spectrum: { ...sound.spectrum, asymmetry: 1.1e-4 } }],
    ['mixed-directions', { residualOverGap: Float64Array.of(0, 0, 0, 0, 0.11, 0, 0) }],
    ['shared-directions', { spectrum: { ...sound.spectrum, shared: true } }],
    ['approximate-directions', { spectrum: { ...sound.spectrum, subset: 100 } }],
    ['not-stationary', halves(1, 0.8, 100)],
    ['fluctuating-curvature-unknown', { multiplicativeShare: null }],
    ['float32-floor', { floor: { median: 1e-5, largest: 0.011, above: 1 } }],
    ['one-permutation', { sampler: 'shuffle-once' }],
    ['cpu-backend', { backEnds: { train: [on('cpu')] } }],
    ['webgpu-backend', { backEnds: { train: [on('webgpu')] } }],
  ])('say %s for its own reason alone', (code, change) => expect(codes(change)).toEqual([code]));

  it('count directions on both sides of the crossover, not negative ones', () => {
    expect(codes(withRows(at(1, 0.999)))).toEqual([]);
    expect(codes(withRows(at(1, 0, -0.5)))).toEqual(['no-suppressed-directions']);
    expect(codes(withRows(at(-1)))).toEqual(['no-stiff-directions', 'no-suppressed-directions']);
  });

  it('count mixed directions among those that are compared, not where drift dominates', () => {
    expect(codes({ residualOverGap: Float64Array.of(0, 0, 0, 0, 0, 5, Infinity) })).toEqual([]);
    expect(texts({ residualOverGap: Float64Array.of(0.2, 0, 0, 0, Infinity, 5, 5) })[0]).toContain(
      '2 of the 5 directions compared may mix with their neighbours (residual over gap above 0.1)',
    );
  });

  it('tell of halves that do not agree, in mean or variance, above λ×/100, and not of what chance can do', () => {
    const told = (change: Partial<Findings>) => codes(change).includes('not-stationary');
    expect([told(halves(0.84, 1, 100)), told(halves(1, 0.84, 100))]).toEqual([true, true]);
    expect([told(halves(0.86, 0.86, 100)), told(halves(null, null, 100))]).toEqual([false, false]);
    expect(told(halves(0.1, 0.1, 100, 0))).toBe(false);
    // Of five independent directions at most two agree in 0.12 % of all cases, at most one in 0.003 %; of twenty at most 15
    // in 0.26 %, 14 in 0.03 %.
    expect([told(halves(1, 0.4, 5)), told(halves(1, 0.2, 5))]).toEqual([false, true]);
    expect([told(halves(1, 0.75, 20)), told(halves(1, 0.7, 20))]).toEqual([false, true]);
    // One order for all epochs: both halves are the same cycle.
    expect(codes({ ...halves(0.1, 0.1, 100), sampler: 'shuffle-once' })).toEqual(['one-permutation']);
    expect(told({ ...halves(0.1, 0.1, 100), sampler: 'with-replacement' })).toBe(true);
  });

  it('say what can be done, of a run and of a recording', () => {
    const rocky = halves(0.86, 0.32, 74);
    expect(texts(rocky)[0]).toBe(
      'The window does not look stationary: above λ×/100 its halves agree in variance in 86 % of the directions, and in their mean in 32 % (95 % expected). The weights still move on, and that is part of every variance. A longer burn-in (record.burnInEpochs) lets them settle, and a polish or a longer training begins nearer the minimum.',
    );
    expect(texts({ ...rocky, imported: true })[0]).toContain('Record later, after more epochs at this learning rate');
    expect(texts({ ...rocky, imported: true })[0]).not.toContain('record.');
    const floor = { median: 1e-5, largest: 0.034, above: 2 };
    expect(texts({ floor })[0]).toContain('use precision float64, or a larger learning rate');
    expect(texts({ floor, imported: true })[0]).toContain('record in float64 and import with precision float64');
    expect(texts({ floor, imported: true })[0]).not.toContain('learning rate');
    expect(texts({ multiplicativeShare: null })[0]).not.toContain('eigenpairs');
    expect(texts({ multiplicativeShare: null, imported: true })[0]).toContain('Give multiplicative_noise_variance');
  });

  it('miss a fluctuating curvature only where it has a theory of its own, and something is compared', () => {
    for (const sampler of ['with-replacement', 'shuffle-once'] as const)
      expect(codes({ multiplicativeShare: null, sampler })).not.toContain('fluctuating-curvature-unknown');
    const nothing = { table: tableOf({ eigenvalue: at(5, 0.5) }, ['drift', 'drift']), multiplicativeShare: null };
    expect(codes(nothing)).not.toContain('fluctuating-curvature-unknown');
  });

  it('put what is wrong with the data first', () => {
    const checksum = { code: 'checksum', text: 'mnist/x is not the official file.' };
    expect(warnings({ ...sound, dataWarnings: [checksum], backEnds: { train: [on('cpu')] } })).toEqual([
      checksum,
      { code: 'cpu-backend', text: 'Computed by plain JavaScript, in float32.' },
    ]);
  });

  it('tell which stages were computed on which back ends, where these are several', () => {
    const backEnds: Findings['backEnds'] = {
      train: [on('tensorflow')],
      record: [on('tensorflow')],
      spectrum: [on('tensorflow'), on('webgpu', 'tfjs 4.22.0 on card A, driver 1')],
      curvature: [on('webgpu', 'tfjs 4.22.0 on card B, driver 2')],
      compare: [on('webgpu', 'tfjs 4.22.0 on card B, driver 2')],
    };
    expect(codes({ backEnds })).toEqual(['webgpu-backend', 'several-back-ends']);
    expect(texts({ backEnds })[1]).toBe(
      'Computed on several back ends: train and record on tensorflow, spectrum on tensorflow and webgpu (tfjs 4.22.0 on card A, driver 1), curvature and compare on webgpu (tfjs 4.22.0 on card B, driver 2).',
    );
  });

  it('tell the device, and whether it is one', () => {
    const textOf = (...versions: (string | null)[]) =>
      texts({ backEnds: { train: versions.map((version) => ({ name: 'webgpu', version })) } })[0];
    const rest = ', in float32, sums over samples and projections too.';
    const [card, software] = [
      'tfjs 4.22.0 on NVIDIA H100, 550.54',
      'tfjs 4.22.0 on SwiftShader Device (Subzero), SwiftShader driver, in software',
    ];
    expect(textOf(card)).toBe(`Computed on a graphics device (NVIDIA H100, 550.54)${rest}`);
    const inSoftware = 'in software, on no graphics device (SwiftShader Device (Subzero), SwiftShader driver)';
    expect(textOf(software)).toBe(`Computed ${inSoftware}${rest}`);
    expect(textOf(card, software)).toBe(`Computed on a graphics device (NVIDIA H100, 550.54) and ${inSoftware}${rest}`);
    expect(textOf(null)).toBe(`Computed on a graphics device${rest}`);
  });

  it('are sentences with their numbers', () => {
    expect(texts({ spectrum: { ...sound.spectrum, converged: 5 } })).toEqual([
      '2 of 7 eigenpairs have a residual above the tolerance.',
    ]);
    expect(texts({ floor: { median: 1e-5, largest: 0.034, above: 2 } })[0]).toContain(
      'up to 3.4 % to the velocity variance (2 directions above 1 %)',
    );
    expect(texts({ floor: { median: 1e-5, largest: 6.94, above: 5 } })[0]).toContain('up to 694 % to the velocity');
    expect(texts({ spectrum: { ...sound.spectrum, subset: 100 } })[0]).toContain('Directions come from 100 samples');
  });
});

describe('verdicts', () => {
  it('tell each range that has directions, the stiffest first', () => {
    expect(verdicts(sound)).toEqual([
      'Above 10 λ× (1 direction) the weight variance is 1.000 times that of epoch theory, and 1.000 times that of independent batches.',
      'Between λ× and 10 λ× (1 direction) the weight variance is 1.100 times that of epoch theory, and 0.550 times that of independent batches.',
      'Between λ×/10 and λ× (2 directions) the weight variance is 1.000 times that of epoch theory, and 0.100 times that of independent batches.',
      'Between λ×/100 and λ×/10 (1 direction) the weight variance is 1.500 times that of epoch theory, and 0.015 times that of independent batches.',
      'Below λ×/100 (2 directions) nothing holds the weights in place for the length of the window, and theory is not put to the test: what is left of the gradient is expected to carry them 3.5 predicted standard deviations (median).',
      'Polish: near the minimum.',
      'Rounding to float32 adds less than 0.1 % to the velocity variance in the median direction, 0.90 % at most.',
    ]);
  });

  it('name the theory of the sampler, once', () => {
    const [first] = verdicts({ ...sound, sampler: 'with-replacement' });
    expect(first).toBe(
      'Above 10 λ× (1 direction) the weight variance is 1.000 times that of the theory of independent batches.',
    );
  });

  it('call every direction from a subset approximate', () => {
    const sentences = verdicts({ ...sound, spectrum: { ...sound.spectrum, subset: 100 } });
    expect(sentences).toHaveLength(7);
    for (const sentence of sentences) expect(sentence).toMatch(/ \(approximate directions\)\.$/);
  });

  it('count what bends downwards, and leave out what is not known', () => {
    const negative = tableOf({ eigenvalue: at(5, -1, -2) }, ['stiff', 'negative', 'negative']);
    const bare = {
      ...sound,
      table: negative,
      ranges: summariseRanges(negative, estimatorsOf(3), CROSSOVER),
      polish: null,
      floor: null,
    };
    expect(verdicts(bare)).toEqual(['2 directions have a curvature of 0 or less.']);
    const one = tableOf({ eigenvalue: at(0.001) }, ['negative']);
    expect(verdicts({ ...bare, table: one, ranges: summariseRanges(one, estimatorsOf(1), CROSSOVER) })).toEqual([
      'Below λ×/100 (1 direction) nothing holds the weights in place for the length of the window, and theory is not put to the test.',
      '1 direction has a curvature of 0 or less.',
    ]);
  });

  it.each([
    [0.86, 100, 'the window looks stationary: its halves'],
    [0.84, 100, 'the window does not look stationary: its halves'],
    [0.4, 5, 'the window may be stationary, which so few directions cannot tell: its halves'],
    [0.2, 5, 'the window does not look stationary: its halves'],
  ])('halves that agree in %d of %d directions: %s', (share, directions, words) => {
    expect(verdicts({ ...sound, ...halves(1, share, directions) }).join()).toContain(`Above λ×/100 ${words}`);
  });

  it('have no digits of shares that do not matter, nor powers of ten', () => {
    const rounding = (median: number, largest: number) =>
      verdicts({ ...sound, floor: { median, largest, above: 0 } }).at(-1);
    expect(rounding(1e-10, 4.1e-7)).toBe(
      'Rounding to float32 adds less than 0.1 % to the velocity variance of every direction.',
    );
    expect(rounding(0.002, 0.09)).toContain('adds 0.20 % to the velocity variance in the median direction, 9.0 % at');
    expect(verdicts({ ...sound, ...halves(0.997, 0, 1000) }).join()).toContain(
      'agree in variance in 100 % of the directions, and in their mean in 0 % (',
    );
  });

  it('do not call a polish good that was not', () => {
    const failed = { ...sound, polish: { ...sound.polish!, converged: false } };
    expect(verdicts(failed).some((sentence) => sentence.startsWith('Polish'))).toBe(false);
  });
});
