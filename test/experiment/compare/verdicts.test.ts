/** What a run says in words: every warning appears for its own reason, and for no other. */
import { describe, expect, it } from 'vitest';
import { summariseRanges } from '../../../src/experiment/compare/summary.ts';
import { type Findings, verdicts, warnings } from '../../../src/experiment/compare/verdicts.ts';
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
  backend: 'tensorflow',
  dataWarnings: [],
  visibility: null,
  quadraticity: null,
  curvatures: { window: 'same', snapshots: 100, samples: 400, ranges: [] },
};

const codes = (change: Partial<Findings>) => warnings({ ...sound, ...change }).map(({ code }) => code);
const texts = (change: Partial<Findings>) => warnings({ ...sound, ...change }).map(({ text }) => text);
const withRows = (eigenvalue: number[]): Partial<Findings> => ({ table: tableOf({ eigenvalue }) });

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
    ['float32-floor', { floor: { median: 1e-5, largest: 0.011, above: 1 } }],
    ['one-permutation', { sampler: 'shuffle-once' }],
    ['cpu-backend', { backend: 'cpu' }],
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

  it('put what is wrong with the data first', () => {
    const checksum = { code: 'checksum', text: 'mnist/x is not the official file.' };
    expect(warnings({ ...sound, dataWarnings: [checksum], backend: 'cpu' })).toEqual([
      checksum,
      { code: 'cpu-backend', text: 'Computed by plain JavaScript, in float32.' },
    ]);
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
      'Rounding to float32 adds 0.0010 % of the velocity variance in the median direction, 0.90 % at most.',
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

  it('do not call a polish good that was not', () => {
    const failed = { ...sound, polish: { ...sound.polish!, converged: false } };
    expect(verdicts(failed).some((sentence) => sentence.startsWith('Polish'))).toBe(false);
  });
});
