import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { openFullBatch } from '../../src/models/full-batch.ts';
import { silent } from '../../src/progress.ts';
import { randomStream } from '../../src/random.ts';
import { type EpochsPlan, runEpochs } from '../../src/sgd/epochs.ts';
import { loadEpochs, saveEpochs } from '../../src/sgd/epochs-done.ts';
import { type HeavyBall, openHeavyBall } from '../../src/sgd/heavy-ball.ts';
import { atRest } from '../../src/sgd/motion.ts';
import { batchSource } from '../../src/sgd/samplers.ts';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { scratchFolder } from '../store/scratch.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range } from '../hessian/plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const [SAMPLES, BATCH] = [24, 6];
const M = SAMPLES / BATCH;
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const data = noisySamples(SAMPLES, INPUTS, OUTPUTS, 1);
const testData = noisySamples(11, INPUTS, OUTPUTS, 2);
const start = normals(net.size, 1, 0.7);
const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: 0.01 });

const PLAN: EpochsPlan = {
  phase: 'train',
  epochs: 5,
  batchSize: BATCH,
  firstEpoch: 3,
  learningRate: (epoch) => 0.05 * 0.5 ** epoch,
  evaluateEvery: 2,
};

const order = () => batchSource('reshuffle', SAMPLES, BATCH, randomStream(1, 'test/sgd/epochs'));

async function run(changes: Partial<EpochsPlan> = {}, report = silent, withTest = true) {
  const heavyBall = openHeavyBall(problem, data, BATCH, 0.9);
  const evaluator = {
    train: openFullBatch(problem, data),
    test: withTest ? openFullBatch(problem, testData) : null,
  };
  const state = atRest(start, 'float64');
  try {
    const history = await runEpochs(heavyBall, state, order(), evaluator, { ...PLAN, ...changes }, report);
    return { history, state };
  } finally {
    heavyBall.dispose();
    evaluator.train.dispose();
    evaluator.test?.dispose();
  }
}

/** The same epochs by plain loops: state and batch after every update, and the mean of each epoch's batch losses. */
function plainRun() {
  const source = order();
  const theta = start.slice();
  const velocity = new Float64Array(net.size);
  const updates: { theta: Float64Array; velocity: Float64Array; batch: number[] }[] = [];
  const batchLosses: number[] = [];
  for (let epoch = 0; epoch < PLAN.epochs; epoch++) {
    const samples = source.nextEpoch();
    let sum = 0;
    for (let index = 0; index < M; index++) {
      const batch = samples.subarray(index * BATCH, (index + 1) * BATCH);
      sum += net.objective(theta, data, batch);
      const gradient = net.meanGradient(theta, data, batch, 0.01);
      for (let i = 0; i < net.size; i++) {
        velocity[i] = 0.9 * velocity[i] - PLAN.learningRate(epoch) * gradient[i];
        theta[i] += velocity[i];
      }
      updates.push({ theta: theta.slice(), velocity: velocity.slice(), batch: [...batch] });
    }
    batchLosses.push(sum / M);
  }
  return { updates, batchLosses };
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...range(b.length).map((i) => Math.abs(a[i] - b[i]))) < 1e-12;

