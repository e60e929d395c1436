import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canonicalJson, readJson, writeJson } from '../../src/store/json.ts';
import { listing, problemOf, scratchFolder } from './scratch.ts';

it('gives one text for equal values, whatever the order of keys', () => {
  expect(canonicalJson({ b: 1, a: { d: [3, { z: 1, y: 2 }], c: null } })).toBe(
    '{"a":{"c":null,"d":[3,{"y":2,"z":1}]},"b":1}',
  );
  expect(canonicalJson({ B: 1, a: 2, ä: 3, Z: 4 })).toBe('{"B":1,"Z":4,"a":2,"ä":3}');
  expect(canonicalJson({ 10: 1, 9: 2, a: 3 })).toBe(canonicalJson({ a: 3, 9: 2, 10: 1 }));
});

it('writes typed arrays as arrays, and null for NaN and infinity', () => {
  expect(canonicalJson({ v: Float64Array.of(0.1, NaN, -Infinity), w: Int32Array.of(1), u: undefined })).toBe(
    '{"v":[0.1,null,null],"w":[1]}',
  );
});

it('refuses what JSON has no form for', () => {
  expect(() => canonicalJson({ n: 1n })).toThrow(TypeError);
  expect(() => canonicalJson({ n: BigInt64Array.of(1n) })).toThrow(TypeError);
});

it('writes indented with a line feed at the end, and reads back', () => {
  const path = join(scratchFolder(), 'a', 'value.json');
  const value = { seed: 1, data: { name: 'teacher', hidden: [40] }, tiny: 5e-324 };
  writeJson(path, value);
  expect(readFileSync(path, 'utf8')).toBe(
    '{\n  "data": {\n    "hidden": [\n      40\n    ],\n    "name": "teacher"\n  },\n  "seed": 1,\n  "tiny": 5e-324\n}\n',
  );
  expect(readJson(path)).toEqual(value);
});

it('a value that cannot be written leaves the old file', () => {
  const folder = scratchFolder();
  writeJson(join(folder, 'x.json'), 1);
  expect(() => writeJson(join(folder, 'x.json'), 1n)).toThrow(TypeError);
  expect(listing(folder)).toEqual(['x.json']);
  expect(readJson(join(folder, 'x.json'))).toBe(1);
});

it('names a damaged or missing file', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'cut.json'), '{"a": [1,');
  expect(await problemOf(() => readJson(join(folder, 'cut.json')))).toMatch(/^exit 3: ~\/cut\.json is damaged: /);
  expect(await problemOf(() => readJson(join(folder, 'none.json')))).toBe('exit 3: no file ~/none.json');
});
