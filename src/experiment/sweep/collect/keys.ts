/** Keys of the configuration that mean more to a sweep than a value that varies. */

/** Runs that differ in these alone are repetitions of one setting. */
export const SEED_KEYS: readonly string[] = ['seed', 'sgd.seed'];

/** Runs that differ in these alone are a pair of samplers. */
export const SAMPLER_KEYS: readonly string[] = ['train.sampler', 'sgd.sampler'];
