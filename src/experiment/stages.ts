/** The stages of a run in their order: what each reads, writes, and which settings it depends on. */
import { RUN_FILES, type RunFile } from '../store/run-directory.ts';
import type { StageName } from './catalogue.ts';
import type { Context } from './context.ts';
import type { Experiment } from './schema.ts';
import { compareStage } from './stages/compare.ts';
import { controlsStage } from './stages/controls.ts';
import { curvatureStage } from './stages/curvature.ts';
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
  /** Raised when this stage computes something else from the same settings: its results of earlier programs are then recomputed. */
  readonly revision?: number;
  readonly run: (context: Context) => Promise<void>;
  /** Its outputs are runs of their own: what is there of them is gone on with, never removed. */
  readonly resumes?: true;
  /** Whether outputs of these names are what an experiment asks for, where its settings do not tell; they are, unless said otherwise. */
  readonly suits?: (experiment: Experiment, outputs: readonly string[]) => boolean;
  /** Whether an experiment has this stage at all; every one has the others. */
  readonly applies?: (experiment: Experiment) => boolean;
}

const { minimum, training, weights, batches, trajectory, epochs, windowCurve, mean, spectrum, projections } = RUN_FILES;
const { curvature, noise, replay, directions, estimators, curvatures, positions, components, density } = RUN_FILES;
const { summary, figures, report, controls, controlSummary } = RUN_FILES;

/** What every stage that computes with the network depends on. */
const network = ({ seed, precision, backend, data, model, loss, sgd }: Experiment) => {
  const { weightDecay, batchSize, momentum } = sgd;
  return { seed, precision, backend, data, model, loss, weightDecay, batchSize, momentum };
};

/** Without a sampler of its own the training is as it was before there could be one: runs of that time stay up to date. */
const withoutDefaultSampler = ({ sampler, ...train }: Experiment['train']) =>
  sampler === 'reshuffle' ? train : { ...train, sampler };

/** The same of weights that are given. */
function trainSettings(all: Experiment['train']) {
  const { weights, ...train } = withoutDefaultSampler(all);
  return weights ? { ...train, weights } : train;
}

/** The window; how it is kept changes no result. */
const window = ({ record: { burnInEpochs, epochs: length } }: Experiment) => ({ burnInEpochs, epochs: length });

/** All stages, in their order. */
export const STAGES: readonly Stage[] = [
  {
    name: 'train',
    inputs: [],
    outputs: [minimum, training],
    // The polish asks for a drift that is small over the window, at the window's learning rate.
    settings: ({ train, polish, sgd, record, ...rest }) => ({
      ...network({ train, polish, sgd, record, ...rest }),
      train: trainSettings(train),
      polish,
      window: polish.method === 'none' ? null : { learningRate: sgd.learningRate, epochs: record.epochs },
    }),
    run: trainStage,
  },
  {
    name: 'record',
    inputs: [minimum],
    outputs: [weights, batches, trajectory, epochs, windowCurve, mean],
    settings: (experiment) => ({
      ...network(experiment),
      sgd: experiment.sgd,
      record: window(experiment),
      firstEpoch: experiment.train.epochs,
    }),
    run: recordStage,
    suits: ({ record }, names) =>
      record.store === 'auto' ||
      (record.store === 'trajectory') === names.some((name) => name.startsWith(`${trajectory}/`)),
  },
  {
    name: 'spectrum',
    inputs: [mean, weights, batches, trajectory, epochs],
    outputs: [spectrum, projections],
    settings: (experiment) => ({
      ...network(experiment),
      spectrum: experiment.spectrum,
      epochs: experiment.record.epochs,
      // Earlier programs took a product on all samples for each, however large the network.
      ...(experiment.spectrum.shared === null ? {} : { change: 'subset' }),
    }),
    run: spectrumStage,
  },
  {
    name: 'curvature',
    inputs: [mean, weights, batches, trajectory, epochs, spectrum, projections],
    outputs: [curvature],
    settings: (experiment) => ({
      ...network(experiment),
      curvature: experiment.curvature,
      sgd: experiment.sgd,
      record: window(experiment),
    }),
    run: curvatureStage,
  },
  {
    name: 'noise',
    inputs: [mean, weights, batches, trajectory, epochs, spectrum, projections],
    outputs: [noise, replay],
    settings: (experiment) => ({
      ...network(experiment),
      noise: experiment.noise,
      sgd: experiment.sgd,
      epochs: experiment.record.epochs,
    }),
    run: noiseStage,
  },
  {
    name: 'compare',
    inputs: [minimum, weights, batches, mean, trajectory, epochs, spectrum, projections, curvature, noise, replay],
    outputs: [directions, estimators, curvatures, positions, components, density, summary],
    settings: (experiment) => ({ ...network(experiment), sgd: experiment.sgd, record: window(experiment) }),
    revision: 4,
    run: compareStage,
  },
  {
    name: 'controls',
    inputs: [minimum, mean, weights, spectrum, noise, directions],
    outputs: [controls, controlSummary],
    settings: (experiment) => ({
      ...experiment,
      train: withoutDefaultSampler(experiment.train),
      record: window(experiment),
    }),
    revision: 1,
    run: controlsStage,
    resumes: true,
    applies: ({ controls }) => controls.run.length > 0,
  },
  {
    name: 'report',
    inputs: [
      directions,
      estimators,
      curvatures,
      positions,
      components,
      density,
      summary,
      noise,
      projections,
      replay,
      controls,
      controlSummary,
      training,
      windowCurve,
    ],
    outputs: [figures, report],
    settings: ({ report, controls }) => ({ report, controls }),
    revision: 3,
    run: reportStage,
  },
];

/** Whether an experiment has a stage. */
export function hasStage(experiment: Experiment, { applies }: Stage): boolean {
  return applies?.(experiment) ?? true;
}

/** The stage of a name, and its place in the order. */
export function stageAt(name: StageName): number {
  return STAGES.findIndex((stage) => stage.name === name);
}
