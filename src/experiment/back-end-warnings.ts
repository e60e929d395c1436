/** Reasons to doubt that lie in what a run was computed on. */
import type { SummaryWarning } from '../report/summary.ts';
import type { BackEnds, UsedBackEnd } from './context.ts';
import { backEndsInWords, each, inAList } from './used-back-ends.ts';

/** @param backEnds of the stages that count */
export function backEndWarnings(backEnds: BackEnds): SummaryWarning[] {
  const all = each(Object.values(backEnds).flat());
  const used = new Set(all.map(({ name }) => name));
  const list: SummaryWarning[] = [];
  const warn = (code: string, text: string) => list.push({ code, text });
  if (used.has('cpu')) warn('cpu-backend', 'Computed by plain JavaScript, in float32.');
  if (used.has('webgpu'))
    warn(
      'webgpu-backend',
      `Computed ${inAList(all.filter(({ name }) => name === 'webgpu').map(onDevice))}, in float32, sums over samples and projections too.`,
    );
  if (used.size > 1) warn('several-back-ends', `Computed on several back ends: ${backEndsInWords(backEnds)}.`);
  return list;
}

/** A device of back end webgpu, by what this calls itself: `tfjs 4.22.0 on NVIDIA H100, 550.54`. */
function onDevice({ version }: UsedBackEnd): string {
  const [, device, isSoftware] = / on (.+?)(, in software)?$/.exec(version ?? '') ?? [];
  if (device === undefined) return 'on a graphics device';
  return isSoftware ? `in software, on no graphics device (${device})` : `on a graphics device (${device})`;
}

/** What one more stage adds to the warnings of those before it: others, and others of the same code. */
export function addedBackEndWarnings(before: BackEnds, after: BackEnds): SummaryWarning[] {
  const known = new Set(backEndWarnings(before).map(({ text }) => text));
  return backEndWarnings(after).filter(({ text }) => !known.has(text));
}
