/** docs/reference/configuration.md names every key with its default, and no other. Channel: the schema's own defaults. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveExperiment } from '../../src/experiment/load.ts';

const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');

/** Key and default of every table row. */
const rows = new Map(
  [...page.matchAll(/^\| `([a-zA-Z.]+)` *\| ([^|]*?) *\|/gm)].map(([, key, cell]) => [key, cell] as const),
);

/** `section.key` → value, of a resolved configuration. */
function flat(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key));
}

const kinds = [
  {},
  { data: { name: 'digits' } },
  { data: { name: 'mnist' } },
  { data: { name: 'cifar10' } },
  { data: { name: 'file', path: '' } },
  { model: { name: 'linear' } },
  { model: { name: 'lenet' } },
  { model: { name: 'resnet20' } },
  {
    import: { recording: '', eigenpairs: '' },
    data: { name: 'none', samples: 50_000 },
    model: { name: 'none' },
    polish: { method: 'none' },
  },
  { model: { name: 'module', path: '' } },
  { train: { weights: { path: '' } } },
].map((given) => new Map(flat(resolveExperiment({ train: { epochs: 0 }, ...given }))));

it('has a row for every key, and none besides', () => {
  const known = new Set(kinds.flatMap((kind) => [...kind.keys()]));
  expect([...rows.keys()].sort()).toEqual([...known].sort());
});

it('has the default of every kind', () => {
  for (const kind of kinds)
    for (const [key, value] of kind) {
      if (/\.(name|path|recording|eigenpairs)$/.test(key)) continue;
      if (key === 'polish.method' && value === 'none') continue;
      const stated = [...rows.get(key)!.matchAll(/`([^`]+)`/g)].map(([, text]) => parse(text) as unknown);
      expect(stated, key).toContainEqual(value);
    }
});
