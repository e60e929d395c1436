/** What the page shows at the moment: colours, which theories, which direction; and whom to tell when that changes. */
import type { Role } from '../../figure.ts';
import { dark, light, type Palette } from '../../theme.ts';

/** A direction of a run, both counted from 0. */
export interface Picked {
  readonly run: number;
  readonly direction: number;
}

/** Part of what is shown that has changed. */
export type Change = 'colours' | 'paper' | 'roles' | 'picked';

/** The one place that knows what is shown. */
export class Shown {
  palette: Palette = light;
  picked: Picked | null = null;
  /** Whether the page is being printed: figures have the size of paper then. */
  onPaper = false;
  private readonly hidden = new Set<Role>();
  private readonly listeners: ((change: Change) => void)[] = [];

  isHidden(role: Role): boolean {
    return this.hidden.has(role);
  }

  setRole(role: Role, visible: boolean): void {
    if (visible) this.hidden.delete(role);
    else this.hidden.add(role);
    this.tell('roles');
  }

  pick(picked: Picked | null): void {
    this.picked = picked;
    this.tell('picked');
  }

  setDark(isDark: boolean): void {
    const palette = isDark ? dark : light;
    if (palette === this.palette) return;
    this.palette = palette;
    this.tell('colours');
  }

  setOnPaper(onPaper: boolean): void {
    this.onPaper = onPaper;
    this.tell('paper');
  }

  onChange(listener: (change: Change) => void): void {
    this.listeners.push(listener);
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
