/** Which direction it is, in words, and its neighbours. */
import { shortNumber } from '../../numbers.ts';
import type { PageRun } from '../contents.ts';
import type { Shown } from './shown.ts';

/** Where a direction is among all: `λ = 0.0034 = 0.023 λ×, suppressed`. */
export function place(run: PageRun, direction: number): string {
  return `${curvature(run, direction)}, ${run.regime[direction]}`;
}

/** Its eigenvalue, in units of the crossover too where that is known. */
export function curvature({ quantities: [eigenvalue], crossoverEigenvalue }: PageRun, direction: number): string {
  const lambda = eigenvalue.values[direction];
  const inCrossovers = crossoverEigenvalue > 0 ? ` = ${shortNumber(lambda / crossoverEigenvalue)} λ×` : '';
  return `λ = ${shortNumber(lambda, 4)}${inCrossovers}`;
}

/** Picks the next direction of the run, the last where there is none. @param by −1: stiffer, 1: flatter */
export function step(shown: Shown, runs: readonly PageRun[], by: number, run = shown.picked?.run ?? 0): void {
  pick(shown, runs, run, shown.picked ? shown.picked.direction + by : 0);
}

/** Picks a direction of a run, or the nearest to it that there is. */
export function pick(shown: Shown, runs: readonly PageRun[], run: number, direction: number): void {
  const last = runs[run].directions - 1;
  if (Number.isFinite(direction) && last >= 0)
    shown.pick({ run, direction: Math.min(Math.max(0, Math.round(direction)), last) });
}
