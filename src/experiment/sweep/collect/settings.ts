/** Settings of a sweep: runs that differ in their seeds alone, and what they found together. */
import type { Findings, SettingSummary } from '../../../report/sweep/collected.ts';
import { flatnessOf } from '../../../statistics/flatness.ts';
import { median } from '../../../statistics/median.ts';
import type { RunRatios } from '../../../statistics/ratio-bins.ts';
import { canonicalJson } from '../../../store/json.ts';
import { settingInWords } from '../../report/called.ts';
import { measuredScale } from './crossover.ts';
import type { ExactCurve } from './exact-curve.ts';
import { SEED_KEYS } from './keys.ts';
import { measuredPlateau } from './plateau.ts';
import type { ComparedRun } from './points.ts';
import { findingsInWords } from './words.ts';

/** Runs of one setting, in the order of the sweep. */
export interface Replicas {
  readonly set: Readonly<Record<string, unknown>>;
  readonly runs: readonly ComparedRun[];
}

/** Runs by setting, in the order of the first of each. */
export function replicasOf(runs: readonly ComparedRun[]): Replicas[] {
  const groups = new Map<string, { set: Replicas['set']; runs: ComparedRun[] }>();
  for (const run of runs) {
    const set = Object.fromEntries(Object.entries(run.set).filter(([key]) => !SEED_KEYS.includes(key)));
    const key = canonicalJson(set);
    const group = groups.get(key);
    if (group) group.runs.push(run);
    else groups.set(key, { set, runs: [run] });
  }
  return [...groups.values()];
}

/** Whether every seed has a run of every setting: else the scatter between seeds would be that between settings, too. */
export function isBalanced(runs: readonly ComparedRun[]): boolean {
  const settings = replicasOf(runs).map((one) => [...new Set(one.runs.map(({ seed }) => seed))].sort().join());
  return new Set(settings).size <= 1;
}

/** What runs found, of one setting or of all. */
export function findingsOf(
  all: readonly ComparedRun[],
  curveOf: (window: ComparedRun['window']) => ExactCurve,
): Findings {
  // Taken for one seed, they leave intervals to the directions.
  const runs = isBalanced(all) ? all : all.map((run) => ({ ...run, seed: '' }));
  const found = {
    seeds: new Set(all.map(({ seed }) => seed)).size,
    flatness: flatnessOf(runs.map((run) => ratiosOf(run, 'ratio', 'dof'))),
    flatnessTwoComponent: flatnessOf(runs.map((run) => ratiosOf(run, 'ratioTwo', 'dofTwo'))),
    scale: measuredScale(runs, curveOf, 'sampler'),
    scaleTwoComponent: measuredScale(runs, curveOf, 'two-component'),
  };
  return { ...found, verdicts: findingsInWords(found, runs) };
}

/** What the runs of one setting found. */
export function settingSummary(
  { set, runs }: Replicas,
  curveOf: (window: ComparedRun['window']) => ExactCurve,
): SettingSummary {
  const [{ summary }] = runs;
  const words = Object.fromEntries(Object.entries(set).map(([key, value]) => [key, settingInWords(key, value)]));
  const { learningRate, momentum, batchSize, samples, batchesPerEpoch, sampler, crossoverEigenvalue } = summary;
  const middle = (of: (run: ComparedRun) => number | null) => {
    const value = median(runs.map(of).filter((one) => one !== null));
    return Number.isFinite(value) ? value : null;
  };
  return {
    label: Object.values(words).join(', ') || 'all points',
    set,
    words,
    points: runs.map(({ name }) => name),
    learningRate,
    momentum,
    batchSize,
    samples,
    batchesPerEpoch,
    sampler,
    crossoverEigenvalue,
    ...findingsOf(runs, curveOf),
    plateau: measuredPlateau(runs),
    multiplicativeShare: middle((run) => run.summary.noise.multiplicativeShare),
    expectedShare: middle((run) => run.summary.noise.expectedShare),
  };
}

function ratiosOf({ seed, measures }: ComparedRun, ratio: 'ratio' | 'ratioTwo', dof: 'dof' | 'dofTwo'): RunRatios {
  const of = (column: Float64Array) => measures.compared.map((i) => column[i]);
  return { seed, x: of(measures.x), ratio: of(measures[ratio]), degreesOfFreedom: of(measures[dof]) };
}
