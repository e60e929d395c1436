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

// Places are (row, column, where in memory, channel); the first three are added to each other. Row and column serve to see
// what lies in the padding.

/** A pixel of the output, as the place in the input where its patch begins. */
const pixel = (at: string) => /* wgsl */ `
  let across = ${at} % uniforms.outWidth * uniforms.strideWidth - uniforms.left;
  let down = (${at} / uniforms.outWidth) % uniforms.outHeight * uniforms.strideHeight - uniforms.top;
  let image = ${at} / (uniforms.outWidth * uniforms.outHeight);
  return vec4<i32>(down, across,
    ((image * uniforms.height + down) * uniforms.width + across) * uniforms.channels, 0);`;

const NEXT_PIXEL = /* wgsl */ `
  p.y += uniforms.strideWidth;
  p.z += uniforms.strideWidth * uniforms.channels;
  if (p.y == uniforms.outWidth * uniforms.strideWidth - uniforms.left) {
    p.y = -uniforms.left;
    p.x += uniforms.strideHeight;
    p.z += (uniforms.strideHeight * uniforms.width - uniforms.outWidth * uniforms.strideWidth) * uniforms.channels;
    if (p.x == uniforms.outHeight * uniforms.strideHeight - uniforms.top) {
      p.x = -uniforms.top;
      p.z += (uniforms.height - uniforms.outHeight * uniforms.strideHeight) * uniforms.width * uniforms.channels;
    }
  }`;

/** An entry of the filter for one output channel, as the way from the beginning of a patch. */
const entry = (at: string) => /* wgsl */ `
  let channel = ${at} % uniforms.channels;
  let across = (${at} / uniforms.channels) % uniforms.filterWidth;
  let down = ${at} / (uniforms.channels * uniforms.filterWidth);
  return vec4<i32>(down, across, (down * uniforms.width + across) * uniforms.channels + channel, channel);`;

const NEXT_ENTRY = /* wgsl */ `
  p.w += 1;
  p.z += 1;
  if (p.w == uniforms.channels) {
    p.w = 0;
    p.y += 1;
    if (p.y == uniforms.filterWidth) {
      p.y = 0;
      p.x += 1;
      p.z += (uniforms.width - uniforms.filterWidth) * uniforms.channels;
    }
  }`;

/** A's number at the sum of two places, zero outside an image. */
const within = (height: string, width: string) => /* wgsl */ `
  let at = outer + inner;
  let inside = u32(at.x) < u32(uniforms.${height}) && u32(at.y) < u32(uniforms.${width});
  return select(0.0, A[select(0, at.z, inside)], inside);`;

/** The input at a pixel's patch and an entry's way. */
const inputOf = (info: Info) => (isPadded(info) ? within('height', 'width') : 'return A[outer.z + inner.z];');
const isPadded = ({ padInfo: { top, bottom, left, right } }: Info) => top + bottom + left + right > 0;

/** B [inner, columns] as it lies in memory. */
const PLAIN_RIGHT = {
  column: 'return vec4<i32>(column);',
  rightInner: 'return vec4<i32>(k * uniforms.columns);',
  rightNext: 'p.x += uniforms.columns;',
  right: 'return B[outer.x + inner.x];',
} satisfies Partial<Factors>;

const pixelsOf = (info: Info) => info.batchSize * info.outHeight * info.outWidth;
const entriesOf = (info: Info) => info.filterHeight * info.filterWidth * info.inChannels;

/** x convolved with a filter. */
export function convolve(backend: KernelBackend, x: tfjs.TensorInfo, filter: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: pixelsOf(info), inner: entriesOf(info), columns: info.outChannels };
  const flat = product(backend, [x, filter], lengths, {
    key: isPadded(info) ? 'Conv2DPadded' : 'Conv2D',
    row: pixel('row'),
    leftInner: entry('k'),
    leftNext: NEXT_ENTRY,
    left: inputOf(info),
    ...PLAIN_RIGHT,
    fields: fieldsOf(info),
  });
  return { ...flat, shape: info.outShape };
}

