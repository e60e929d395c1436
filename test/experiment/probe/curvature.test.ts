/** The subset's bias, and its correction, on a network whose whole Hessian is known from differences of plain gradients. */
import { beforeAll, describe, expect, it } from 'vitest';
import { probeCurvature, type ProbedCurvature, withoutBias } from '../../../src/experiment/probe/curvature.ts';
import { chosenSamples, type Workbench } from '../../../src/experiment/workbench.ts';
import type { Samples } from '../../../src/models/problem.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../../hessian/plain-mlp.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { quiet } from '../run/tiny.ts';

const [INPUTS, HIDDEN, SAMPLES] = [10, 6, 3000];
const WEIGHT_DECAY = 1e-3;
const net = plainMlp(INPUTS, HIDDEN, 1);
const data = noisySamples(SAMPLES, INPUTS, 1);
const theta = normals(net.size, 4, 0.5);
const bench = {
  problem: mlpProblem(INPUTS, HIDDEN, 1, { weightDecay: WEIGHT_DECAY }),
  dataset: { train: data },
  samples: SAMPLES,
  savedBytes: Infinity,
} as unknown as Workbench;
/** Of all samples. */
let truth: { readonly eigenvalues: Float64Array; readonly trace: number };

beforeAll(() => {
  const step = 1e-5;
  const everyone = range(SAMPLES);
  const rows = range(net.size).map((i) => {
    const at = (sign: number) =>
      net.meanGradient(
        theta.map((value, j) => value + (i === j ? sign * step : 0)),
        data,
        everyone,
        WEIGHT_DECAY,
      );
    const behind = at(-1);
    return at(1).map((value, j) => (value - behind[j]) / (2 * step));
  });
  const matrix = rows.map((entries, i) => entries.map((value, j) => (value + rows[j][i]) / 2));
  const trace = rows.reduce((sum, entries, i) => sum + entries[i] - WEIGHT_DECAY, 0);
  truth = { eigenvalues: jacobiEigen(matrix).eigenvalues, trace };
});

const probed = async (samples: number, seed = 1, iterations = 200): Promise<ProbedCurvature> =>
  (await probeCurvature(bench, theta, seed, { samples, iterations }, quiet)).curvature;

/** Mean of log(found/true) over the leading ranks: what is too large on average, and what is too small. */
function bias(found: readonly number[], ranks: number): number {
  return range(ranks).reduce((sum, i) => sum + Math.log(found[i] / truth.eigenvalues[i]) / ranks, 0);
}

describe('with all samples', () => {
  it('finds the eigenvalues and the trace of all samples; nothing is left to correct', async () => {
    const { spectrum, trace, samples, disjointSamples, iterations } = await probed(10 * SAMPLES);
    expect([samples, disjointSamples, iterations]).toEqual([SAMPLES, 0, net.size]);
    expect(spectrum).toHaveLength(truth.eigenvalues.filter((value) => value > 0).length);
    spectrum.forEach(({ rank, eigenvalue, inSample, disjoint }, i) => {
      expect(rank).toBe(i + 1);
      expect([eigenvalue, disjoint]).toEqual([inSample, null]);
      expect(Math.abs(eigenvalue - truth.eigenvalues[i])).toBeLessThan(1e-7);
    });
    // Hutch++: its own interval.
    expect(trace.low).toBeLessThan(truth.trace);
    expect(trace.high).toBeGreaterThan(truth.trace);
    expect((trace.high - trace.low) / truth.trace).toBeLessThan(0.2);
  });
});

