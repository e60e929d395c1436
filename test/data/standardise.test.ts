import { expect, it } from 'vitest';
import { channelMoments, standardise } from '../../src/data/standardise.ts';
import { problemOf } from '../store/scratch.ts';

it('gives mean and deviation (over N) of each channel', () => {
  const { means, deviations } = channelMoments(Float32Array.of(1, 10, 3, 10, 5, 40), 2, 'x');
  expect([...means]).toEqual([3, 20]);
  expect([...deviations]).toEqual([Math.sqrt(8 / 3), Math.sqrt(200)]);
});

it('loses nothing where the mean is large against the deviation', () => {
  // One pass over squares would leave no digit of the deviation: 10⁷ squared is 10¹⁴, the deviation's square ¼.
  const x = Float32Array.from({ length: 1000 }, (_, index) => 1e7 + (index % 2));
  expect(channelMoments(x, 1, 'x').deviations[0]).toBe(0.5);
});

it('brings every channel to mean 0 and deviation 1, in place', () => {
  const x = Float32Array.from({ length: 300 }, (_, index) => Math.sin(index) * (1 + (index % 3)) + (index % 3));
  standardise(x, channelMoments(x, 3, 'x'));
  const { means, deviations } = channelMoments(x, 3, 'x');
  // Each of 100 values was rounded to float32.
  for (const mean of means) expect(Math.abs(mean)).toBeLessThan(1e-7);
  for (const deviation of deviations) expect(Math.abs(deviation - 1)).toBeLessThan(1e-6);
});

it('refuses a channel that is the same everywhere', async () => {
  expect(await problemOf(() => channelMoments(Float32Array.of(1, 7, 2, 7), 2, 'cifar10'))).toBe(
    'exit 3: cifar10: every pixel of channel 1 is 7; such images cannot be told apart',
  );
});