/** The gradient with respect to the filter; its sums run over all pixels of all images. */
export function filterGradient(backend: KernelBackend, x: tfjs.TensorInfo, dy: tfjs.TensorInfo, info: Info) {
  const lengths = { batch: 1, rows: entriesOf(info), inner: pixelsOf(info), columns: info.outChannels };
  const flat = product(backend, [x, dy], lengths, {
    key: isPadded(info) ? 'FilterGradientPadded' : 'FilterGradient',
    row: entry('row'),
    leftInner: pixel('k'),
    leftNext: NEXT_PIXEL,
    left: inputOf(info),
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
  const isDense = info.strideHeight === 1 && info.strideWidth === 1;
  const flat = product(backend, [dy, filter], lengths, {
    key: isDense ? 'ImageGradient' : 'ImageGradientStrided',
    ...(isDense ? OUTPUT : STRIDED_OUTPUT),
    column: 'return vec4<i32>(column * uniforms.outChannels);',
    rightInner: /* wgsl */ `
      return vec4<i32>(k / uniforms.outChannels * uniforms.channels * uniforms.outChannels, k % uniforms.outChannels, 0, 0);`,
    rightNext: /* wgsl */ `
      p.y += 1;
      if (p.y == uniforms.outChannels) { p.y = 0; p.x += uniforms.channels * uniforms.outChannels; }`,
    right: 'return B[outer.x + inner.x + inner.y];',
    fields: fieldsOf(info),
  });
  return { ...flat, shape: info.inShape };
}

/** The output that an input pixel went to through one entry of the filter. */
const OUTPUT = {
  row: /* wgsl */ `
    let across = row % uniforms.width + uniforms.left;
    let down = (row / uniforms.width) % uniforms.height + uniforms.top;
    let image = row / (uniforms.width * uniforms.height);
    return vec4<i32>(down, across,
      ((image * uniforms.outHeight + down) * uniforms.outWidth + across) * uniforms.outChannels, 0);`,
  leftInner: /* wgsl */ `
    let channel = k % uniforms.outChannels;
    let across = (k / uniforms.outChannels) % uniforms.filterWidth;
    let down = k / (uniforms.outChannels * uniforms.filterWidth);
    return vec4<i32>(-down, -across, channel - (down * uniforms.outWidth + across) * uniforms.outChannels, channel);`,
  leftNext: /* wgsl */ `
    p.w += 1;
    p.z += 1;
    if (p.w == uniforms.outChannels) {
      p.w = 0;
      p.y -= 1;
      p.z -= 2 * uniforms.outChannels;
      if (p.y == -uniforms.filterWidth) {
        p.y = 0;
        p.x -= 1;
        p.z += (uniforms.filterWidth - uniforms.outWidth) * uniforms.outChannels;
      }
    }`,
  left: within('outHeight', 'outWidth'),
} satisfies Partial<Factors>;

/** The same where outputs lie several pixels apart: most pixels went to none through most entries. */
const STRIDED_OUTPUT = {
  row: /* wgsl */ `
    let across = row % uniforms.width + uniforms.left;
    let down = (row / uniforms.width) % uniforms.height + uniforms.top;
    let image = row / (uniforms.width * uniforms.height);
    return vec4<i32>(down, across, image * uniforms.outHeight, 0);`,
  leftInner: /* wgsl */ `
    let across = (k / uniforms.outChannels) % uniforms.filterWidth;
    let down = k / (uniforms.outChannels * uniforms.filterWidth);
    return vec4<i32>(-down, -across, 0, k % uniforms.outChannels);`,
  leftNext: /* wgsl */ `
    p.w += 1;
    if (p.w == uniforms.outChannels) {
      p.w = 0;
      p.y -= 1;
      if (p.y == -uniforms.filterWidth) { p.y = 0; p.x -= 1; }
    }`,
  left: /* wgsl */ `
    let at = outer + inner;
    if (at.x < 0 || at.y < 0) { return 0.0; }
    let down = at.x / uniforms.strideHeight;
    let across = at.y / uniforms.strideWidth;
    if (down * uniforms.strideHeight != at.x || across * uniforms.strideWidth != at.y) { return 0.0; }
    if (down >= uniforms.outHeight || across >= uniforms.outWidth) { return 0.0; }
    return A[((at.z + down) * uniforms.outWidth + across) * uniforms.outChannels + at.w];`,
} satisfies Partial<Factors>;
