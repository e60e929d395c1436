import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildFingerprint, expectedOutputs, outputsMatch, removeStale } from '../../scripts/setup/build.mjs';
import { fingerprint, listFiles, stampHolds, stampOf } from '../../scripts/setup/files.mjs';
import { vendor } from '../../scripts/setup/vendor.mjs';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const CHECKOUT = {
  'tsconfig.json': '{}',
  'tsconfig.build.json': '{}',
  'src/a.ts': 'a',
  'src/cli/main.ts': 'main',
  'node_modules/typescript/package.json': '{"version": "5.9.3"}',
};

/** Those that go along, with files that stay behind. */
const PACKAGES = {
  'node_modules/@tensorflow/tfjs-node/package.json': '{}',
  'node_modules/@tensorflow/tfjs-node/dist/index.js': 'index',
  'node_modules/@tensorflow/tfjs-node/dist/index_test.js': '',
  'node_modules/@tensorflow/tfjs-node/dist/index.d.ts': '',
  'node_modules/@tensorflow/tfjs-node/binding/a.cc': 'binding',
  'node_modules/@tensorflow/tfjs-node/scripts/install.js': 'installer',
  'node_modules/@tensorflow/tfjs-node/deps/lib/libtensorflow.so': 'large',
  'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node': 'of this machine',
  'node_modules/chartjs-node-canvas/package.json': '{}',
  'node_modules/chartjs-node-canvas/LICENSE': 'MIT',
  'node_modules/chartjs-node-canvas/dist/index.js': 'renderer',
  'node_modules/chartjs-node-canvas/dist/index.js.map': '',
};

describe('the fingerprint of a build', () => {
  const root = fill(newFolder(), CHECKOUT);
  const before = buildFingerprint(root);

  test('does not change by itself, nor with files that are not built', () => {
    fill(root, { 'README.md': 'new', 'test/a.test.ts': 'new' });
    expect(buildFingerprint(root)).toBe(before);
  });

  test.each([
    ['a source is edited', { 'src/a.ts': 'b' }],
    ['a source is added', { 'src/b.ts': '' }],
    ['the configuration changes', { 'tsconfig.json': '{"strict": true}' }],
    ['the compiler changes', { 'node_modules/typescript/package.json': '{"version": "6.0.0"}' }],
  ])('changes when %s', (_what, files) => {
    const other = fill(fill(newFolder(), CHECKOUT), files as Record<string, string>);
    expect(buildFingerprint(other)).not.toBe(before);
  });

  test('changes when a source is deleted or renamed', () => {
    const other = fill(newFolder(), CHECKOUT);
    rmSync(join(other, 'src/a.ts'));
    const deleted = buildFingerprint(other);
    fill(other, { 'src/c.ts': 'a' });
    expect(new Set([before, deleted, buildFingerprint(other)]).size).toBe(3);
  });

  test('keeps apart what plain concatenation would not', () => {
    const one = fill(newFolder(), { a: 'bc', ab: 'c' });
    const other = fill(newFolder(), { a: 'b', ab: 'cc' });
    expect(fingerprint(one, ['a', 'ab'])).not.toBe(fingerprint(other, ['a', 'ab']));
    expect(fingerprint(one, [], ['a', 'b'])).not.toBe(fingerprint(one, [], ['ab']));
  });
});

describe('outputs', () => {
  test('of each kind of source', () => {
    expect([...expectedOutputs(['a/b.ts', 'types.d.ts', 'data.json', 'style.css', 'notes.md'])]).toEqual([
      'a/b.js',
      'a/b.js.map',
      'a/b.d.ts',
      'data.json',
      'style.css',
    ]);
  });

  test('of the script of a page: one file', () => {
    const sources = ['report/page/client/main.ts', 'report/page/client/plot.ts', 'report/page/client/tsconfig.json'];
    expect([...expectedOutputs(sources)]).toEqual(['report/page/client.js']);
  });

  test('match when each program file is there and nothing has lost its source', () => {
    const compiled = { 'dist/a.js': '', 'dist/cli/main.js': '', 'dist/.tsbuildinfo': '' };
    const root = fill(newFolder(), { ...CHECKOUT, ...PACKAGES, ...compiled });
    expect(outputsMatch(root)).toBe(false);
    vendor(root);
    expect(outputsMatch(root)).toBe(true);
    fill(root, { 'dist/gone.js': '' });
    expect(outputsMatch(root)).toBe(false);
    removeStale(root);
    const ours = listFiles(join(root, 'dist')).filter((name: string) => !/^(vendor|node_modules)\//.test(name));
    expect(ours).toEqual(['.tsbuildinfo', 'a.js', 'cli/main.js']);
    expect(outputsMatch(root)).toBe(true);
    rmSync(join(root, 'dist/a.js'));
    expect(outputsMatch(root)).toBe(false);
    expect(outputsMatch(fill(newFolder(), CHECKOUT))).toBe(false);
  });
});

test('packages that go along: their programs and licences, nothing of this machine; a package that is missing is named', () => {
  const root = fill(newFolder(), PACKAGES);
  vendor(root);
  expect(listFiles(join(root, 'dist'))).toEqual([
    'node_modules/canvas/index.js',
    'node_modules/canvas/package.json',
    'node_modules/chartjs-node-canvas/LICENSE',
    'node_modules/chartjs-node-canvas/dist/index.js',
    'node_modules/chartjs-node-canvas/package.json',
    'vendor/tfjs-node/binding/a.cc',
    'vendor/tfjs-node/dist/index.js',
    'vendor/tfjs-node/package.json',
    'vendor/tfjs-node/scripts/install.js',
  ]);
  expect(() => vendor(newFolder())).toThrow('the package @tensorflow/tfjs-node is missing in node_modules');
});

test('a stamp holds until the file changes or goes', () => {
  const file = join(fill(newFolder(), { f: 'one' }), 'f');
  const stamp = stampOf(file);
  expect(stampHolds(stamp)).toBe(true);
  writeFileSync(file, 'longer');
  expect(stampHolds(stamp)).toBe(false);
  rmSync(file);
  expect(stampHolds(stamp)).toBe(false);
  expect(stampOf(file)).toBeNull();
});
