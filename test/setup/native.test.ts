import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stampOf } from '../../scripts/setup/files.mjs';
import { givenLibrary, nativeStands } from '../../scripts/setup/native.mjs';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

test.each([
  [{}, ''],
  [{ EPOCHNOISE_LIBTENSORFLOW: '' }, ''],
  [{ EPOCHNOISE_LIBTENSORFLOW: '/a/tf.whl' }, '/a/tf.whl'],
  // npm runs scripts in the checkout, and says where the command was typed.
  [{ EPOCHNOISE_LIBTENSORFLOW: 'tf.whl', INIT_CWD: '/home/me' }, '/home/me/tf.whl'],
  [{ EPOCHNOISE_LIBTENSORFLOW: 'tf.whl' }, resolve('tf.whl')],
  // Two words, wherever they are typed; a folder of such a name needs a path.
  [{ EPOCHNOISE_LIBTENSORFLOW: 'cuda', INIT_CWD: '/home/me' }, 'cuda'],
  [{ EPOCHNOISE_LIBTENSORFLOW: 'cpu' }, 'cpu'],
  [{ EPOCHNOISE_LIBTENSORFLOW: './cuda', INIT_CWD: '/home/me' }, '/home/me/cuda'],
])('the library given by %j is %s', (env, path) => expect(givenLibrary(env)).toBe(path));

describe('whether the last result still stands', () => {
  const file = join(fill(newFolder(), { 'binding.node': 'x' }), 'binding.node');
  const now = { given: '', abi: '115', retry: false };
  const found = {
    libtensorflow: { version: '2.15.1', origin: '', path: '' },
    reason: null,
    native: { request: '', abi: '115', files: [stampOf(file)] },
  };

  test.each([
    ['nothing has changed', found, now, true],
    ['there is none', null, now, false],
    ['set-up was killed in the middle', { ...found, native: null }, now, false],
    ['another Node runs', found, { ...now, abi: '127' }, false],
    ['the user now names a library', found, { ...now, given: '/a/tf.whl' }, false],
    ['a retry was asked for, and all is well', found, { ...now, retry: true }, true],
    ['nothing was written down', { ...found, native: { ...found.native, files: [] } }, now, false],
  ])('%s', (_what, record, at, answer) => expect(nativeStands(record, at)).toBe(answer));

  test('the named library stays, also once it is no longer named', () => {
    const named = { ...found, native: { ...found.native, request: '/a/tf.whl' } };
    expect(nativeStands(named, { ...now, given: '/a/tf.whl' })).toBe(true);
    expect(nativeStands(named, now)).toBe(true);
    expect(nativeStands(named, { ...now, given: '/b/tf.whl' })).toBe(false);
  });

  test('not when a file has changed', () => {
    writeFileSync(file, 'changed');
    expect(nativeStands(found, now)).toBe(false);
  });

  test('a failure is tried again on request, after an hour, or when the machine has changed', () => {
    const failed = (failure: object) => ({
      libtensorflow: null,
      reason: 'r',
      native: { request: '', abi: '115', files: [], failure },
    });
    const changed = failed({ atMs: Date.now(), circumstances: 'no such tools' });
    expect(nativeStands(changed, now)).toBe(false);
    expect(nativeStands(changed, { ...now, retry: true })).toBe(false);
  });
});
