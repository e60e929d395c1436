/** Paths along all directions, thinned out to what a page can hold, and how long each remembers where it was. */
import { existsSync } from 'node:fs';
import { base64 } from '../../report/page/packing.ts';
import type { PageTraces } from '../../report/page/contents.ts';
import { autocorrelation, spreadLags } from '../../statistics/autocorrelation.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { readPathsAlong } from '../run-files.ts';

/** Numbers of all paths together; a page of five thousand directions is to load within a second (bench/cases/page.mjs). */
const NUMBERS = 600_000;
const FEWEST_POINTS = 100;
const MOST_POINTS = 400;
/** Lags of the autocorrelation, and how far they reach, in epochs and as a part of the window. */
const LAGS = 40;
const LAG_EPOCHS = 4;
const LAG_PART = 1 / 4;
/** Numbers of paths that are in memory at a time. */
const AT_ONCE = 2 ** 23;
const FULL = 32767;

/** @returns null where the run has no directions */
export function readTraces(directory: string, directions: number, batchesPerEpoch: number): PageTraces | null {
  if (directions === 0) return null;
  const [first] = readPathsAlong(directory, RUN_FILES.projections, [0]);
  const length = first.length;
  const points = Math.max(FEWEST_POINTS, Math.min(MOST_POINTS, Math.floor(NUMBERS / directions)));
  const every = Math.max(1, Math.ceil(length / points));
  const updates = Array.from({ length: Math.floor(length / every) }, (_, i) => (i + 1) * every);
  const longest = Math.max(1, Math.min(LAG_EPOCHS * batchesPerEpoch, Math.floor(length * LAG_PART)));
  const lags = spreadLags(longest, LAGS);
  // Of a recording that came without batches, the replay has no updates.
  const hasReplay =
    existsSync(runPath(directory, RUN_FILES.replay)) &&
    readPathsAlong(directory, RUN_FILES.replay, [0])[0].length === length;

  const measured = new Int16Array(directions * updates.length);
  const replayed = new Int16Array(hasReplay ? measured.length : 0);
  const memory = new Int16Array(directions * lags.length);
  const scale = new Float64Array(directions);
  const block = Math.max(1, Math.floor(AT_ONCE / length / 2));
  for (let start = 0; start < directions; start += block) {
    const chosen = Array.from({ length: Math.min(block, directions - start) }, (_, i) => start + i);
    const paths = readPathsAlong(directory, RUN_FILES.projections, chosen);
    const replays = hasReplay ? readPathsAlong(directory, RUN_FILES.replay, chosen) : [];
    chosen.forEach((direction, i) => {
      const thinned = [paths[i], replays[i]].map((path) => (path ? updates.map((update) => path[update - 1]) : []));
      scale[direction] = Math.max(...thinned.flat().map(Math.abs)) || 1;
      thinned.forEach((path, which) => {
        const target = which === 0 ? measured : replayed;
        path.forEach((value, k) => {
          target[direction * updates.length + k] = Math.round((value / scale[direction]) * FULL);
        });
      });
      autocorrelation(paths[i], lags).forEach((value, k) => {
        memory[direction * lags.length + k] = Math.round(Math.max(-1, Math.min(1, value)) * FULL);
      });
    });
  }
  return {
    updates,
    measured: base64(measured),
    replayed: base64(replayed),
    scale: Array.from(scale),
    lags,
    autocorrelation: base64(memory),
  };
}
