/** A whole experiment that takes a second or two: 19 weights, 400 samples, ten batches an epoch. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { teacherDataset } from '../../../src/data/teacher.ts';
import {
  type Experiment,
  resolveExperiment,
  runExperiment,
  type StageName,
  type Voice,
} from '../../../src/experiment/index.ts';
import type { Samples } from '../../../src/models/problem.ts';
import { plainMlp } from '../../hessian/plain-mlp.ts';
import { listing } from '../../store/scratch.ts';

// The number of threads is a choice that a run keeps; the library takes it once a process.
process.env.EPOCHNOISE_THREADS = '1';

export const SAMPLES = 400;
export const BATCH = 40;
/** M. */
export const UPDATES_PER_EPOCH = 10;
/** K. */
export const UPDATES = 50;
/** d of a network 4-3-1. */
export const SIZE = 19;
export const LEARNING_RATE = 0.2;
export const MOMENTUM = 0.5;
export const WEIGHT_DECAY = 1e-3;

type Settings = Record<string, unknown>;

/** λ_cross = 3(1−β)/(ηM) = 0.75: three directions above it, the rest below. */
const TINY = {
  seed: 3,
  data: { name: 'teacher', samples: SAMPLES, testSamples: 50, inputs: 4, hidden: [3], noise: 0.3 },
  model: { name: 'mlp', hidden: [3], initialisation: { from: 'teacher', spread: 0.02 } },
  sgd: { learningRate: LEARNING_RATE, momentum: MOMENTUM, batchSize: BATCH, weightDecay: WEIGHT_DECAY },
  record: { burnInEpochs: 3, epochs: 5 },
};

/** The tiny experiment with some settings changed, section by section; data and models of another name are taken whole. */
export function tiny(changes: Settings = {}): Experiment {
  const given: Settings = { ...TINY };
  for (const [section, value] of Object.entries(changes)) {
    const before = given[section] as { name?: string } | undefined;
    const other = typeof value !== 'object' || ('name' in value! && value.name !== before?.name);
    given[section] = other ? value : { ...before, ...value };
  }
  return resolveExperiment(given);
}

/** Says nothing. */
export const quiet: Voice = { begin: () => async () => {}, say: () => {}, warn: () => {} };

export const run = (directory: string, changes?: Settings, until?: StageName) =>
  runExperiment(directory, tiny(changes), quiet, { until });

/** The samples that the tiny experiment is trained on. */
export function tinySamples(): Samples {
  return teacherDataset({ ...TINY.data, seed: TINY.seed }).train;
}

/** Its network in plain loops. */
export const plain = plainMlp(4, 3, 1);

/** SHA-256 of every file of a run, but of the one that tells of machine and time, and of unfinished work. */
export function fingerprints(directory: string): Record<string, string> {
  const names = listing(directory).filter(
    (name) => /\.\w+$/.test(name) && !name.endsWith('environment.json') && !name.startsWith('.'),
  );
  return Object.fromEntries(
    names.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  );
}
