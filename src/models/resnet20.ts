/**
 * ResNet-20 for small images (He et al. 2015, arXiv 1512.03385, section 4.2): a 3×3 convolution, three stages of three
 * blocks of two 3×3 convolutions, and a dense layer on the mean over the places. The second and the third stage halve
 * height and width and double the channels. Shortcuts have no parameters (option A there): every second row and column,
 * and channels of zeros. At width 16 it has 269,722 parameters for 3 channels and 10 classes.
 */
import { ConfigurationError } from '../errors.ts';
import type { Ops } from '../tensor/ops.ts';
import type { Shape, Tensor } from '../tensor/types.ts';
import { withBatchNorm } from './batch-norm.ts';
import { activate, type Activation, dense, type Model } from './model.ts';
import { batchNorm, bias, groupNorm, type Normaliser } from './normalisation.ts';

/** What differs between the ResNet-20s that can be analysed. */
export interface Resnet20Options {
  /** Channels of the first stage; the second has twice, the third four times as many. */
  readonly width: number;
  readonly activation: Activation;
  /** What follows a convolution. `none`: a bias, and branches that are divided by the root of their number. */
  readonly normalisation: 'group' | 'frozen-batch' | 'none';
  /** Of group normalisation, in every layer; null: half the width, or the largest divisor below that. */
  readonly groups: number | null;
}

const BLOCKS = 9;
/** Blocks that halve height and width. */
const HALVING: readonly number[] = [3, 6];
/** The last stage has a quarter of the places a side. */
const SMALLEST_SIDE = 8;
/**
 * Without normalisation every branch is divided by √9, so that activations and gradients stay of order one however many
 * blocks there are (Hayou et al. 2021, "Stable ResNet", arXiv 2010.12859). Unlike initialisations that start with branches
 * of zero (Fixup, SkipInit) it adds no parameters, and all weights take part from the first update on.
 */
const BRANCH_DIVISOR = Math.sqrt(BLOCKS);

/** A convolution by its stride and the channels that it gives. */
interface Convolution {
  readonly name: string;
  readonly channels: number;
  readonly stride: number;
}

/** @throws ConfigurationError for inputs that are no images or too small, and groups that do not divide the width */
export function resnet20(inputShape: Shape, outputs: number, options: Resnet20Options): Model {
  if (inputShape.length !== 3 || inputShape[0] < SMALLEST_SIDE || inputShape[1] < SMALLEST_SIDE)
    throw new ConfigurationError(
      `model resnet20 was given inputs of shape [${inputShape.join(', ')}]; expected [height, width, channels] of at least ${SMALLEST_SIDE}×${SMALLEST_SIDE}`,
    );
  const convolutions = convolutionsOf(options.width);
  const normaliser = normaliserOf(options);
  const parts = {
    name: 'resnet20',
    shapes: shapesOf(convolutions, inputShape[2], outputs, normaliser),
    // Group normalisation makes an array of its own of every convolution's outputs.
    unitsPerSample: unitsOf(convolutions, inputShape) * (options.normalisation === 'group' ? 2 : 1) + outputs,
  };
  const forwardWith =
    (of: Normaliser): Model['forward'] =>
    (ops, parameters, x) => {
      const left = [...parameters];
      let layer = 0;
      const bend = (h: Tensor) => activate(ops, options.activation, h);
      const convolve = (h: Tensor, around?: Tensor) => {
        const { stride } = convolutions[layer];
        const [kernel, ...own] = left.splice(0, 1 + of.parameters.length);
        const { scaled, offset } = of.apply(ops, (by) => convolution(ops, h, by, stride), kernel, own, layer++);
        // The offset last: TensorFlow 2.15 gives up rewriting graphs that have relu(convolution + bias + what goes around).
        return ops.add(around ? ops.add(scaled, around) : scaled, offset);
      };
      let h = bend(convolve(x));
      for (let block = 0; block < BLOCKS; block++) {
        const around = shortcut(ops, h, convolutions[layer]);
        h = bend(convolve(bend(convolve(h)), around));
      }
      const [samples, height, width, channels] = h.shape as [number, number, number, number];
      const mean = ops.mean(ops.reshape(h, [samples, height * width, channels]), 1);
      return dense(ops, mean, left[0], left[1]);
    };
  if (options.normalisation !== 'frozen-batch') return { ...parts, forward: forwardWith(normaliser) };
  return withBatchNorm(
    parts,
    convolutions.map(({ channels }) => channels),
    forwardWith,
  );
}

