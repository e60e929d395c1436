/** The legend of a figure: what each series looks like, and a switch for it. */
import { legendEntry } from '../../chart.ts';
import type { Series } from '../../figure.ts';
import type { Context } from '../../plugins/drawn.ts';
import { drawKey, KEY_WIDTH } from '../../plugins/legend-keys.ts';
import { type LegendFigure, type LegendLine, legendLines } from './legend-lines.ts';
import type { Shown } from './shown.ts';

const KEY_HEIGHT = 18;

interface Switch {
  readonly canvas: HTMLCanvasElement;
  readonly box: HTMLInputElement;
  readonly line: LegendLine;
}

/** Switches for the series of a figure, or of several of one kind side by side. */
export class Legend {
  private readonly off = new Set<string>();
  private readonly switches: Switch[] = [];
  private readonly shown: Shown;

  constructor(element: HTMLElement, figures: readonly LegendFigure[], shown: Shown, onSwitch: () => void) {
    this.shown = shown;
    for (const line of legendLines(figures)) {
      const { entry, text } = line;
      const label = document.createElement('label');
      const box = document.createElement('input');
      box.type = 'checkbox';
      box.addEventListener('change', () => {
        if (box.checked) this.off.delete(entry);
        else this.off.add(entry);
        onSwitch();
      });
      const canvas = document.createElement('canvas');
      canvas.setAttribute('aria-hidden', 'true');
      this.switches.push({ canvas, box, line });
      label.append(box, canvas, document.createTextNode(text));
      element.append(label);
    }
    this.drawKeys();
    this.followRoles();
  }

  isOff(series: Series): boolean {
    return this.off.has(legendEntry(series));
  }

  /** A series that is hidden in all figures has no switch of its own until it is shown again. */
  followRoles(): void {
    for (const { box, line } of this.switches) {
      const isHidden = this.shown.isHidden(line.series.role);
      box.disabled = isHidden;
      box.checked = !isHidden && !this.off.has(line.entry);
      box.parentElement!.classList.toggle('hidden-role', isHidden);
    }
  }

  /** Again, where colours have changed. */
  drawKeys(): void {
    const ratio = devicePixelRatio;
    for (const { canvas, line } of this.switches) {
      canvas.width = KEY_WIDTH * ratio;
      canvas.height = KEY_HEIGHT * ratio;
      canvas.style.width = `${KEY_WIDTH}px`;
      canvas.style.height = `${KEY_HEIGHT}px`;
      const context = canvas.getContext('2d')!;
      context.scale(ratio, ratio);
      drawKey(context as unknown as Context, line.series, this.shown.palette, { left: 0, middle: KEY_HEIGHT / 2 });
    }
  }
}
