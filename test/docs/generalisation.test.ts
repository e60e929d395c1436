/** docs/concepts/generalisation.md says what the kept study found. Channel: its collected.json, as the sweep wrote it. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Comparison {
  readonly of: string;
  readonly against: string;
  readonly metric: string;
  readonly difference: { readonly value: number; readonly low: number; readonly high: number };
  readonly together: { readonly low: number; readonly high: number };
  readonly smallestVisibleTogether: number;
  readonly seen: boolean;
}
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { comparisons } = JSON.parse(read('results/reference/sweep-generalisation/collected.json')).generalisation as {
  comparisons: Comparison[];
};
/** How the page calls each metric, and how many it takes of it: digits, and the factor of its unit. */
const METRICS: Readonly<Record<string, readonly [metric: string, digits: number, factor: number]>> = {
  'test accuracy, points': ['testAccuracy', 2, 100],
  'test loss': ['testLoss', 4, 1],
  'training loss (for reading)': ['trainLoss', 4, 1],
  'Tr H (for reading)': ['trace', 2, 1],
};

it('has every comparison of the study, with its numbers', () => {
  const page = read('docs/concepts/generalisation.md');
  const [, table] = /<!-- comparisons -->([^]*)<!-- end -->/.exec(page)!;
  const rows = [...table.matchAll(/^\| ([\w ,()]+?) +\| `(\S+)` less `(\S+)` +\| (.*) \|$/gm)];
  expect(rows).toHaveLength(comparisons.length);
  for (const [, name, of, against, rest] of rows) {
    const [metric, digits, factor] = METRICS[name];
    const found = comparisons.find((one) => one.metric === metric && one.of === of && one.against === against)!;
    const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(factor * value).toFixed(digits)}`;
    expect(rest.split('|').map((cell) => cell.trim())).toEqual([
      signed(found.difference.value),
      `${signed(found.difference.low)} … ${signed(found.difference.high)}`,
      `${signed(found.together.low)} … ${signed(found.together.high)}`,
      (factor * found.smallestVisibleTogether).toFixed(digits),
      found.seen ? 'yes' : 'no',
    ]);
  }
});