// Channel of the numbers: the same epochs in plain float64 loops.
describe('epochs', () => {
  const before = heldByLibrary();
  const plain = plainRun();

  it('tell the state after every update, in order, with the samples it used', async () => {
    const seen: number[] = [];
    const { state } = await run({
      onUpdate({ theta, velocity }, update, batch) {
        expect([...batch]).toEqual(plain.updates[update].batch);
        expect(close(theta, plain.updates[update].theta)).toBe(true);
        expect(close(velocity, plain.updates[update].velocity)).toBe(true);
        seen.push(update);
      },
    });
    expect(seen).toEqual(range(5 * M));
    expect(close(state.theta, plain.updates.at(-1)!.theta)).toBe(true);
  });

  it('write a row an epoch: its learning rate, its mean batch loss, both splits every second epoch and at the end', async () => {
    const { history } = await run();
    expect(history.map(({ phase, epoch, learningRate }) => [phase, epoch, learningRate])).toEqual([
      ['train', 3, 0.05],
      ['train', 4, 0.025],
      ['train', 5, 0.0125],
      ['train', 6, 0.00625],
      ['train', 7, 0.003125],
    ]);
    history.forEach(({ batchLoss }, epoch) => expect(batchLoss).toBeCloseTo(plain.batchLosses[epoch], 12));
    expect(history.map(({ trainLoss }) => trainLoss !== null)).toEqual([false, true, false, true, true]);
    for (const epoch of [1, 3, 4]) {
      const { theta } = plain.updates[(epoch + 1) * M - 1];
      // The loss without L2.
      expect(history[epoch].trainLoss).toBeCloseTo(net.objective(theta, data, range(SAMPLES)), 12);
      expect(history[epoch].testLoss).toBeCloseTo(net.objective(theta, testData, range(11)), 12);
      expect(history[epoch].trainAccuracy).toBeNull();
    }
  });

  it('leave the test split empty where there is none', async () => {
    const { history } = await run({ epochs: 1 }, silent, false);
    expect(history[0].testLoss).toBeNull();
    expect(history[0].trainLoss).not.toBeNull();
  });

  it('report after every call of the native library, and end when the report throws', async () => {
    const seen: string[] = [];
    await run({ epochs: 2 }, async (done, total) => void seen.push(`${done}/${total}`));
    expect(seen).toEqual([`${M}/${2 * M}`, `${2 * M}/${2 * M}`]);
    const stopped = run({}, async (done) => {
      if (done === 2 * M) throw new Error('stopped');
    });
    await expect(stopped).rejects.toThrow('stopped');
  });

  it('do nothing for no epochs', async () => {
    const { history, state } = await run({ epochs: 0 });
    expect(history).toEqual([]);
    expect(state.theta).toEqual(start);
  });

  it('stop when the loss grows beyond thrice the opening one, naming what to lower', async () => {
    const work = run({ phase: 'burn-in', openingLoss: 1e-3 });
    await expect(work).rejects.toThrow(RunError);
    await expect(work).rejects.toThrow(
      /^burn-in diverges: the mean loss grew from 0\.001000 to .* by epoch 1 at learning rate 0\.05; lower the learning rate/,
    );
  });

  it('stop when the loss is no number any more', async () => {
    const work = run({ learningRate: () => 1e200 });
    await expect(work).rejects.toThrow(RunError);
    await expect(work).rejects.toThrow(/^train diverged: the loss became (NaN|Infinity) at update \d of epoch 1/);
  });

  it('stop when the very last update leaves weights whose loss is no number', async () => {
    // A heavy ball whose batch losses are all finite, as each is taken before its update, but which ends far out.
    const runsAway: HeavyBall = {
      updatesPerCall: M,
      begin: () => ({
        advance: async () => new Float64Array(M),
        record: () => Promise.reject(new Error('recorded for nothing')),
        state: async () => ({
          theta: new Float64Array(net.size).fill(1e200),
          velocity: new Float64Array(net.size),
        }),
        dispose() {},
      }),
      dispose() {},
    };
    const evaluator = { train: openFullBatch(problem, data), test: null };
    const work = runEpochs(runsAway, atRest(start, 'float64'), order(), evaluator, { ...PLAN, epochs: 1 }, silent);
    await expect(work).rejects.toThrow(`train diverged: the loss became Infinity at update ${M} of epoch 1`);
    evaluator.train.dispose();
  });

  it('go on after an interruption at any call: the same state, history and opening loss', async () => {
    // Two updates a call: two calls an epoch.
    const whole = await run();
    for (let calls = 1; calls <= 10; calls++) {
      const folder = scratchFolder();
      let reports = 0;
      const stop = async () => {
        if (++reports === calls) throw new Error('stopped');
      };
      await expect(runFrom(folder, stop)).rejects.toThrow('stopped');
      expect(await runFrom(folder, silent), `after ${calls} calls`).toEqual(whole);
    }
  });

  it('are held against the opening loss of the process that began', async () => {
    const folder = scratchFolder();
    const { history } = await run();
    const stop = async (done: number) => {
      if (done > M) throw new Error('stopped');
    };
    await expect(runFrom(folder, stop)).rejects.toThrow('stopped');
    const { done } = loadEpochs(openCheckpoint(join(folder, 'work'), 'key'))!;
    expect(done.openingLoss).toBe(history[0].batchLoss);
    const low = openCheckpoint(join(folder, 'work'), 'key');
    saveEpochs(low, { ...done, openingLoss: 1e-3 });
    await expect(runFrom(folder, silent)).rejects.toThrow(/the mean loss grew from 0\.001000 to .* by epoch 2/);
  });

  /** Saved after every call, and gone on with. */
  async function runFrom(folder: string, report: typeof silent) {
    const checkpoint = openCheckpoint(join(folder, 'work'), 'key', 0);
    const heavyBall = { ...openHeavyBall(problem, data, BATCH, 0.9), updatesPerCall: 2 };
    const evaluator = { train: openFullBatch(problem, data), test: openFullBatch(problem, testData) };
    const state = atRest(start, 'float64');
    const memory = { checkpoint, done: loadEpochs(checkpoint)?.done };
    try {
      return { history: await runEpochs(heavyBall, state, order(), evaluator, PLAN, report, memory), state };
    } finally {
      heavyBall.dispose();
      evaluator.train.dispose();
      evaluator.test.dispose();
    }
  }

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
