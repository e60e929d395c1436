/** Reasons to doubt that lie in what a run was computed on. */
import type { SummaryWarning } from '../report/summary.ts';
import type { BackEnds } from './context.ts';
import { backEndsInWords } from './used-back-ends.ts';

/** @param backEnds of the stages that count */
export function backEndWarnings(backEnds: BackEnds): SummaryWarning[] {
  const used = new Set(Object.values(backEnds).flatMap((used) => used.map(({ name }) => name)));
  const list: SummaryWarning[] = [];
  const warn = (code: string, text: string) => list.push({ code, text });
  if (used.has('cpu')) warn('cpu-backend', 'Computed by plain JavaScript, in float32.');
  if (used.has('webgpu'))
    warn('webgpu-backend', 'Computed on a graphics device, in float32, sums over samples and projections too.');
  if (used.size > 1) warn('several-back-ends', `Computed on several back ends: ${backEndsInWords(backEnds)}.`);
  return list;
}

/** What one more stage adds to the warnings of those before it: others, and others of the same code. */
export function addedBackEndWarnings(before: BackEnds, after: BackEnds): SummaryWarning[] {
  const known = new Set(backEndWarnings(before).map(({ text }) => text));
  return backEndWarnings(after).filter(({ text }) => !known.has(text));
}
