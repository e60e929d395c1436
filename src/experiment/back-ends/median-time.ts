/** How long a piece of work takes. */
import { median } from '../../statistics/median.ts';

const MOST_PRODUCTS = 5;
const BUDGET_MS = 2000;

/** Median time of some work that is repeated, once at least and until a time is over. */
export async function medianMilliseconds(
  work: () => Promise<unknown>,
  { most = MOST_PRODUCTS, budget = BUDGET_MS } = {},
): Promise<number> {
  const times: number[] = [];
  const begun = performance.now();
  while (times.length === 0 || (times.length < most && performance.now() - begun < budget)) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}
