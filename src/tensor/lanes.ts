/**
 * Lanes: parts of one computation that do not depend on each other, side by side in one graph. Every native op runs on one
 * thread, and the graph's executor gives each thread a lane: far better than threads that share every op, which are too
 * short for that. `npm run bench` measures what comes of it.
 */
import type { Ops } from './ops.ts';
import { type Tensor } from './types.ts';

/** How the lanes' outputs become one: by their sum, or row after row. */
export type Join = 'sum' | 'rows';

/** More than one lane a thread, so that none waits long for the last. */
const LANES_PER_THREAD = 2;

/**
 * The most lanes that pay: one for a single thread, and one on a device, whose own threads share every op, and which has the
 * less to do in each the more of them there are.
 */
export const mostLanes = ({ threads, isDevice }: { readonly threads: number; readonly isDevice: boolean }): number =>
  isDevice || threads === 1 ? 1 : LANES_PER_THREAD * threads;

/** First rows and lengths of parts as equal as can be; never more parts than rows. */
export function partsOf(rows: number, parts: number): { readonly first: number; readonly count: number }[] {
  const most = Math.max(1, Math.min(parts, rows));
  return Array.from({ length: most }, (_, part) => {
    const first = Math.floor((part * rows) / most);
    return { first, count: Math.floor(((part + 1) * rows) / most) - first };
  });
}

/**
 * What a function of tensors with samples along their first axis gives, computed part by part.
 *
 * @param rows tensors [n, ...], all of them cut alike
 * @param join for each output of the function, how the parts' become the whole's
 */
export function inLanes(
  ops: Ops,
  lanes: number,
  rows: readonly Tensor[],
  fn: (...rows: Tensor[]) => Tensor[],
  join: readonly Join[],
): Tensor[] {
  const sizes = partsOf(rows[0].shape[0], lanes).map(({ count }) => count);
  if (sizes.length === 1) return fn(...rows);
  const cut = rows.map((tensor) => ops.split(tensor, sizes));
  const results = sizes.map((_, lane) => fn(...cut.map((parts) => parts[lane])));
  return join.map((how, output) => {
    const parts = results.map((result) => result[output]);
    return how === 'sum' ? parts.reduce((sum, part) => ops.add(sum, part)) : ops.concat(parts as never);
  });
}
