import { expect, test } from 'vitest';
import { packagesFingerprint, packagesInstalled } from '../../scripts/setup/packages.mjs';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const lock = (packages: object) => ({ packages });
const a = { version: '1.0.0', integrity: 'sha512-a' };
const b = { version: '2.0.0', integrity: 'sha512-b' };

test.each([
  ['all are there', { '': {}, 'node_modules/a': a }, { 'node_modules/a': a }, true],
  ['more are there', { '': {}, 'node_modules/a': a }, { 'node_modules/a': a, 'node_modules/b': b }, true],
  ['one is missing', { 'node_modules/a': a, 'node_modules/b': b }, { 'node_modules/a': a }, false],
  ['one is another version', { 'node_modules/a': a }, { 'node_modules/a': { ...a, version: '1.0.1' } }, false],
  ['one is another file', { 'node_modules/a': a }, { 'node_modules/a': { ...a, integrity: 'sha512-x' } }, false],
  [
    'an optional one that the program names is missing',
    { '': { optionalDependencies: { a: '1' } }, 'node_modules/a': { ...a, optional: true } },
    {},
    false,
  ],
  ['one for another platform is missing', { 'node_modules/a': { ...a, optional: true } }, {}, true],
])('installed by someone else, %s', (_what, wanted, installed, answer) => {
  expect(packagesInstalled(lock(wanted), lock(installed))).toBe(answer);
});

test('without lists there is nothing to compare', () => {
  expect(packagesInstalled(null, lock({}))).toBe(false);
  expect(packagesInstalled(lock({}), null)).toBe(false);
});

test('the fingerprint is that of the lock file', () => {
  const root = fill(newFolder(), { 'package-lock.json': '{}', 'package.json': '{}' });
  const before = packagesFingerprint(root);
  fill(root, { 'package.json': '{"name": "x"}' });
  expect(packagesFingerprint(root)).toBe(before);
  fill(root, { 'package-lock.json': '{"x": 1}' });
  expect(packagesFingerprint(root)).not.toBe(before);
});
