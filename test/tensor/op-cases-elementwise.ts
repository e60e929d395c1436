/** Ops that act on each element. */
import type { Ops } from '../../src/tensor/ops.ts';
import { BOTH_SIGNS, loose, one, type OpCase, POSITIVE } from './op-case.ts';

/** Elementwise ops of one operand. */
const unary = (name: keyof Ops, range: OpCase['range'] = BOTH_SIGNS): OpCase[] => [
  one('elementwise', [[2, 4]], (ops, [x]) => loose(ops)[name](x), range),
];

/** Elementwise ops of two operands, with and without broadcasting, and with one of them fixed. */
const binary = (name: keyof Ops, range: OpCase['range'] = BOTH_SIGNS): OpCase[] => [
  one(
    'same shapes',
    [
      [2, 3],
      [2, 3],
    ],
    (ops, [a, b]) => loose(ops)[name](a, b),
    range,
  ),
  one('right operand broadcast', [[2, 3, 2], [2]], (ops, [a, b]) => loose(ops)[name](a, b), range),
  one(
    'left operand broadcast',
    [
      [1, 3],
      [4, 1],
    ],
    (ops, [a, b]) => loose(ops)[name](a, b),
    range,
  ),
  one('left operand fixed', [[2, 3]], (ops, [b], fixed) => loose(ops)[name](fixed(2, 3), b), range),
  one('right operand fixed', [[2, 3]], (ops, [a], fixed) => loose(ops)[name](a, fixed(3)), range),
];

export const elementwiseCases: Readonly<Record<string, readonly OpCase[]>> = {
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div', POSITIVE),
  neg: unary('neg'),
  square: unary('square'),
  sqrt: unary('sqrt', POSITIVE),
  exp: unary('exp'),
  log: unary('log', POSITIVE),
  log1p: unary('log1p', [-0.5, 1.5]),
  pow: [
    ...binary('pow', POSITIVE),
    one('fixed exponent, negative base', [[2, 3]], (ops, [x]) => ops.pow(x, ops.scalar(3))),
    one('square written as a power', [[2, 3]], (ops, [x]) => ops.pow(x, 2)),
  ],
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  softplus: unary('softplus'),
  relu: unary('relu'),
  sin: unary('sin'),
  cos: unary('cos'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
};
