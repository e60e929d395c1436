/** The stages of a run in their order: what each reads, writes, and which settings it depends on. */
import { RUN_FILES, type RunFile } from '../store/run-directory.ts';
import type { StageName } from './catalogue.ts';
import type { Context } from './context.ts';
import type { Experiment } from './schema.ts';
import { compareStage } from './stages/compare.ts';
import { noiseStage } from './stages/noise.ts';
import { recordStage } from './stages/record.ts';
import { reportStage } from './stages/report.ts';
import { spectrumStage } from './stages/spectrum.ts';
import { trainStage } from './stages/train.ts';

export type { StageName } from './catalogue.ts';

/** A function of the files before it and of its part of the configuration. */
export interface Stage {
  readonly name: StageName;
  readonly inputs: readonly RunFile[];
  readonly outputs: readonly RunFile[];
  /** The part of the configuration on which its outputs depend, beyond its inputs. */
  readonly settings: (experiment: Experiment) => unknown;
  readonly run: (context: Context) => Promise<void>;
}

const { minimum, training, weights, batches, trajectory, windowCurve, mean, spectrum, projections } = RUN_FILES;
const { noise, directions, summary, figures } = RUN_FILES;

/** What every stage that computes with the network depends on. */
const network = ({ seed, precision, backend, data, model, loss, sgd }: Experiment) => {
  const { weightDecay, batchSize, momentum } = sgd;
  return { seed, precision, backend, data, model, loss, weightDecay, batchSize, momentum };
};

export const STAGES: readonly Stage[] = [
  {
    name: 'train',
    inputs: [],
    outputs: [minimum, training],
    // The polish asks for a drift that is small over the window, at the window's learning rate.
    settings: ({ train, polish, sgd, record, ...rest }) => ({
      ...network({ train, polish, sgd, record, ...rest }),
      train,
      polish,
      window: polish.method === 'none' ? null : { learningRate: sgd.learningRate, epochs: record.epochs },
    }),
    run: trainStage,
  },
  {
    name: 'record',
    inputs: [minimum],
    outputs: [weights, batches, trajectory, windowCurve, mean],
    settings: (experiment) => ({
      ...network(experiment),
      sgd: experiment.sgd,
      record: experiment.record,
      firstEpoch: experiment.train.epochs,
    }),
    run: recordStage,
  },
  {
    name: 'spectrum',
    inputs: [mean, trajectory],
    outputs: [spectrum, projections],
    settings: (experiment) => ({ ...network(experiment), spectrum: experiment.spectrum }),
    run: spectrumStage,
  },
  {
    name: 'noise',
    inputs: [mean, weights, batches, spectrum, projections],
    outputs: [noise],
    settings: (experiment) => ({ ...network(experiment), noise: experiment.noise, sgd: experiment.sgd }),
    run: noiseStage,
  },
  {
    name: 'compare',
    inputs: [minimum, mean, trajectory, spectrum, noise, projections],
    outputs: [directions, summary],
    settings: (experiment) => ({ ...network(experiment), sgd: experiment.sgd, record: experiment.record }),
    run: compareStage,
  },
  {
    name: 'report',
    inputs: [directions, summary, noise, training, windowCurve],
    outputs: [figures],
    settings: ({ report }) => report,
    run: reportStage,
  },
];

/** The stage of a name, and its place in the order. */
export function stageAt(name: StageName): number {
  return STAGES.findIndex((stage) => stage.name === name);
}
