/**
 * Residuals of eigenpairs, recomputed from products: fresh ones where they cost little; of many large vectors a sample by
 * fresh products, and all others from the products that made the space, of which every component along the space was kept.
 */
import { AT_THE_END } from '../store/checkpoint.ts';
import type { FoundPairs, FoundStore } from './found-pairs.ts';
import type { SymmetricOperator } from './operator.ts';
import { type FreshResiduals, freshResiduals, nothingKnown } from './residuals.ts';

/** Operators up to this size, and up to so many pairs: fresh products of all. */
const CHEAP_SIZE = 5000;
const FEW_PAIRS = 64;
/** Pairs of others that get a fresh product. */
const SAMPLE = 32;
/** A fresh residual may be larger than the recorded one by this part of the tolerance; else nothing recorded is believed. */
const BELIEVED = 0.5;

/** Residuals and Rayleigh quotients of the k leading pairs, and the lowest as the last [k+1]. */
export interface Certified extends FreshResiduals {
  /** Pairs with a fresh product of their own. */
  readonly fresh: number;
  /** Largest |fresh − recorded| residual of those, in units of the largest |λ|; null where none was recorded. */
  readonly disagreement: number | null;
}

/** Pairs of k+1, the lowest the last, that get fresh products: evenly over the ranks, first and last included. */
export function pairsToCheck(count: number, size: number): number[] {
  if (size < CHEAP_SIZE || count <= FEW_PAIRS) return [...Array(count).keys()];
  const ranks = Array.from({ length: SAMPLE }, (_, i) => Math.round((i * (count - 2)) / (SAMPLE - 1)));
  return [...ranks, count - 1];
}

/**
 * @param largest |λ|
 * @param store where results so far are kept, with the pairs
 * @param tell awaited after every product
 */
export async function certify(
  operator: SymmetricOperator,
  found: FoundPairs,
  { tolerance, largest }: { readonly tolerance: number; readonly largest: number },
  tell: (done: number, total: number) => Promise<void>,
  store: FoundStore | null = null,
  known: FreshResiduals = nothingKnown(found.values.length),
): Promise<Certified> {
  const { vectors, values, recorded } = found;
  const count = values.length;
  const sample = pairsToCheck(count, operator.size);
  const put = (rows: readonly number[]) =>
    freshResiduals(operator, vectors, {
      eigenvalues: values,
      rows,
      known,
      async afterEach(done, total, soFar) {
        if (store?.isDue(done < total ? 1 : AT_THE_END)) store.save(soFar);
        await tell(done, total);
      },
    });
  const wasRecorded = !recorded.residuals.some(Number.isNaN);
  await put(wasRecorded ? sample : [...values.keys()]);
  const excess = sample.map((pair) => (known.residuals[pair] - recorded.residuals[pair]) / largest);
  if (wasRecorded && Math.max(...excess) > BELIEVED * tolerance) await put([...values.keys()]);
  const isFresh = (pair: number) => !Number.isNaN(known.residuals[pair]);
  return {
    residuals: known.residuals.map((value, pair) => (isFresh(pair) ? value : recorded.residuals[pair])),
    rayleighQuotients: known.rayleighQuotients.map((value, pair) =>
      isFresh(pair) ? value : recorded.rayleighQuotients[pair],
    ),
    fresh: known.residuals.filter((value) => !Number.isNaN(value)).length,
    disagreement: wasRecorded ? excess.reduce((most, value) => Math.max(most, Math.abs(value)), 0) : null,
  };
}
