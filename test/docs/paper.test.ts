/** docs/concepts/paper.md shows what the kept results hold. Channel: their files, as the runs wrote them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PAGES, withTables } from '../../scripts/reference-tables.mjs';

it.each(PAGES as string[])('%s has the tables of the results that are kept', (path) => {
  const page = readFileSync(path, 'utf8');
  expect(page.match(/<!-- table: /g)!.length).toBeGreaterThan(4);
  expect(withTables(page), 'node scripts/reference-tables.mjs writes them').toBe(page);
});
