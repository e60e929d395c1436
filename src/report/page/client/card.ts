/** A figure of the page with its legend, for one run or for several side by side. */
import type { Figure } from '../../figure.ts';
import { BLOCKS, type PageFigure } from '../contents.ts';
import { figureCsv } from './csv.ts';
import { fileName } from './file-name.ts';
import { save } from './save.ts';
import { Legend } from './legend.ts';
import { Plot, type Telling } from './plot.ts';
import type { Shown } from './shown.ts';
import { parsePacked } from './unpacking.ts';

/** Makes a figure's place on the page live: drawn as soon as it comes near the window. */
export class Card {
  private readonly element: HTMLElement;
  private readonly shown: Shown;
  private readonly tell: (run: number) => Telling;
  private readonly labels: readonly string[];
  private plots: Plot[] | null = null;
  private legend: Legend | null = null;

  /** @param labels of the runs */
  constructor(element: HTMLElement, shown: Shown, tell: (run: number) => Telling, labels: readonly string[]) {
    this.element = element;
    this.labels = labels;
    this.shown = shown;
    this.tell = tell;
    shown.onChange((change) => {
      if (!this.plots) return;
      if (change === 'colours' || change === 'paper') {
        this.legend?.drawKeys();
        for (const plot of this.plots) plot.redraw();
      } else if (change === 'roles') {
        this.legend?.followRoles();
        for (const plot of this.plots) plot.showSeries();
      } else for (const plot of this.plots) plot.refresh();
    });
    for (const button of element.querySelectorAll<HTMLButtonElement>('[data-take]'))
      button.addEventListener('click', () => this.take(button.dataset.take as 'csv' | 'png'));
  }

  /** Draws, unless that is done. */
  draw(): void {
    if (this.plots) return;
    const figures = this.figures();
    const legend = new Legend(
      this.element.querySelector<HTMLElement>('.legend')!,
      figures.flatMap((figure, run) => (figure ? [{ label: figures.length > 1 ? this.labels[run] : '', figure }] : [])),
      this.shown,
      () => this.plots?.forEach((plot) => plot.showSeries()),
    );
    this.legend = legend;
    this.plots = [...this.element.querySelectorAll<HTMLElement>('.plot[data-run]')].map((place) => {
      const run = Number(place.dataset.run);
      const figure = figures[run]!;
      const isOff = (series: number) => legend.isOff(figure.series[series]);
      const canvas = place.querySelector('canvas')!;
      const plot = new Plot(canvas, { figure, shown: this.shown, run, tell: this.tell(run), isOff });
      plot.draw();
      return plot;
    });
    // For whoever waits for it from outside.
    this.element.dataset.drawn = '';
  }

  private figures(): readonly (Figure | null)[] {
    const block = document.getElementById(BLOCKS.figure(this.name))!;
    return parsePacked<PageFigure>(block.textContent!).figures;
  }

  private get name(): string {
    return this.element.dataset.figure!;
  }

  private take(what: 'csv' | 'png'): void {
    this.draw();
    const figures = this.figures();
    const isAlone = figures.length === 1;
    if (what === 'csv') {
      const table = new Blob([figureCsv(figures)], { type: 'text/csv' });
      save(isAlone ? fileName(this.labels[0], this.name, 'csv') : `${this.name}.csv`, table);
    } else
      for (const plot of this.plots!) {
        const label = this.labels[plot.run];
        save(fileName(label, this.name, 'png'), plot.toPng(label));
      }
  }
}
