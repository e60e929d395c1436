/** Settings that TensorFlow and NVIDIA's libraries read from the environment, once, while they are loaded. */

/** What must hold for every run, whatever the user's environment says: results depend on it. Without a GPU it changes nothing. */
const FIXED = {
  // One thread an op; several ops, of different lanes, at once.
  TF_NUM_INTRAOP_THREADS: '1',
  // From Ampere on, GPUs multiply float32 matrices and convolve in TF32 unless told otherwise: ten bits of mantissa, an error of
  // 5e-4 in every product. That is no float32, and far above what curvatures and replays are held against.
  NVIDIA_TF32_OVERRIDE: '0',
  // Sums on a GPU may be made in any order, and come out otherwise each time. Same settings, same bytes: ops of a fixed order.
  TF_DETERMINISTIC_OPS: '1',
  TF_CUDNN_DETERMINISTIC: '1',
  // Nor may the algorithm of a convolution be the one that was fastest by the clock.
  TF_CUDNN_USE_AUTOTUNE: '0',
};

/** What the user's environment may change. */
const USUAL = {
  // CUDA builds print three errors when they are loaded ("Unable to register … factory"), which mean nothing. What goes wrong in
  // an op is thrown; 0 shows everything.
  TF_CPP_MIN_LOG_LEVEL: '3',
  // Memory as it is needed. TensorFlow would take the whole card, and nobody else's program could use it.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

/**
 * Makes the settings; to be called before the library is loaded.
 *
 * @param threads ops that run at once
 */
export function setTensorFlow(threads: number, environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value] of Object.entries(USUAL)) environment[name] ??= value;
  Object.assign(environment, FIXED, { TF_NUM_INTEROP_THREADS: String(threads) });
}
