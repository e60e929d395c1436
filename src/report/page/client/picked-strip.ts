/** What is picked, told where the reader picked it: the panel with all its numbers is far below. */
import { shortNumber } from '../../numbers.ts';
import { withoutSubscripts } from '../../plugins/rich-text.ts';
import type { PageRun } from '../contents.ts';
import { place, step } from './picked-words.ts';
import type { Shown } from './shown.ts';

/** Shows the strip while a direction is picked and the panel is out of sight. */
export function showPicked(shown: Shown, runs: readonly PageRun[]): void {
  const strip = document.querySelector<HTMLElement>('.strip')!;
  const [which, numbers] = ['strong', 'span'].map((part) => strip.querySelector(part)!);
  let panelIsSeen = false;
  const look = () => {
    const { picked } = shown;
    strip.hidden = picked === null || panelIsSeen;
    if (!picked) return;
    const run = runs[picked.run];
    which.textContent = `direction ${picked.direction}${runs.length > 1 ? ` of ${run.label}` : ''}:`;
    numbers.textContent = [place(run, picked.direction), ...inShort(run, picked.direction)].join(', ');
  };
  for (const button of strip.querySelectorAll<HTMLButtonElement>('[data-step]'))
    button.addEventListener('click', () => {
      const by = Number(button.dataset.step);
      if (Number.isNaN(by)) shown.pick(null);
      else step(shown, runs, by);
    });
  const panel = new IntersectionObserver(([{ isIntersecting }]) => {
    panelIsSeen = isIntersecting;
    look();
  });
  panel.observe(document.querySelector('.direction .pick')!);
  shown.onChange((change) => change === 'picked' && look());
}

/** Quantities that are brief; a ratio is a factor before what it is over: `1.56 × epoch theory`. */
function inShort({ quantities }: PageRun, direction: number): string[] {
  return quantities
    .filter(({ brief, values }) => brief && Number.isFinite(values[direction]))
    .map(({ label, values }) => {
      const [over] = label.match(/(?<= \/ ).*/) ?? [];
      const number = shortNumber(values[direction]);
      return over === undefined ? `${withoutSubscripts(label)} ${number}` : `${number} × ${over}`;
    });
}
