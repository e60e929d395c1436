/** The numbers of a figure as a table that every program reads. */
import type { Figure } from '../../figure.ts';

/** A line a point: run (counted from 0), series, direction, coordinates, interval. Seven digits, as the page has them. */
export function figureCsv(figures: readonly (Figure | null)[]): string {
  const lines = ['run,series,direction,x,y,low,high'];
  figures.forEach((figure, run) => {
    for (const { label, role, kind, x, y, low, high, directions } of figure?.series ?? []) {
      const name = `"${(label === '' ? `${role} ${kind}` : label).replaceAll('"', '""')}"`;
      x.forEach((value, i) =>
        lines.push([run, name, ...[directions?.[i], value, y[i], low?.[i], high?.[i]].map(written)].join(',')),
      );
    }
  });
  return lines.join('\n') + '\n';
}

function written(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toPrecision(7)));
}
