/**
 * The rules of simplify.ts. Each replaces a step over large arrays by a cheaper one; results change by rounding only, and
 * not at all where ones, zeros and twos are moved.
 */
import type { Rule } from './rewriting.ts';
import { bias } from './rules/bias.ts';
import { fixedFactors, twos } from './rules/factors.ts';
import { idleCast, idleRepeat, idleReshape, unitFactor, zeroSummand } from './rules/idle.ts';
import { joinedConvolutions, meanToWindow } from './rules/images.ts';
import { matrixProduct, sumOverRows } from './rules/products.ts';

/** Rules for nodes of every type. */
export const RULES_FOR_ALL: readonly Rule[] = [idleCast, idleReshape];
/** Rules for nodes of real numbers; the first that applies counts. */
export const RULES: readonly Rule[] = [
  ...RULES_FOR_ALL,
  zeroSummand,
  unitFactor,
  joinedConvolutions,
  bias,
  idleRepeat,
  twos,
  fixedFactors,
  sumOverRows,
  matrixProduct,
  meanToWindow,
];