/** In the order in which they are used, the two of a block one after the other. */
function convolutionsOf(width: number): Convolution[] {
  const convolutions = [{ name: 'conv1', channels: width, stride: 1 }];
  let channels = width;
  for (let block = 0; block < BLOCKS; block++) {
    const stride = HALVING.includes(block) ? 2 : 1;
    channels *= stride;
    convolutions.push(
      { name: `block${block + 1}/conv1`, channels, stride },
      { name: `block${block + 1}/conv2`, channels, stride: 1 },
    );
  }
  return convolutions;
}

function normaliserOf({ normalisation, width, groups }: Resnet20Options): Normaliser {
  if (normalisation === 'frozen-batch') return batchNorm();
  // Every second convolution after the first ends a branch.
  if (normalisation === 'none') return bias((layer) => (layer > 0 && layer % 2 === 0 ? BRANCH_DIVISOR : 1));
  const divisors = Array.from({ length: width }, (_, i) => i + 1).filter((number) => width % number === 0);
  if (groups !== null && !divisors.includes(groups))
    throw new ConfigurationError(
      `model.groups is ${groups}, which does not divide the ${width} channels of model.width; expected ${divisors.join(', ')}`,
    );
  return groupNorm(groups ?? divisors[Math.max(0, divisors.length - 2)]);
}

function shapesOf(convolutions: readonly Convolution[], inputs: number, outputs: number, { parameters }: Normaliser) {
  const shapes: Model['shapes'][number][] = [];
  let before = inputs;
  for (const { name, channels } of convolutions) {
    shapes.push({ name: `${name}/kernel`, shape: [3, 3, before, channels] });
    for (const own of parameters) shapes.push({ name: `${name}/${own.name}`, shape: [channels], initial: own.initial });
    before = channels;
  }
  shapes.push({ name: 'dense1/weight', shape: [before, outputs] }, { name: 'dense1/bias', shape: [outputs] });
  return shapes;
}

/** Outputs of all convolutions for one image. */
function unitsOf(convolutions: readonly Convolution[], [height, width]: Shape): number {
  let units = 0;
  let divisor = 1;
  for (const { channels, stride } of convolutions) {
    divisor *= stride;
    units += Math.ceil(height / divisor) * Math.ceil(width / divisor) * channels;
  }
  return units;
}

/**
 * A 3×3 convolution with a row and a column of zeros all around. Where the stride is 2 and the side is even, `same` would
 * put them at the far edges only, and the kernels' centres beside the places that the shortcut takes.
 */
function convolution(ops: Ops, x: Tensor, kernel: Tensor, stride: number): Tensor {
  if (stride === 1) return ops.conv2d(x as never, kernel as never, 1, 'same');
  const [, height, width] = x.shape;
  const padded = ops.pad(x, [
    [0, 0],
    [1, height % 2],
    [1, width! % 2],
    [0, 0],
  ]);
  return ops.conv2d(padded as never, kernel as never, stride, 'valid');
}

/** x, or every second row and column of it, with as many channels of zeros before and after as are missing. */
function shortcut(ops: Ops, x: Tensor, { channels, stride }: Convolution): Tensor {
  if (stride === 1) return x;
  const missing = channels - x.shape[3]!;
  const before = Math.floor(missing / 2);
  // A mean over windows of one place.
  return ops.pad(ops.avgPool(x as never, 1, stride, 'valid') as Tensor, [
    [0, 0],
    [0, 0],
    [0, 0],
    [before, missing - before],
  ]);
}
