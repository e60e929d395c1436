/**
 * Convolutions of images [batch, height, width, channels] with filters [height, width, in, out], and their gradients: each
 * a product of matrices whose entries are found in the images.
 */
import type * as tfjs from '@tensorflow/tfjs-core';
import type { KernelBackend } from '../library.ts';
import { product } from './product.ts';

type Info = ReturnType<typeof tfjs.backend_util.computeConv2DInfo>;

const FIELDS = [
  ...['height', 'width', 'channels', 'outHeight', 'outWidth', 'outChannels'],
  ...['filterHeight', 'filterWidth', 'strideHeight', 'strideWidth', 'top', 'left'],
];

const valuesOf = (info: Info): number[] => [
  ...[info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth, info.outChannels],
  ...[info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
];

/** The input that an output pixel sees through one entry of the filter, of one channel. */
const patch = (pixel: string, entry: string) => /* wgsl */ `
  let column_ = ${pixel} % uniforms.outWidth;
  let row_ = (${pixel} / uniforms.outWidth) % uniforms.outHeight;
  let image = ${pixel} / (uniforms.outWidth * uniforms.outHeight);
  let channel = ${entry} % uniforms.channels;
  let across = (${entry} / uniforms.channels) % uniforms.filterWidth;
  let down = ${entry} / (uniforms.channels * uniforms.filterWidth);
  let h = row_ * uniforms.strideHeight + down - uniforms.top;
  let w = column_ * uniforms.strideWidth + across - uniforms.left;
  if (h < 0 || h >= uniforms.height || w < 0 || w >= uniforms.width) { return 0.0; }
  return A[((image * uniforms.height + h) * uniforms.width + w) * uniforms.channels + channel];`;

const pixelsOf = (info: Info) => info.batchSize * info.outHeight * info.outWidth;
const entriesOf = (info: Info) => info.filterHeight * info.filterWidth * info.inChannels;

/** x convolved with a filter. */
export function convolve(backend: KernelBackend, x: tfjs.TensorInfo, filter: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: pixelsOf(info), inner: entriesOf(info), columns: info.outChannels };
  const flat = product(backend, [x, filter], lengths, {
    key: 'Conv2D',
    left: patch('row', 'k'),
    right: 'return B[k * uniforms.columns + column];',
    leftAlongInner: true,
    rightAlongInner: false,
    fields: FIELDS,
    values: valuesOf(info),
  });
  return { ...flat, shape: info.outShape };
}

/** The gradient with respect to the filter; its sums run over all pixels of all images. */
export function filterGradient(backend: KernelBackend, x: tfjs.TensorInfo, dy: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: entriesOf(info), inner: pixelsOf(info), columns: info.outChannels };
  const flat = product(backend, [x, dy], lengths, {
    key: 'FilterGradient',
    left: patch('k', 'row'),
    right: 'return B[k * uniforms.columns + column];',
    leftAlongInner: false,
    rightAlongInner: false,
    fields: FIELDS,
    values: valuesOf(info),
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
    left: /* wgsl */ `
      let channel = k % uniforms.outChannels;
      let across = (k / uniforms.outChannels) % uniforms.filterWidth;
      let down = k / (uniforms.outChannels * uniforms.filterWidth);
      let h = (row / uniforms.width) % uniforms.height + uniforms.top - down;
      let w = row % uniforms.width + uniforms.left - across;
      let image = row / (uniforms.width * uniforms.height);
      if (h < 0 || w < 0 || h % uniforms.strideHeight != 0 || w % uniforms.strideWidth != 0) { return 0.0; }
      let row_ = h / uniforms.strideHeight;
      let column_ = w / uniforms.strideWidth;
      if (row_ >= uniforms.outHeight || column_ >= uniforms.outWidth) { return 0.0; }
      return A[((image * uniforms.outHeight + row_) * uniforms.outWidth + column_) * uniforms.outChannels + channel];`,
    right: /* wgsl */ `
      let channel = k % uniforms.outChannels;
      let place = k / uniforms.outChannels;
      return B[(place * uniforms.channels + column) * uniforms.outChannels + channel];`,
    leftAlongInner: true,
    rightAlongInner: false,
    fields: FIELDS,
    values: valuesOf(info),
  });
  return { ...flat, shape: info.inShape };
}
