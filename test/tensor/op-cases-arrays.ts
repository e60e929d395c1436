/** Ops that combine elements, move them, or make constants. */
import type { Ops } from '../../src/tensor/ops.ts';
import type { Tensor } from '../../src/tensor/types.ts';
import { loose, one, type OpCase } from './op-case.ts';

/** Convolutions: image and filter both differentiated, or the filter alone as in a first layer. */
const convolution = (padding: 'valid' | 'same', stride: number, side: number): OpCase[] => [
  one(
    `${padding}, stride ${stride}, ${side}×${side} image`,
    [
      [2, side, side, 2],
      [3, 3, 2, 2],
    ],
    (ops, [x, filter]) => loose(ops).conv2d(x, filter, stride, padding),
  ),
  one(`${padding}, stride ${stride}, ${side}×${side} image fixed`, [[3, 3, 2, 2]], (ops, [filter], fixed) =>
    loose(ops).conv2d(fixed(2, side, side, 2), filter, stride, padding),
  ),
];

const averagePooling = (padding: 'valid' | 'same', size: number, stride: number, side: number): OpCase =>
  one(`${padding}, window ${size}, stride ${stride}, ${side}×${side}`, [[2, side, side, 2]], (ops, [x]) =>
    loose(ops).avgPool(x, size, stride, padding),
  );

/** Reductions over all axes, one axis, several axes, with and without keeping them. */
const reduction = (name: 'sum' | 'mean'): OpCase[] =>
  ([[undefined], [0], [-1], [1, true], [[0, 2]]] as const).map((axes) =>
    one(`axes ${JSON.stringify(axes)}`, [[2, 3, 2]], (ops, [x]) => loose(ops)[name](x, ...axes)),
  );

/** Constants: their only use is beside something that is differentiated. */
const constant = (name: keyof Ops, make: (ops: Ops, x: Tensor) => Tensor): OpCase[] => [
  one(`${name} beside a square`, [[2, 3]], (ops, [x]) => ops.add(ops.mul(make(ops, x), x), ops.square(x))),
];

