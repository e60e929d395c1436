/** Recorded orders against the sampler that they are said to be of. Channel: the samplers of this program, and others made here. */
import { describe, expect, it } from 'vitest';
import { refuseOtherOrder } from '../../src/experiment/import/order.ts';
import { randomStream } from '../../src/random.ts';
import { batchSource, nextEpochs, type Sampler } from '../../src/sgd/samplers.ts';
import { problemOf } from '../store/scratch.ts';

const EPOCHS = 20;

interface Drawn {
  readonly indices: Int32Array;
  readonly samples: number;
  readonly batchSize: number;
}

const drawn = (by: Sampler, samples: number, batchSize: number, seed = 1): Drawn => ({
  indices: nextEpochs(batchSource(by, samples, batchSize, randomStream(seed, 'test/order'), true), EPOCHS),
  samples,
  batchSize,
});

const heldAgainst = (sampler: Sampler, { indices, samples, batchSize }: Drawn): Promise<string> =>
  problemOf(() =>
    refuseOtherOrder(
      { indices, samples, batchesPerEpoch: Math.floor(samples / batchSize), path: 'window' },
      { sampler, batchSize },
    ),
  );

const SIZES: [number, number][] = [
  [600, 30],
  [600, 300],
  [200, 1],
  [607, 30],
  [4, 2],
  [2, 1],
];

describe('what was drawn as it is said', () => {
  it.each(SIZES)('%i samples in batches of %i pass', async (samples, batchSize) => {
    for (const sampler of ['reshuffle', 'shuffle-once', 'with-replacement'] as const)
      for (let seed = 1; seed <= 30; seed++)
        expect(await heldAgainst(sampler, drawn(sampler, samples, batchSize, seed)), `${sampler} ${seed}`).toBe(
          'no error',
        );
  });
});

describe('another sampler than said is refused', () => {
  const sizes = SIZES.filter(([samples]) => samples > 10);

  it.each(sizes)('of %i samples in batches of %i', async (samples, batchSize) => {
    const [anew, once, independent] = (['reshuffle', 'shuffle-once', 'with-replacement'] as const).map((sampler) =>
      drawn(sampler, samples, batchSize),
    );
    const way = 'name the sampler that drew the batches (sgd.sampler, or in the recording’s metadata)';
    const draws = samples - (samples % batchSize);
    const never = `exit 2: window never uses a sample twice in an epoch, in 20 epochs of ${draws} draws, where with-replacement uses about`;
    expect(await heldAgainst('with-replacement', anew)).toMatch(
      new RegExp(`^${never} \\d+ of \\d+: it was reshuffle: `),
    );
    expect(await heldAgainst('with-replacement', once)).toMatch(
      new RegExp(`^${never} \\d+ of \\d+: it was shuffle-once: `),
    );
    expect(await heldAgainst('reshuffle', once)).toBe(
      `exit 2: window has the same order in every epoch, where reshuffle draws a new one: it was shuffle-once: ${way}`,
    );
    expect(await heldAgainst('shuffle-once', anew)).toMatch(/^exit 2: window has another order in epoch 2 than in the/);
    for (const sampler of ['reshuffle', 'shuffle-once'] as const)
      expect(await heldAgainst(sampler, independent)).toMatch(
        /^exit 2: window uses sample \d+ twice in epoch 1 of the/,
      );
  });

  it('two samples have too few orders to tell', async () => {
    expect(await heldAgainst('reshuffle', drawn('shuffle-once', 2, 1))).toBe('no error');
  });
});

describe('what none of the three samplers draws is refused', () => {
  const whole = drawn('reshuffle', 600, 30);

  it('a shuffled recording that begins within an epoch', async () => {
    const shifted = { ...whole, indices: whole.indices.subarray(300, whole.indices.length - 300) };
    expect(await heldAgainst('reshuffle', shifted)).toMatch(
      /uses sample \d+ twice in epoch 1 .*from the beginning of an/,
    );
    expect(await heldAgainst('with-replacement', shifted)).toMatch(
      /^exit 2: window uses 4\d\d different samples in an epoch, in the mean, where with-replacement uses about 379 of 600: /,
    );
  });

  it('the same batches in changing order', async () => {
    const random = randomStream(1, 'test/batches');
    const order = Int32Array.from({ length: 20 }, (_, batch) => batch);
    const indices = whole.indices.slice();
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      random.shuffle(order);
      order.forEach((batch, at) =>
        indices.set(whole.indices.subarray(batch * 30, (batch + 1) * 30), epoch * 600 + at * 30),
      );
    }
    expect(await heldAgainst('reshuffle', { ...whole, indices })).toMatch(
      /^exit 2: window has the same batches in every epoch, in changing order, /,
    );
  });

  it('independent batches, each without repeats', async () => {
    const random = randomStream(1, 'test/batches');
    const order = Int32Array.from({ length: 600 }, (_, sample) => sample);
    const indices = new Int32Array(EPOCHS * 600);
    for (let at = 0; at < indices.length; at += 30) {
      random.shuffle(order);
      indices.set(order.subarray(0, 30), at);
    }
    expect(await heldAgainst('with-replacement', { ...whole, indices })).toMatch(
      /^exit 2: window has 30\.00 different samples in a batch of 30, in the mean, where with-replacement, which draws each by itself, has 29\.29: /,
    );
  });

  it('draws that prefer some samples', async () => {
    const random = randomStream(1, 'test/draws');
    const indices = new Int32Array(EPOCHS * 600).map(() => Math.floor(600 * random.uniform() ** 2));
    expect(await heldAgainst('with-replacement', { ...whole, indices })).toMatch(/uses 3[0-5]\d different samples in/);
  });
});
