/** Bringing inputs to mean 0 and standard deviation 1, channel by channel. */
import { DataError } from '../errors.ts';

/** Mean and standard deviation (over N) of each channel. */
export interface ChannelMoments {
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/**
 * Moments of each channel over all samples and places, in float64 by two passes.
 *
 * @param x [..., channels] row-major
 * @throws DataError where a channel is the same everywhere
 */
export function channelMoments(x: Float32Array, channels: number, dataset: string): ChannelMoments {
  const count = x.length / channels;
  const means = new Float64Array(channels);
  const deviations = new Float64Array(channels);
  for (let index = 0; index < x.length; index++) means[index % channels] += x[index];
  for (let channel = 0; channel < channels; channel++) means[channel] /= count;
  for (let index = 0; index < x.length; index++)
    deviations[index % channels] += (x[index] - means[index % channels]) ** 2;
  for (let channel = 0; channel < channels; channel++) {
    deviations[channel] = Math.sqrt(deviations[channel] / count);
    if (deviations[channel] > 0) continue;
    throw new DataError(
      `${dataset}: every pixel of channel ${channel} is ${means[channel]}; such images cannot be told apart`,
    );
  }
  return { means, deviations };
}

/** x ← (x − mean)/deviation of its channel, in place. */
export function standardise(x: Float32Array, { means, deviations }: ChannelMoments): void {
  const channels = means.length;
  for (let index = 0; index < x.length; index++) {
    const channel = index % channels;
    x[index] = (x[index] - means[channel]) / deviations[channel];
  }
}
