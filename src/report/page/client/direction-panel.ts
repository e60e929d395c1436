/** Everything about the picked direction: its numbers, its path, how long it remembers. */
import type { Figure } from '../../figure.ts';
import { shortNumber } from '../../numbers.ts';
import type { PageQuantity, PageRun } from '../contents.ts';
import { directionFigures, type DirectionFigures } from './direction-figures.ts';
import { Legend } from './legend.ts';
import { pick, place, step } from './picked-words.ts';
import { Plot } from './plot.ts';
import type { Shown } from './shown.ts';

/** A number, and its interval where it has one: a line may end between the two. */
function written({ values, low, high }: PageQuantity, direction: number): string[] {
  if (!Number.isFinite(values[direction])) return ['–'];
  const number = shortNumber(values[direction], 4);
  return low && high && low[direction] < high[direction]
    ? [number, `(${shortNumber(low[direction])} … ${shortNumber(high[direction])})`]
    : [number];
}

/** Makes the panel answer to what is picked, and pick. */
export function followPicked(shown: Shown, runs: readonly PageRun[]): void {
  const find = <Wanted extends HTMLElement>(id: string) => document.getElementById(id) as Wanted | null;
  const input = find<HTMLInputElement>('picked')!;
  const choice = find<HTMLSelectElement>('picked-run');
  const words = find('picked-words')!;
  const body = document.querySelector<HTMLElement>('.direction .picked')!;
  const numbers = body.querySelector<HTMLElement>('.numbers')!;
  const places = ['path', 'autocorrelation'].map((id) => new Place(find<HTMLCanvasElement>(id)!, shown));
  const figures = runs.map((run) => lazily(() => (run.traces ? directionFigures(run, run.traces) : null)));

  const run = () => Number(choice?.value ?? 0);
  const pickNumber = () => pick(shown, runs, run(), Number(input.value));
  input.addEventListener('change', () => (input.value === '' ? shown.pick(null) : pickNumber()));
  choice?.addEventListener('change', pickNumber);
  find('stiffer')!.addEventListener('click', () => step(shown, runs, -1, run()));
  find('flatter')!.addEventListener('click', () => step(shown, runs, 1, run()));
  find('unpick')!.addEventListener('click', () => shown.pick(null));

  shown.onChange((change) => {
    if (change === 'picked') tell();
    else if (change === 'roles') for (const one of places) one.followRoles();
    else for (const one of places) one.redraw();
  });
  tell();

  function tell(): void {
    const { picked } = shown;
    body.hidden = picked === null;
    if (!picked) {
      input.value = '';
      words.textContent = '';
      return;
    }
    const one = runs[picked.run];
    if (choice) choice.value = String(picked.run);
    input.max = String(one.directions - 1);
    input.value = String(picked.direction);
    // Read aloud wherever the reader is: the number of the direction, and of the run, first.
    words.textContent = `direction ${picked.direction}${choice ? ` of ${one.label}` : ''}: ${place(one, picked.direction)}`;
    numbers.replaceChildren(...groupTables(one, picked.direction));
    const drawn = figures[picked.run]()?.(picked.direction);
    places.forEach((each, i) => each.show(drawn ? figureAt(drawn, i) : null));
  }
}

const figureAt = ({ path, autocorrelation }: DirectionFigures, i: number): Figure => (i === 0 ? path : autocorrelation);

/** A table a group of quantities. */
function groupTables({ quantities }: PageRun, direction: number): HTMLElement[] {
  const groups = new Map<string, HTMLTableElement>();
  for (const quantity of quantities) {
    let table = groups.get(quantity.group);
    if (!table) {
      table = document.createElement('table');
      table.className = 'values';
      table.createCaption().append(...rich(quantity.group));
      groups.set(quantity.group, table);
    }
    const row = table.insertRow();
    const head = document.createElement('th');
    head.scope = 'row';
    head.append(...rich(quantity.label));
    row.append(head);
    const cell = row.insertCell();
    for (const [i, part] of written(quantity, direction).entries()) cell.append(...(i > 0 ? [' '] : []), whole(part));
  }
  return [...groups.values()];
}

/** Text that no line ends within. */
function whole(text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'number';
  span.textContent = text;
  return span;
}

/** Text in which `_` makes the next character a subscript. */
function rich(text: string): Node[] {
  return text.split('_').flatMap((part, i) => {
    if (i === 0) return [document.createTextNode(part)];
    const sub = document.createElement('sub');
    sub.textContent = [...part][0] ?? '';
    return [sub, document.createTextNode([...part].slice(1).join(''))];
  });
}

/** A canvas of the panel and its legend; the figure changes with what is picked. */
class Place {
  private readonly canvas: HTMLCanvasElement;
  private readonly figure: HTMLElement;
  private readonly shown: Shown;
  private plot: Plot | null = null;
  private legend: Legend | null = null;

  constructor(canvas: HTMLCanvasElement, shown: Shown) {
    this.canvas = canvas;
    this.figure = canvas.closest('figure')!;
    this.shown = shown;
  }

  show(figure: Figure | null): void {
    this.plot?.clear();
    this.plot = null;
    this.figure.hidden = figure === null;
    if (!figure) return;
    const element = this.figure.querySelector<HTMLElement>('.legend')!;
    element.replaceChildren();
    const legend = new Legend(element, [{ label: '', figure }], this.shown, () => this.plot?.showSeries());
    const isOff = (series: number) => legend.isOff(figure.series[series]);
    this.legend = legend;
    this.plot = new Plot(this.canvas, { figure, shown: this.shown, run: 0, tell: () => '', isOff });
    this.plot.draw();
  }

  redraw(): void {
    this.legend?.drawKeys();
    this.plot?.redraw();
  }

  followRoles(): void {
    this.legend?.followRoles();
    this.plot?.showSeries();
  }
}

function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
