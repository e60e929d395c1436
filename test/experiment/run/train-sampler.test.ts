/**
 * The sampler of the training. Channels: the training once more in plain loops, with the order that the window wrote down;
 * counts of how often a sample is drawn; settings as programs without such a key had them.
 */
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { batchesOfRun, batchesOfTraining } from '../../../src/experiment/batches-of-run.ts';
import { runExperiment } from '../../../src/experiment/index.ts';
import { STAGES } from '../../../src/experiment/stages.ts';
import { nextEpochs } from '../../../src/sgd/samplers.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { interrupting, settings as interrupted } from './interruptions.ts';
import { data, numbers, row } from './reading.ts';
import { BATCH, fingerprints, MOMENTUM, plain, quiet, run, SAMPLES, tiny, WEIGHT_DECAY } from './tiny.ts';

const SAMPLERS = ['reshuffle', 'shuffle-once', 'with-replacement'] as const;
const RATE = 0.1;
const EPOCHS = 2;

const folder = temporaryFolders();
const training = (sampler: (typeof SAMPLERS)[number], more: Record<string, unknown> = {}) => ({
  precision: 'float64',
  train: { epochs: EPOCHS, initialLearningRate: RATE, sampler },
  polish: { method: 'none' },
  ...more,
});

describe('a training that is shuffled once', () => {
  it('follows the one order that burn-in and window follow', async () => {
    const [start, directory] = [join(folder(), 'start'), join(folder(), 'once')];
    await run(start, { ...training('reshuffle'), train: { epochs: 0 } }, 'train');
    await run(directory, training('shuffle-once', { sgd: { sampler: 'shuffle-once' } }), 'record');
    const order = row(numbers(directory, 'batches', 'indices'), 0, SAMPLES);
    const theta = Float64Array.from(numbers(start, 'minimum', 'theta'));
    const velocity = new Float64Array(theta.length);
    for (let update = 0; update < (EPOCHS * SAMPLES) / BATCH; update++) {
      const gradient = plain.meanGradient(theta, data, row(order, update % (SAMPLES / BATCH), BATCH), WEIGHT_DECAY);
      for (let i = 0; i < theta.length; i++) {
        velocity[i] = MOMENTUM * velocity[i] - RATE * gradient[i];
        theta[i] += velocity[i];
      }
    }
    const found = numbers(directory, 'minimum', 'theta');
    theta.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 10));
  });

  it('knows nothing of a seed that is that of the window alone', () => {
    const once = (seed: number | null) => tiny(training('shuffle-once', { sgd: { sampler: 'shuffle-once', seed } }));
    const first = (source: ReturnType<typeof batchesOfRun>) => [...source.nextEpoch()];
    expect(first(batchesOfTraining(once(8), SAMPLES))).toEqual(first(batchesOfTraining(once(null), SAMPLES)));
    expect(first(batchesOfTraining(once(8), SAMPLES))).not.toEqual(first(batchesOfRun(once(8), SAMPLES)));
  });
});

describe('the batches of a training', () => {
  const drawn = (sampler: (typeof SAMPLERS)[number], epochs: number) =>
    nextEpochs(batchesOfTraining(tiny(training(sampler)), SAMPLES), epochs);

  it.each(['reshuffle', 'shuffle-once'] as const)('have every sample once an epoch: %s', (sampler) => {
    const epochs = [0, 1, 2].map((epoch) => [...drawn(sampler, 3).subarray(epoch * SAMPLES, (epoch + 1) * SAMPLES)]);
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(SAMPLES);
    expect(new Set(epochs.map(String)).size).toBe(sampler === 'reshuffle' ? 3 : 1);
  });

  it('are independent draws with replacement: a sample misses an epoch as often as not in e', () => {
    const epochs = 200;
    const all = drawn('with-replacement', epochs);
    let missing = 0;
    for (let epoch = 0; epoch < epochs; epoch++)
      missing += SAMPLES - new Set(all.subarray(epoch * SAMPLES, (epoch + 1) * SAMPLES)).size;
    // (1 − 1/N)^N = 0.3674 of N; five standard errors of the mean of so many epochs.
    expect(Math.abs(missing / (epochs * SAMPLES) - (1 - 1 / SAMPLES) ** SAMPLES)).toBeLessThan(0.006);
  });

  it('are not those of the window again, where they are drawn anew', () => {
    for (const sampler of ['reshuffle', 'with-replacement'] as const) {
      const experiment = tiny(training(sampler, { sgd: { sampler } }));
      const window = [...batchesOfRun(experiment, SAMPLES).nextEpoch()];
      expect([...batchesOfTraining(experiment, SAMPLES).nextEpoch()]).not.toEqual(window);
    }
  });
});

describe('an interrupted training', () => {
  it.each(SAMPLERS)('ends with the bytes of one that never was: %s', async (sampler) => {
    vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0');
    try {
      const experiment = interrupted({
        train: { epochs: 4, initialLearningRate: 0.1, decayPerEpoch: 0.9, sampler },
        polish: { method: 'none' },
      });
      const [whole, broken] = [join(folder(), `whole ${sampler}`), join(folder(), `broken ${sampler}`)];
      await runExperiment(whole, experiment, quiet, { until: 'train' });
      // Ten updates a call, three calls an epoch: within the second and the third epoch.
      for (const report of [5, 4]) {
        const stopped = runExperiment(broken, experiment, interrupting('training', report), { until: 'train' });
        await expect(stopped).rejects.toThrow(`training, report ${report}`);
      }
      await runExperiment(broken, experiment, quiet, { until: 'train' });
      const results = ({ 'stages.json': _, ...files }: Record<string, string>) => files;
      expect(results(fingerprints(broken))).toEqual(results(fingerprints(whole)));
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('what stages depend on', () => {
  const settingsOf = (stage: string, experiment: ReturnType<typeof tiny>) =>
    STAGES.find(({ name }) => name === stage)!.settings(experiment) as { readonly train: object };

  it('is what it was before there was a choice, where the choice is that of before', () => {
    const experiment = tiny({ train: { epochs: 4 } });
    const before = { epochs: 4, initialLearningRate: 0.05, decayPerEpoch: 1 };
    expect(settingsOf('train', experiment).train).toEqual(before);
    expect(settingsOf('controls', experiment).train).toEqual({ ...before, weights: null });
  });

  it('is the sampler too, where it is another', () => {
    for (const stage of ['train', 'controls'])
      expect(settingsOf(stage, tiny({ train: { sampler: 'shuffle-once' } })).train).toHaveProperty(
        'sampler',
        'shuffle-once',
      );
  });
});