describe('with a subset', () => {
  const RANKS = 12;
  let draws: ProbedCurvature[];
  beforeAll(async () => {
    draws = [];
    for (const seed of range(12)) draws.push(await probed(200, seed));
  });
  const mean = (of: (draw: ProbedCurvature) => number) => draws.reduce((sum, draw) => sum + of(draw) / draws.length, 0);

  const sorted = ({ spectrum }: ProbedCurvature, of: 'eigenvalue' | 'inSample' | 'disjoint') =>
    spectrum.map((pair) => pair[of]!).sort((a, b) => b - a);

  it('the subset’s own eigenvalues are too large, those of its directions on others too small, the estimates neither', () => {
    const [inSample, disjoint, estimate] = (['inSample', 'disjoint', 'eigenvalue'] as const).map((of) =>
      mean((draw) => bias(sorted(draw, of), RANKS)),
    );
    // Found: 0.108, −0.069 and 0.025; a draw scatters by 0.05, their mean by 0.015.
    expect(inSample).toBeGreaterThan(0.06);
    expect(disjoint).toBeLessThan(-0.03);
    expect(Math.abs(estimate)).toBeLessThan(inSample / 2);
    expect(Math.abs(estimate)).toBeLessThan(-disjoint);
  });

  it('is fitted to one half and tried on the other; ranks are those of the estimates', () => {
    for (const { samples, disjointSamples, spectrum } of draws) {
      expect([samples, disjointSamples]).toEqual([200, 200]);
      spectrum.forEach(({ rank, eigenvalue, inSample, disjoint }, i) => {
        expect(rank).toBe(i + 1);
        if (i > 0) expect(eigenvalue).toBeLessThanOrEqual(spectrum[i - 1].eigenvalue);
        // ½(λ̂ + (n/N)λ̂ + (1−n/N)λ'), n/N = 1/15.
        expect(eigenvalue).toBeCloseTo((inSample * (1 + 1 / 15) + disjoint! * (14 / 15)) / 2, 12);
      });
    }
  });

  // Channel: no k orthonormal directions hold more than the k largest eigenvalues (Ky Fan), which a mistaken sample would break.
  it('of two thirds takes all the others: the curvatures of its directions are then those on all samples, exactly', async () => {
    const { spectrum, samples, disjointSamples } = await probed(2000);
    expect([samples, disjointSamples]).toEqual([2000, 1000]);
    const onAll = spectrum.map(({ inSample, disjoint }) => (2 * inSample + disjoint!) / 3).sort((a, b) => b - a);
    let [held, most] = [0, 0];
    for (const [i, value] of onAll.entries()) {
      held += value;
      most += truth.eigenvalues[i];
      expect(held).toBeLessThan(most + 1e-6);
    }
    expect(held / most).toBeGreaterThan(0.995);
  });

  it('gives the same numbers again, and others from another seed', async () => {
    expect(await probed(200, 3)).toEqual(draws[3]);
    expect(draws[4].spectrum[0].inSample).not.toBe(draws[3].spectrum[0].inSample);
  });

  it('stops after the iterations it was given, with the pairs that have converged by then', async () => {
    const { spectrum, iterations } = await probed(200, 3, 15);
    expect(iterations).toBe(15);
    expect(spectrum.length).toBeGreaterThan(1);
    expect(spectrum.length).toBeLessThan(12);
    for (const { inSample, relativeResidual } of spectrum) {
      expect(relativeResidual).toBeLessThanOrEqual(0.02);
      const nearest = Math.min(...draws[3].spectrum.map((pair) => Math.abs(pair.inSample / inSample - 1)));
      expect(nearest).toBeLessThanOrEqual(relativeResidual + 1e-6);
    }
  });
});

describe('withoutBias', () => {
  const pairs = { eigenvalues: Float64Array.of(10, 9), residuals: Float64Array.of(0.1, 0.09) };

  it('is halfway between the subset and all samples, in the order that this gives', () => {
    expect(withoutBias(pairs, Float64Array.of(5, 9), 0.2)).toEqual([
      { rank: 1, eigenvalue: 9, inSample: 9, disjoint: 9, relativeResidual: 0.01 },
      // 0.2·10 + 0.8·5 = 6 on all.
      { rank: 2, eigenvalue: 8, inSample: 10, disjoint: 5, relativeResidual: 0.01 },
    ]);
  });
});

describe('chosenSamples', () => {
  it('passed-over samples and the next ones have nothing in common, and together are all there are', () => {
    const subset = (count: number, skip?: number) => chosenSamples(bench, 1, { count, skip, purpose: 'test' });
    const rows = ({ x, y, samples }: Samples) =>
      range(samples).map((row) => [...x.subarray(row * INPUTS, (row + 1) * INPUTS), y[row]].join());
    const [first, second, rest] = [subset(1000), subset(1000, 1000), subset(5000, 2000)];
    expect([first, second, rest].map(({ samples }) => samples)).toEqual([1000, 1000, 1000]);
    const all = rows({ ...data, samples: SAMPLES });
    expect([first, second, rest].flatMap(rows).sort()).toEqual(all.sort());
    expect(rows(subset(2000))).toEqual([...rows(first), ...rows(second)]);
  });
});
