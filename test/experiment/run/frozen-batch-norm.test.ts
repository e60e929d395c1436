/** A network with batch normalisation through the whole pipeline: trained with batch statistics, frozen, and resumed. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { frozenAsTrained } from '../../../src/experiment/batch-norm.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { openFullBatch } from '../../../src/models/full-batch.ts';
import { randomStream } from '../../../src/random.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readSafetensors, writeSafetensors } from '../../../src/store/safetensors.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { numbers } from './reading.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

const folder = temporaryFolders();
const SAMPLES = 24;
/** Of all convolutions at width 2: 7 of the first stage, 6 of each of the others. */
const CHANNELS = 7 * 2 + 6 * 4 + 6 * 8;

let changes: Record<string, unknown>;
let whole: string;
beforeAll(async () => {
  const path = join(folder(), 'images.safetensors');
  const random = randomStream(1, 'images');
  const y = Int32Array.from({ length: SAMPLES }, () => random.integer(2));
  const x = Float32Array.from({ length: SAMPLES * 64 }, (_, at) => random.normal() + y[at >> 6]);
  writeSafetensors(path, { x: { shape: [SAMPLES, 8, 8, 1], data: x }, y: { shape: [SAMPLES], data: y } });
  changes = {
    data: { name: 'file', path },
    model: { name: 'resnet20', width: 2, activation: 'tanh', normalisation: 'frozen-batch' },
    loss: 'binary-cross-entropy',
    train: { epochs: 3, initialLearningRate: 0.1 },
    polish: { iterations: 2 },
    sgd: { learningRate: 0.01, batchSize: 6, weightDecay: 0.01 },
    record: { burnInEpochs: 1, epochs: 2 },
    spectrum: { eigenpairs: 2, tolerance: 0.01 },
  };
  whole = join(folder(), 'whole');
  await run(whole, changes, 'compare');
});

const openBench = () => openWorkbench(tiny(changes), { threads: 1 }, quiet);

describe('a run with frozen batch normalisation', () => {
  it('keeps the statistics with the minimum, float32', () => {
    const { shape, dtype } = readSafetensors(join(whole, 'minimum.safetensors')).tensors.batch_statistics;
    expect({ shape, dtype }).toEqual({ shape: [2, CHANNELS], dtype: 'F32' });
    const statistics = numbers(whole, 'minimum', 'batch_statistics');
    expect(Math.min(...statistics.subarray(CHANNELS))).toBeGreaterThan(0);
    expect(new Set(statistics).size).toBeGreaterThan(CHANNELS);
  });

  // Channel: the network frozen at what is in the file; untrained statistics give others.
  it('computes with these constants from the polish on', async () => {
    const bench = await openBench();
    const { problem, dataset } = frozenAsTrained(whole, bench);
    const [full, untrained] = [problem, bench.problem].map((one) => openFullBatch(one, dataset.train));
    const curve = (name: string) => readCsv(join(whole, `${name}.csv`)).numbers('train_loss');
    const polished = Float64Array.from(numbers(whole, 'minimum', 'theta'));
    expect(Math.abs((await full.evaluate(polished)).loss - curve('training').at(-1)!)).toBeLessThan(1e-6);
    expect(Math.abs((await untrained.evaluate(polished)).loss - curve('training').at(-1)!)).toBeGreaterThan(1e-3);

    const mean = Float64Array.from(numbers(whole, 'mean', 'theta'));
    const { gradient } = await full.valueAndGradient(mean);
    const stored = numbers(whole, 'mean', 'gradient');
    const distance = Math.hypot(...gradient.map((value, i) => value - stored[i]));
    expect(distance).toBeLessThan(1e-5 * (1 + Math.hypot(...stored)));
    for (const one of [full, untrained]) one.dispose();
  });

  it('is evaluated in training as it would be frozen there: no jump where it is', () => {
    const history = readCsv(join(whole, 'training.csv'));
    const phases = history.text('phase');
    const losses = history.numbers('train_loss');
    const frozen = phases.indexOf('polish');
    expect(phases.slice(0, frozen)).toEqual(['train', 'train', 'train']);
    expect(losses[frozen]).toBe(losses[frozen - 1]);
    expect(losses.at(-1)).toBeLessThan(losses[frozen]);
  });

  it('goes on from minimum.safetensors to the same bytes', async () => {
    const resumed = join(folder(), 'resumed');
    for (const until of ['train', 'record'] as const) await run(resumed, changes, until);
    const known = fingerprints(whole);
    for (const name of ['minimum.safetensors', 'weights.safetensors', 'mean.safetensors', 'window.csv'])
      expect([name, fingerprints(resumed)[name]]).toEqual([name, known[name]]);
  });
});

describe('statistics that are not there, or others', () => {
  it.each([
    [{}, `exit 3: FOLDER/minimum.safetensors has no tensor batch_statistics; it has theta`],
    [
      { batch_statistics: { shape: [2, 3], data: new Float32Array(6) } },
      `exit 3: FOLDER/minimum.safetensors: tensor batch_statistics is [2, 3]; expected [2, ${CHANNELS}]: train again`,
    ],
  ])('are refused: %j', async (tensors, sentence) => {
    const directory = folder();
    const bench = await openBench();
    expect(frozenAsTrained(directory, bench)).toBe(bench);
    writeSafetensors(join(directory, 'minimum.safetensors'), {
      theta: { shape: [1], data: new Float64Array(1) },
      ...tensors,
    });
    const problem = await problemOf(() => frozenAsTrained(directory, bench));
    expect(problem).toBe(sentence.replace('FOLDER', directory));
  });
});
