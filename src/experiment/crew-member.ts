/** One of the processes that share Hessian products: does what it is ordered until its master is gone. Started by crew.ts. */
import { perSampleMoments, type SampleMoments } from '../noise/per-sample.ts';
import { silent } from '../progress.ts';
import type { HessianAt, HessianFamily } from '../hessian/hessian.ts';
import type { Experiment } from './schema.ts';
import { openPart, samplesOfPart } from './shared-hessian.ts';
import { openWorkbench } from './workbench.ts';

/** Samples first … first + count − 1. */
export interface SamplePart {
  readonly first: number;
  readonly count: number;
}

/** A seeded subset of the training samples. */
export interface SubsetChoice {
  readonly count: number;
  readonly purpose: string;
}

/** What a member may be asked to do. Hessians have numbers, so that several may be open. */
export type CrewOrder =
  | { readonly open: number; readonly part: SamplePart; readonly subset: SubsetChoice | null }
  | { readonly at: Float64Array; readonly of: number }
  | { readonly apply: Float64Array; readonly of: number }
  | { readonly close: number }
  | {
      readonly momentsAt: Float64Array;
      readonly directions: Float32Array;
      readonly part: SamplePart;
      readonly subset: SubsetChoice | null;
    };

/** The product or the moments where such were asked for, or what went wrong. */
export interface CrewAnswer {
  readonly product?: Float64Array;
  readonly moments?: SampleMoments;
  readonly error?: string;
}

const experiment = JSON.parse(process.argv[2]) as Experiment;
const bench = openWorkbench(experiment, { threads: 1, processes: 1 }, { warn() {} });
const families = new Map<number, HessianFamily>();
const points = new Map<number, HessianAt>();

async function obey(order: CrewOrder): Promise<CrewAnswer> {
  if ('open' in order) {
    families.set(order.open, openPart(await bench, experiment.seed, order.part, order.subset));
  } else if ('at' in order) {
    points.get(order.of)?.dispose();
    points.set(order.of, families.get(order.of)!.at(order.at));
  } else if ('apply' in order) {
    return { product: points.get(order.of)!.apply(order.apply) };
  } else if ('momentsAt' in order) {
    const { momentsAt, directions, part, subset } = order;
    const { problem } = await bench;
    const samples = samplesOfPart(await bench, experiment.seed, part, subset);
    return { moments: await perSampleMoments(problem, samples, momentsAt, directions, silent) };
  } else {
    points.get(order.close)?.dispose();
    families.get(order.close)?.dispose();
    points.delete(order.close);
    families.delete(order.close);
  }
  return {};
}

// Ctrl-C reaches the whole group of processes: the master says when to end.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
let last: Promise<void> = Promise.resolve();
process.on('message', (order: CrewOrder) => {
  last = last
    .then(() => obey(order))
    .catch((error: unknown): CrewAnswer => ({ error: error instanceof Error ? error.message : String(error) }))
    .then((answer) => void process.send!(answer));
});
