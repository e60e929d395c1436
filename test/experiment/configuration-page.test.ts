/** docs/reference/configuration.md names every key with its default, and no other. Channel: the schema's own defaults. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveExperiment } from '../../src/experiment/load.ts';
import { flat } from './flat.ts';
import { isGiven, KINDS } from './kinds.ts';

const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');

/** Key and default of every table row. */
const rows = new Map(
  [...page.matchAll(/^\| `([a-zA-Z.]+)` *\| ([^|]*?) *\|/gm)].map(([, key, cell]) => [key, cell] as const),
);

const kinds = KINDS.map((given) => new Map(flat(resolveExperiment({ train: { epochs: 0 }, ...given }))));

it('has a row for every key, and none besides', () => {
  const known = new Set(kinds.flatMap((kind) => [...kind.keys()]));
  expect([...rows.keys()].sort()).toEqual([...known].sort());
});

it('has the default of every kind', () => {
  for (const kind of kinds)
    for (const [key, value] of kind) {
      if (isGiven(key, value)) continue;
      const stated = [...rows.get(key)!.matchAll(/`([^`]+)`/g)].map(([, text]) => parse(text) as unknown);
      expect(stated, key).toContainEqual(value);
    }
});
