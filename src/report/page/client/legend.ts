/** The legend of a figure: what each series looks like, and a switch for it. */
import type { Figure, Series } from '../../figure.ts';
import type { Context } from '../../plugins/drawn.ts';
import { drawKey, KEY_WIDTH } from '../../plugins/legend-keys.ts';
import type { Shown } from './shown.ts';

const KEY_HEIGHT = 18;

/** What makes two series one entry. */
const entryOf = ({ label, role, kind }: Series): string => [label, role, kind].join('\n');

/** Switches for the series of a figure, or of several of one kind side by side. */
export class Legend {
  private readonly off = new Set<string>();
  private readonly keys: { readonly canvas: HTMLCanvasElement; readonly series: Series }[] = [];
  private readonly shown: Shown;

  constructor(element: HTMLElement, figures: readonly Figure[], shown: Shown, onSwitch: () => void) {
    this.shown = shown;
    const entries = new Map<string, Series>();
    // The topmost series is named first.
    for (const { series } of figures)
      for (const one of series.toReversed()) if (one.label !== '') entries.set(entryOf(one), one);
    for (const [entry, series] of entries) {
      const label = document.createElement('label');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.checked = true;
      box.addEventListener('change', () => {
        if (box.checked) this.off.delete(entry);
        else this.off.add(entry);
        onSwitch();
      });
      const canvas = document.createElement('canvas');
      canvas.setAttribute('aria-hidden', 'true');
      this.keys.push({ canvas, series });
      label.append(box, canvas, document.createTextNode(series.label.replaceAll('_', '')));
      element.append(label);
    }
    this.drawKeys();
  }

  isOff(series: Series): boolean {
    return this.off.has(entryOf(series));
  }

  /** Again, where colours have changed. */
  drawKeys(): void {
    const ratio = devicePixelRatio;
    for (const { canvas, series } of this.keys) {
      canvas.width = KEY_WIDTH * ratio;
      canvas.height = KEY_HEIGHT * ratio;
      canvas.style.width = `${KEY_WIDTH}px`;
      canvas.style.height = `${KEY_HEIGHT}px`;
      const context = canvas.getContext('2d')!;
      context.scale(ratio, ratio);
      drawKey(context as unknown as Context, series, this.shown.palette, { left: 0, middle: KEY_HEIGHT / 2 });
    }
  }
}
