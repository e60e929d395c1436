/** Pooling with second derivatives, written in ops that have them. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../errors.ts';

type Tfjs = typeof tfjs;

/**
 * Average pooling with tfjs's parameters. Padding `same` is written out, a mean over the elements that lie inside: the
 * gradient of tfjs's own on the `cpu` back end divides by the whole window, at the edges too.
 */
export function averagePool(tf: Tfjs, ...[x, size, strides, pad]: Parameters<Tfjs['avgPool']>): tfjs.Tensor {
  if (pad !== 'valid' && pad !== 'same')
    throw new ConfigurationError(`avgPool was given padding ${JSON.stringify(pad)}, expected 'valid' or 'same'`);
  const images = x as tfjs.Tensor4D;
  if (pad === 'valid') return tf.avgPool(images, size, strides, 'valid');
  const { padInfo } = tf.backend_util.computePool2DInfo(images.shape, size, strides, 1, 'same');
  const { top, bottom, left, right } = padInfo;
  if (top + bottom + left + right === 0) return tf.avgPool(images, size, strides, 'valid');
  const padded = (values: tfjs.Tensor4D) =>
    tf.avgPool(
      tf.pad(values, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]),
      size,
      strides,
      'valid',
    );
  const [, height, width] = images.shape;
  return tf.div(padded(images), padded(tf.ones([1, height, width, 1])));
}

/**
 * Largest entries of windows side × side that do not overlap; what is left at the edges is left out.
 *
 * @param x [batch, height, width, channels]
 * @throws ConfigurationError for other ranks, and windows that do not fit
 */
export function maxPool(tf: Tfjs, x: tfjs.Tensor, size: number): tfjs.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (x.rank !== 4 || !Number.isInteger(size) || size < 1 || size > Math.min(height, width))
    throw new ConfigurationError(
      `maxPool was given a window of side ${size} and a tensor [${x.shape.join(', ')}]; expected [batch, height, width, channels] and a window that fits`,
    );
  if (size === 1) return x;
  const rows = Math.floor(height / size);
  const columns = Math.floor(width / size);
  const whole =
    rows * size === height && columns * size === width
      ? x
      : tf.slice(x, [0, 0, 0, 0], [batch, rows * size, columns * size, channels]);
  // A window's rows, then its columns: each is one axis of a rank-3 view, the rank for which slices have gradients.
  const overRows = largestAlongMiddle(tf, whole, batch * rows, size, columns * size * channels);
  const overColumns = largestAlongMiddle(tf, overRows, batch * rows * columns, size, channels);
  return tf.reshape(overColumns, [batch, rows, columns, channels]);
}

function largestAlongMiddle(tf: Tfjs, x: tfjs.Tensor, outer: number, size: number, inner: number): tfjs.Tensor {
  const parts = tf.split(tf.reshape(x, [outer, size, inner]), size, 1);
  return parts.reduce((largest, part) => tf.maximum(largest, part));
}