export const arrayCases: Readonly<Record<string, readonly OpCase[]>> = {
  matMul: [
    one(
      'plain',
      [
        [3, 2],
        [2, 4],
      ],
      (ops, [a, b]) => loose(ops).matMul(a, b),
    ),
    one(
      'left transposed',
      [
        [2, 3],
        [2, 4],
      ],
      (ops, [a, b]) => loose(ops).matMul(a, b, true),
    ),
    one(
      'right transposed',
      [
        [3, 2],
        [4, 2],
      ],
      (ops, [a, b]) => loose(ops).matMul(a, b, false, true),
    ),
    one(
      'both transposed',
      [
        [2, 3],
        [4, 2],
      ],
      (ops, [a, b]) => loose(ops).matMul(a, b, true, true),
    ),
    one(
      'batches',
      [
        [2, 2, 3],
        [2, 3, 2],
      ],
      (ops, [a, b]) => loose(ops).matMul(a, b),
    ),
    one('data times weights', [[3, 4]], (ops, [b], fixed) => loose(ops).matMul(fixed(2, 3), b)),
  ],
  conv2d: [
    ...convolution('valid', 1, 5),
    ...convolution('same', 1, 4),
    ...convolution('valid', 2, 5),
    ...convolution('valid', 2, 6),
    ...convolution('same', 2, 5),
    ...convolution('same', 2, 6),
    ...(['valid', 'same'] as const).map((padding) =>
      one(
        `1×1 filter, ${padding}, stride 2, 5×4 image`,
        [
          [2, 5, 4, 2],
          [1, 1, 2, 3],
        ],
        (ops, [x, filter]) => loose(ops).conv2d(x, filter, 2, padding),
      ),
    ),
    one(
      '5×5 filter, same',
      [
        [1, 5, 5, 1],
        [5, 5, 1, 2],
      ],
      (ops, [x, filter]) => loose(ops).conv2d(x, filter, 1, 'same'),
    ),
    one(
      'one image without a batch',
      [
        [4, 4, 2],
        [3, 3, 2, 1],
      ],
      (ops, [x, filter]) => loose(ops).conv2d(x, filter, 1, 'valid'),
    ),
  ],
  avgPool: [
    averagePooling('valid', 2, 2, 4),
    averagePooling('valid', 2, 2, 5),
    averagePooling('same', 2, 2, 5),
    averagePooling('same', 3, 2, 4),
    averagePooling('valid', 3, 1, 4),
    // Every second place, as the shortcuts of residual networks have it.
    averagePooling('valid', 1, 2, 4),
    averagePooling('valid', 1, 2, 5),
  ],
  sum: reduction('sum'),
  mean: reduction('mean'),
  logSoftmax: [
    one('rows', [[3, 4]], (ops, [x]) => ops.logSoftmax(x)),
    one('last axis of three', [[2, 2, 3]], (ops, [x]) => ops.logSoftmax(x)),
    // The cross-entropy itself: linear behind the op, so that all curvature comes from the op.
    one('cross-entropy', [[3, 4]], (ops, [x], fixed) => ops.neg(ops.sum(ops.mul(fixed(3, 4), ops.logSoftmax(x)), -1))),
  ],
  reshape: [one('flattened', [[2, 3, 2]], (ops, [x]) => ops.reshape(x, [-1, 6]))],
  transpose: [
    one('matrix', [[2, 3]], (ops, [x]) => ops.transpose(x)),
    one('three axes', [[2, 3, 2]], (ops, [x]) => ops.transpose(x, [2, 0, 1])),
  ],
  slice: [
    one('vector', [[6]], (ops, [x]) => ops.slice(x, [1], [4])),
    one('matrix', [[3, 4]], (ops, [x]) => ops.slice(x, [1, 0], [2, 3])),
    one('three axes', [[2, 3, 2]], (ops, [x]) => ops.slice(x, [0, 1, 1], [2, 2, 1])),
    one('images', [[2, 3, 3, 2]], (ops, [x]) => ops.slice(x, [0, 0, 1, 0], [2, 2, 2, 2])),
  ],
  split: [
    one('sizes', [[7]], (ops, [x]) => ops.split(x, [4, 1, 2])),
    one('a single part', [[6]], (ops, [x]) => ops.split(x, [6])),
    one('equal parts of an axis', [[2, 4, 2]], (ops, [x]) => ops.split(x, 2, 1)),
  ],
  concat: [
    one(
      'rows',
      [
        [1, 3],
        [2, 3],
      ],
      (ops, parts) => ops.concat(parts, 0),
    ),
    one(
      'columns',
      [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
      (ops, parts) => ops.concat(parts, 1),
    ),
    one('a single part', [[2, 3]], (ops, parts) => ops.concat(parts, 0)),
    one(
      'last axis of three',
      [
        [2, 2, 1],
        [2, 2, 2],
      ],
      (ops, parts) => ops.concat(parts, -1),
    ),
  ],
  pad: [
    one('vector', [[4]], (ops, [x]) => ops.pad(x, [[1, 2]])),
    one('matrix, with ones', [[2, 3]], (ops, [x]) =>
      ops.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        1,
      ),
    ),
    one('images', [[2, 2, 3, 1]], (ops, [x]) =>
      ops.pad(x, [
        [0, 0],
        [1, 1],
        [2, 0],
        [0, 0],
      ]),
    ),
  ],
  expandDims: [one('middle axis', [[2, 3]], (ops, [x]) => ops.expandDims(x, 1))],
  squeeze: [one('middle axis', [[2, 1, 3]], (ops, [x]) => ops.squeeze(x, [1]))],
  gather: [
    one('rows, one of them twice', [[4, 2]], (ops, [x]) => loose(ops).gather(x, Int32Array.of(2, 0, 2))),
    one('columns', [[2, 4]], (ops, [x]) => loose(ops).gather(x, Int32Array.of(3, 1, 3), 1)),
  ],
  scalar: constant('scalar', (ops) => ops.scalar(0.75)),
  tensor: constant('tensor', (ops) => ops.tensor(Float32Array.of(0.5, -1, 2, 0.25, 3, -2), [2, 3])),
  ones: constant('ones', (ops) => ops.ones([2, 3])),
  zeros: constant('zeros', (ops) => ops.zeros([2, 3])),
  onesLike: constant('onesLike', (ops, x) => ops.onesLike(x)),
  zerosLike: constant('zerosLike', (ops, x) => ops.zerosLike(x)),
  maxPool: [
    one('window 2, even sides', [[2, 4, 4, 2]], (ops, [x]) => ops.maxPool(x, 2)),
    one('window 2, odd sides', [[1, 5, 3, 2]], (ops, [x]) => ops.maxPool(x, 2)),
    one('window 3', [[1, 6, 3, 2]], (ops, [x]) => ops.maxPool(x, 3)),
  ],
};
