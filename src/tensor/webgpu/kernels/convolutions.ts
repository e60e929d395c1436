/**
 * Convolutions of images [batch, height, width, channels] with filters [height, width, in, out], and their gradients: each
 * a product of matrices whose entries are found in the images.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelBackend } from '../library.ts';
import { type Factors, product } from './product.ts';

type Info = ReturnType<typeof tfjs.backend_util.computeConv2DInfo>;

const fieldsOf = (info: Info): Record<string, number> => ({
  height: info.inHeight,
  width: info.inWidth,
  channels: info.inChannels,
  outHeight: info.outHeight,
  outWidth: info.outWidth,
  outChannels: info.outChannels,
  filterHeight: info.filterHeight,
  filterWidth: info.filterWidth,
  strideHeight: info.strideHeight,
  strideWidth: info.strideWidth,
  top: info.padInfo.top,
  left: info.padInfo.left,
});

// Places are (row, column, what comes before in memory, channel), to be added to each other.

/** A pixel of the output, as the place in the input where its patch begins. */
const pixel = (at: string) => /* wgsl */ `
  let across = ${at} % uniforms.outWidth;
  let down = (${at} / uniforms.outWidth) % uniforms.outHeight;
  let image = ${at} / (uniforms.outWidth * uniforms.outHeight);
  return vec4<i32>(down * uniforms.strideHeight - uniforms.top, across * uniforms.strideWidth - uniforms.left,
    image * uniforms.height * uniforms.width, 0);`;

/** An entry of the filter for one output channel, as the way from the beginning of a patch. */
const entry = (at: string) => /* wgsl */ `
  let channel = ${at} % uniforms.channels;
  let place = ${at} / uniforms.channels;
  return vec4<i32>(place / uniforms.filterWidth, place % uniforms.filterWidth, 0, channel);`;

/** The input at a pixel's patch and an entry's way; zero in the padding. */
const INPUT = /* wgsl */ `
  let at = outer + inner;
  if (at.x < 0 || at.x >= uniforms.height || at.y < 0 || at.y >= uniforms.width) { return 0.0; }
  return A[(at.z + at.x * uniforms.width + at.y) * uniforms.channels + at.w];`;

/** B [inner, columns] as it lies in memory. */
const PLAIN_RIGHT = {
  column: 'return vec4<i32>(column);',
  rightInner: 'return vec4<i32>(k * uniforms.columns);',
  right: 'return B[outer.x + inner.x];',
} satisfies Partial<Factors>;

const pixelsOf = (info: Info) => info.batchSize * info.outHeight * info.outWidth;
const entriesOf = (info: Info) => info.filterHeight * info.filterWidth * info.inChannels;

/** x convolved with a filter. */
export function convolve(backend: KernelBackend, x: tfjs.TensorInfo, filter: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: pixelsOf(info), inner: entriesOf(info), columns: info.outChannels };
  const flat = product(backend, [x, filter], lengths, {
    key: 'Conv2D',
    row: pixel('row'),
    leftInner: entry('k'),
    left: INPUT,
    ...PLAIN_RIGHT,
    fields: fieldsOf(info),
  });
  return { ...flat, shape: info.outShape };
}

/** The gradient with respect to the filter; its sums run over all pixels of all images. */
export function filterGradient(backend: KernelBackend, x: tfjs.TensorInfo, dy: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: entriesOf(info), inner: pixelsOf(info), columns: info.outChannels };
  const flat = product(backend, [x, dy], lengths, {
    key: 'FilterGradient',
    row: entry('row'),
    leftInner: pixel('k'),
    left: INPUT,
    ...PLAIN_RIGHT,
    fields: fieldsOf(info),
  });
  return { ...flat, shape: info.filterShape };
}

/** The gradient with respect to the images. */
export function imageGradient(backend: KernelBackend, dy: tfjs.TensorInfo, filter: tfjs.TensorInfo, info: Info) {
  const { batchSize, inHeight, inWidth, inChannels, filterHeight, filterWidth, outChannels } = info;
  const inner = filterHeight * filterWidth * outChannels;
  const lengths = { batch: 1, rows: batchSize * inHeight * inWidth, inner, columns: inChannels };
  const flat = product(backend, [dy, filter], lengths, {
    key: 'ImageGradient',
    row: /* wgsl */ `
      let across = row % uniforms.width;
      let down = (row / uniforms.width) % uniforms.height;
      let image = row / (uniforms.width * uniforms.height);
      return vec4<i32>(down + uniforms.top, across + uniforms.left, image * uniforms.outHeight * uniforms.outWidth, 0);`,
    leftInner: /* wgsl */ `
      let channel = k % uniforms.outChannels;
      let place = k / uniforms.outChannels;
      return vec4<i32>(-(place / uniforms.filterWidth), -(place % uniforms.filterWidth), 0, channel);`,
    left: /* wgsl */ `
      let at = outer + inner;
      if (at.x < 0 || at.y < 0) { return 0.0; }
      let down = at.x / uniforms.strideHeight;
      let across = at.y / uniforms.strideWidth;
      if (down * uniforms.strideHeight != at.x || across * uniforms.strideWidth != at.y) { return 0.0; }
      if (down >= uniforms.outHeight || across >= uniforms.outWidth) { return 0.0; }
      return A[(at.z + down * uniforms.outWidth + across) * uniforms.outChannels + at.w];`,
    column: 'return vec4<i32>(column * uniforms.outChannels);',
    rightInner: /* wgsl */ `
      let place = k / uniforms.outChannels;
      return vec4<i32>(place * uniforms.channels * uniforms.outChannels + k % uniforms.outChannels);`,
    right: 'return B[outer.x + inner.x];',
    fields: fieldsOf(info),
  });
  return { ...flat, shape: info.inShape };
}
