/** The 60-digit values of test/oracle/theory-cases.json, typed and in the words of src/theory. */
import { readFileSync } from 'node:fs';
import type { Direction, Sampler, WindowOptions } from '../../src/theory/index.ts';

interface Input {
  readonly eta: number;
  readonly lam: number;
  readonly beta: number;
  readonly M: number;
  readonly sigma2_dg: number;
  readonly K: number;
}

/** Expected moments of one sampler; the positions belong to reshuffle alone. */
export interface ExpectedMoments {
  readonly var_theta: number;
  readonly var_v: number;
  readonly tau: number;
  readonly window_var_theta: number;
  readonly positions?: readonly number[];
  readonly pos_var_theta?: readonly number[];
  readonly pos_var_v?: readonly number[];
}

/** A window from rest. */
export interface RestCase {
  readonly kind: string;
  readonly input: Omit<Input, 'K'> & {
    readonly K?: number;
    readonly window?: number;
    readonly burnInEpochs?: number;
    readonly samplingFraction?: number;
    readonly decoupledDecay?: number;
  };
  readonly expected: {
    readonly window_var_theta: number;
    readonly mean_square_v?: number;
    readonly mean_square_theta?: number;
  };
}

/** Degrees of freedom of a window of whole epochs. */
export interface DegreesOfFreedomCase {
  readonly eta: number;
  readonly lam: number;
  readonly beta: number;
  readonly M: number;
  readonly window_epochs: number;
  readonly x: number;
  readonly dof_theta_reshuffle: number;
  readonly dof_velocity_reshuffle: number;
  readonly dof_theta_with_replacement: number;
}

interface GoldenFile {
  readonly cases: readonly { readonly input: Input; readonly expected: Record<string, ExpectedMoments> }[];
  readonly extra_cases: readonly RestCase[];
  readonly degrees_of_freedom: { readonly cases: readonly DegreesOfFreedomCase[] };
}

export const golden = JSON.parse(
  readFileSync(new URL('../oracle/theory-cases.json', import.meta.url), 'utf8'),
) as GoldenFile;

/** The stationary cases, one entry a sampler. */
export const stationaryCases = golden.cases.flatMap(({ input, expected }) =>
  Object.entries(expected).map(([key, moments]) => ({
    name: `${key} ${nameOf(input)}`,
    sampler: key.replace('_', '-') as Sampler,
    direction: directionOf(input),
    updates: input.K,
    expected: moments,
  })),
);

export function nameOf({ eta, lam, beta, M }: { eta: number; lam: number; beta: number; M: number }): string {
  return `η=${eta} β=${beta} λ=${lam} M=${M}`;
}

export function directionOf(input: Omit<Input, 'K'>): Direction {
  return {
    learningRate: input.eta,
    momentum: input.beta,
    eigenvalue: input.lam,
    batchesPerEpoch: input.M,
    noiseVariance: input.sigma2_dg,
  };
}

/** Window settings of a run that a case describes. */
export function windowOf(
  input: { eta: number; beta: number; M: number },
  sampler: Sampler,
  updates: number,
  start: WindowOptions['start'],
): WindowOptions {
  return { learningRate: input.eta, momentum: input.beta, batchesPerEpoch: input.M, sampler, updates, start };
}
