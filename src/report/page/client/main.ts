/** The script of a page: brings its figures to life. Without it words, tables and settings can be read all the same. */
import type { Role } from '../../figure.ts';
import { BLOCKS, type PageRun } from '../contents.ts';
import { Card } from './card.ts';
import { followPicked } from './direction-panel.ts';
import { showEdges } from './edges.ts';
import { unfoldOnPaper } from './paper.ts';
import { showPicked } from './picked-strip.ts';
import { curvature } from './picked-words.ts';
import { Shown } from './shown.ts';
import { followTheme } from './theme-choice.ts';
import { parsePacked } from './unpacking.ts';

const shown = new Shown();
const runs = parsePacked<PageRun[]>(document.getElementById(BLOCKS.runs)!.textContent!);

for (const part of document.querySelectorAll<HTMLElement>('.bar, section.direction')) part.hidden = false;
followTheme(shown, document.getElementById('theme') as HTMLSelectElement);

/** What is told of a direction beside the pointer, above the point's own number. */
const tell = (run: number) => (direction: number) => curvature(runs[run], direction);

// A page of a sweep has no runs of its own, and is called by its title.
const labels = runs.length > 0 ? runs.map(({ label }) => label) : [document.querySelector('h1')!.textContent!];
const cards = new Map<Element, Card>();
for (const element of document.querySelectorAll<HTMLElement>('[data-figure]'))
  cards.set(element, new Card(element, shown, tell, labels));

// Far fewer figures are in sight than there are: the page is there before all of them are drawn.
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        observer.unobserve(target);
        cards.get(target)!.draw();
      }
  },
  { rootMargin: '300px' },
);
for (const element of cards.keys()) observer.observe(element);
addEventListener('beforeprint', () => {
  for (const card of cards.values()) card.draw();
});

for (const box of document.querySelectorAll<HTMLInputElement>('[data-role]'))
  box.addEventListener('change', () => shown.setRole(box.dataset.role as Role, box.checked));

addEventListener('keydown', ({ key }) => {
  if (key === 'Escape' && shown.picked) shown.pick(null);
});

if (runs.length > 0) {
  followPicked(shown, runs);
  showPicked(shown, runs);
}
unfoldOnPaper();
for (const place of document.querySelectorAll<HTMLElement>('.wide')) showEdges(place);
