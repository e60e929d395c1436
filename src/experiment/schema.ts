/**
 * The one typed configuration: every key with its default, its range and its reason. Training and analysis read the same
 * record, and it is stored, resolved, with the run.
 */
import { z } from 'zod';
import { BACK_ENDS } from '../tensor/types.ts';

const positive = z.number().positive();
const count = z.number().int().positive();
const whole = z.number().int().nonnegative();
const fraction = z.number().min(0).max(1);
const folder = z.string().nullable().default(null);
const sampler = z.enum(['reshuffle', 'shuffle-once', 'with-replacement']).default('reshuffle');

/** Made from the run's seed, or read from files. Keys beyond `name` depend on the data set. */
const data = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('teacher'),
    samples: count.default(50_000),
    testSamples: whole.default(10_000),
    /** Standard deviation of the noise on the teacher's outputs. */
    noise: z.number().nonnegative().default(0.05),
    inputs: count.default(20),
    /** Widths of the teacher's hidden layers. */
    hidden: z.array(count).default([40]),
    folder,
  }),
  z.strictObject({
    name: z.literal('digits'),
    samples: count.default(50_000),
    testSamples: whole.default(10_000),
    /** Standard deviation of the noise on each pixel. */
    noise: z.number().nonnegative().default(0.1),
    size: z.number().int().min(8).max(64).default(12),
    target: z.enum(['digit', 'parity']).default('digit'),
    /** Share of labels replaced by another. */
    flips: fraction.default(0.1),
    scale: positive.default(0.5),
    folder,
  }),
  z.strictObject({
    name: z.literal('mnist'),
    /** null: all of the split. */
    samples: count.nullable().default(null),
    split: z.enum(['train', 'test']).default('train'),
    target: z.enum(['digit', 'parity']).default('digit'),
    folder,
  }),
  z.strictObject({
    name: z.literal('cifar10'),
    samples: count.nullable().default(null),
    split: z.enum(['train', 'test']).default('train'),
    folder,
  }),
  z.strictObject({
    name: z.literal('file'),
    /** safetensors with `x` and `y`, `x`'s .npy with `y`'s beside it (labels), or an ES module. */
    path: z.string(),
    labels: z.string().nullable().default(null),
    testPath: z.string().nullable().default(null),
    testLabels: z.string().nullable().default(null),
    task: z.enum(['regression', 'binary', 'classes']).nullable().default(null),
    samples: count.nullable().default(null),
    folder,
  }),
  /** Of a run without a network: nothing but their number is known. */
  z.strictObject({ name: z.literal('none'), samples: count, folder }),
]);

const activations = z.enum(['tanh', 'relu', 'softplus']);
const activation = activations.default('tanh');
const initialisation = z
  .strictObject({
    /** `random`: variance 1/fan-in; `teacher`: about the weights that made the data. */
    from: z.enum(['random', 'teacher']).default('random'),
    /** Standard deviation about the teacher's weights. */
    spread: z.number().nonnegative().default(0.02),
  })
  .prefault({});

const BATCH_NORM_COUPLES =
  'batch statistics couple the samples of a batch, so that neither the gradient noise nor the Hessian is a sum over samples: use frozen-batch, which is trained with them and fixes them before the window, group or none';

const model = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('linear'), initialisation }),
  z.strictObject({ name: z.literal('mlp'), hidden: z.array(count).min(1).default([40]), activation, initialisation }),
  z.strictObject({
    name: z.literal('lenet'),
    padding: z.enum(['valid', 'same']).default('valid'),
    activation,
    pooling: z.enum(['average', 'max']).default('average'),
    initialisation,
  }),
  z.strictObject({
    name: z.literal('resnet20'),
    /** Channels of the first stage; the others have twice and four times as many. */
    width: count.default(16),
    activation: activations.default('relu'),
    /** `frozen-batch`: trained with batch statistics, which are fixed before the polish and the window. */
    normalisation: z
      .string()
      .refine((word) => !/^batch/.test(word), { error: BATCH_NORM_COUPLES })
      .pipe(z.enum(['group', 'frozen-batch', 'none']))
      .default('group'),
    /** Of group normalisation; null: half the width, or the largest divisor below it. */
    groups: count.nullable().default(null),
    initialisation,
  }),
  /** No network: eigenpairs and noise come with an imported window. */
  z.strictObject({ name: z.literal('none'), initialisation }),
  z.strictObject({
    name: z.literal('module'),
    /** An ES module that exports `shapes`, `forward` and, where it wants to, `initialise`. */
    path: z.string(),
    /** Handed to the module as they are. */
    options: z.record(z.string(), z.json()).nullable().default(null),
    initialisation,
  }),
]);

/** Weights that another program has trained, or another run. */
const weights = z.strictObject({
  /** A safetensors file. */
  path: z.string(),
  /** `pytorch`: a state dict; `epochnoise`: one vector `theta`. */
  layout: z.enum(['pytorch', 'epochnoise']).default('pytorch'),
  /** Of a state dict: the tensors in the order of the model's parameters; null: found out. */
  names: z.array(z.string()).nullable().default(null),
  /** safetensors with inputs `x` and the outputs `logits` that the weights give there; null for no check. */
  check: z.string().nullable().default(null),
});

/**
 * Runs that tell theory from artefact: the three samplers; the quadratic model under the run's own noise, frozen at the mean;
 * and a quadratic whose answer is known, under Gaussian noise.
 */
export const CONTROLS = ['reshuffle', 'shuffle-once', 'with-replacement', 'frozen', 'quadratic'] as const;

