/** A sweep that never happened, as figures and page take it. */
import type { SweepReportInput } from '../../../../src/report/sweep/input.ts';
import { reportInput, summarise } from '../../../../src/experiment/sweep/collect/collect.ts';
import { curveCache } from '../../../../src/experiment/sweep/collect/exact-curve.ts';
import type { ComparedRun, ReadPoint } from '../../../../src/experiment/sweep/collect/points.ts';
import { replicas } from './synthetic-runs.ts';

/** What is there besides runs that are done. */
export interface SweepWish {
  readonly title?: string | null;
  readonly axes?: readonly string[];
  /** Points that are not done. */
  readonly open?: readonly Pick<ReadPoint, 'name' | 'state' | 'reason' | 'log'>[];
}

export function syntheticSweep(runs: readonly ComparedRun[], wish: SweepWish = {}): SweepReportInput {
  const { title = 'a sweep', axes = ['sgd.learningRate', 'sgd.momentum', 'seed'], open = [] } = wish;
  const done = runs.map((run) => ({
    name: run.name,
    set: run.set,
    state: 'done',
    reason: null,
    page: `points/${run.name}/report.html`,
    log: null,
    run,
    network: null,
  }));
  const points = [
    ...done,
    ...open.map((one) => ({ ...one, set: {}, page: null, run: null, network: null })),
  ] as unknown as ReadPoint[];
  const curveOf = curveCache();
  const collected = summarise({ name: 'sweep', title, until: 'report', axes }, points, runs, curveOf);
  return reportInput(collected, runs, curveOf);
}

/** Learning rates by momenta, three seeds each. */
export const gridOfRuns = (rates: readonly number[], momenta: readonly number[], seeds = 3): ComparedRun[] =>
  rates.flatMap((learningRate) =>
    momenta.flatMap((momentum) =>
      replicas(seeds, {
        learningRate,
        momentum,
        batchesPerEpoch: 50,
        share: 0.01,
        directions: 90,
        name: `learningRate-${learningRate}_momentum-${momentum}`,
        set: { 'sgd.learningRate': learningRate, 'sgd.momentum': momentum },
      }),
    ),
  );
