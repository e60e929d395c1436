/** What a case of the table of ops is. */
import type { Ops } from '../../src/tensor/ops.ts';
import type { Tensor } from '../../src/tensor/types.ts';

export interface OpCase {
  /** What is particular about this call. */
  readonly form: string;
  /** Shapes of the operands that are differentiated. */
  readonly operands: readonly (readonly number[])[];
  /** The call. `fixed` gives a tensor of data, which is not differentiated. */
  apply(ops: Ops, operands: Tensor[], fixed: (...shape: number[]) => Tensor): Tensor | Tensor[];
  /** Operand values lie evenly between these, shuffled: all distinct, none zero, so that no kink is near. */
  readonly range: readonly [number, number];
}

type Apply = OpCase['apply'];
// Ops of fixed rank are typed so in tfjs; the table hands them plain tensors.
type Loose = Record<keyof Ops, (...parameters: unknown[]) => Tensor>;
export const loose = (ops: Ops) => ops as unknown as Loose;

export const BOTH_SIGNS = [-1.5, 1.5] as const;
export const POSITIVE = [0.4, 2.5] as const;

export const one = (
  form: string,
  operands: OpCase['operands'],
  apply: Apply,
  range: OpCase['range'] = BOTH_SIGNS,
): OpCase => ({
  form,
  operands,
  apply,
  range,
});