/** One of the words. */
export type Control = (typeof CONTROLS)[number];

/** A section of one kind of many: without a name it is the default kind. */
const named = <T extends z.ZodType>(schema: T, name: string) =>
  z.preprocess(
    (given) =>
      given === undefined ||
      (typeof given === 'object' && given !== null && !Array.isArray(given) && !('name' in given))
        ? { name, ...(given as object | undefined) }
        : given,
    schema,
  );

/** The whole configuration. `resolveExperiment` checks what keys together must be. */
export const experimentSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1),
  precision: z.enum(['float32', 'float64']).default('float32'),
  /** webgpu and cpu compute in float32 only. */
  backend: z.enum(BACK_ENDS).default('tensorflow'),
  data: named(data, 'teacher'),
  model: named(model, 'mlp'),
  loss: z.enum(['half-mean-squared-error', 'binary-cross-entropy', 'cross-entropy']).default('half-mean-squared-error'),
  /** A window that was recorded elsewhere takes the place of training and recording: `epochnoise import`. */
  import: z
    .strictObject({
      /** safetensors, or a folder of them in the order of their names. */
      recording: z.string(),
      /** `pytorch`: the weights are `model.parameters()` in their order, as PyTorch keeps them. */
      layout: z.enum(['epochnoise', 'pytorch']).default('epochnoise'),
      /** Eigenpairs and noise along them, where there is no network to find them with. */
      eigenpairs: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
  train: z
    .strictObject({
      epochs: whole.default(0),
      initialLearningRate: positive.default(0.05),
      /** η of epoch e is initialLearningRate·decayPerEpoch^e. */
      decayPerEpoch: z.number().positive().max(1).default(1),
      /** Of the training alone: that of burn-in and window is `sgd.sampler`. */
      sampler,
      /** Trained elsewhere, in place of the training; null for none. */
      weights: weights.nullable().default(null),
    })
    .prefault({}),
  polish: z
    .strictObject({
      /** `none`: the paper's own procedure, the window follows the training. */
      method: z.enum(['newton-cg', 'none']).default('newton-cg'),
      iterations: count.default(200),
      /** Median drift over the window, in predicted standard deviations, to get below. */
      driftRatio: positive.default(0.1),
    })
    .prefault({}),
  /** Momentum, batch size and weight decay hold in training too; learning rate and sampler from the burn-in on. */
  sgd: z
    .strictObject({
      learningRate: positive.default(0.05),
      momentum: z.number().min(0).lt(1).default(0.9),
      batchSize: count.default(500),
      weightDecay: z.number().nonnegative().default(1e-5),
      sampler,
      /** M is then ⌊N/S⌋, and every epoch leaves out what makes no whole batch. */
      dropLast: z.boolean().default(false),
      /** Of the batches from the burn-in on; null: the run's. Runs that differ in it alone share their minimum. */
      seed: whole.nullable().default(null),
    })
    .prefault({}),
  record: z
    .strictObject({
      burnInEpochs: whole.default(40),
      epochs: count.min(2).default(40),
      /** Every state on disk, or what it takes to run the window again; results are the same. */
      store: z.enum(['auto', 'trajectory', 'replay']).default('auto'),
    })
    .prefault({}),
  spectrum: z
    .strictObject({
      /** null: all d up to 2,000, else the leading 100. */
      eigenpairs: count.nullable().default(null),
      /** Directions from a seeded subset of so many samples; null: from all. */
      samples: count.nullable().default(null),
      /** Residual to reach, in units of the largest eigenvalue. */
      tolerance: positive.max(0.1).default(1e-5),
      /** Of a control: SHA-256 of the spectrum.safetensors of the run it belongs to, whose directions it shares. */
      shared: z
        .string()
        .regex(/^[0-9a-f]{64}$/, { error: 'expected a SHA-256, 64 hexadecimal digits' })
        .nullable()
        .default(null),
    })
    .prefault({}),
  curvature: z
    .strictObject({
      /** States of the window at which the gradient is held against the weights. */
      snapshots: count.min(16).default(100),
      /** Gradients from a seeded subset of so many samples; null: from all where that is affordable. */
      samples: count.min(8).nullable().default(null),
      /** Directions of the finite step; null: up to 60. */
      directions: whole.nullable().default(null),
      /** `second`: of a window that follows, so that a prediction with this curvature does not know the path it is about. */
      window: z.enum(['same', 'second']).default('same'),
    })
    .prefault({}),
  noise: z
    .strictObject({
      method: z.enum(['auto', 'per-sample', 'batches']).default('auto'),
      /** Epochs of batch gradients, where the variance is estimated from batches. */
      epochs: count.min(2).default(10),
    })
    .prefault({}),
  controls: z
    .strictObject({
      /** What else is run from the same minimum: words, one of them alone, or `all`. */
      run: z
        .preprocess(
          (given) => (given === 'all' ? CONTROLS : typeof given === 'string' ? [given] : given),
          z.array(z.enum(CONTROLS)),
        )
        .default([]),
      /** Runs of every control that trains the network, each with batches of its own. */
      seeds: count.default(1),
      /** `own`: Lanczos once more for each; `shared`: the run's directions, with their curvatures at each control's mean. */
      directions: z.enum(['own', 'shared']).default('own'),
    })
    .prefault({}),
  report: z.strictObject({ title: z.string().nullable().default(null) }).prefault({}),
});

/** Of weights that were trained elsewhere. */
export type GivenWeights = z.infer<typeof weights>;

/** A resolved configuration. */
export type Experiment = z.infer<typeof experimentSchema>;
