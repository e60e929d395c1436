import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFiles } from '../../scripts/setup/files.mjs';
import { parseRecord, unpackWheel, wheelTarget } from '../../scripts/setup/wheel.mjs';
import { recordOf, VERSION_HEADER, WHEEL_FILES, writeWheel } from './archives.ts';
import { temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

test.each([
  ['tensorflow/libtensorflow_cc.so.2', 'lib/libtensorflow_cc.so.2'],
  ['tensorflow/libtensorflow_framework.so.2', 'lib/libtensorflow_framework.so.2'],
  ['tensorflow/libtensorflow_cc.2.dylib', 'lib/libtensorflow_cc.2.dylib'],
  ['tensorflow/include/tensorflow/c/eager/c_api.h', 'include/tensorflow/c/eager/c_api.h'],
  ['tensorflow/include/tensorflow/core/public/version.h', 'include/tensorflow/core/public/version.h'],
  ['tensorflow/include/xla/tsl/c/tsl_status.h', 'include/xla/tsl/c/tsl_status.h'],
  ['tensorflow/include/tensorflow/core/kernels/conv.h', null],
  ['tensorflow/python/_pywrap_tensorflow_internal.so', null],
  ['tensorflow/include/tensorflow/c/../../../../evil.h', null],
  ['other/libtensorflow_cc.so.2', null],
])('%s goes to %s', (name, target) => expect(wheelTarget(name)).toBe(target));

test('RECORD: checksums in base64url become hexadecimal; lines without one, and quotes, are understood', () => {
  const digest = createHash('sha256').update('x').digest();
  const hash = `sha256=${digest.toString('base64url')}`;
  const record = parseRecord(`a.py,${hash},1\r\n"with, comma.py",${hash},1\npkg.dist-info/RECORD,,\n`);
  expect([...record]).toEqual([
    ['a.py', digest.toString('hex')],
    ['with, comma.py', digest.toString('hex')],
  ]);
});

describe('unpackWheel', () => {
  const unpack = async (files = WHEEL_FILES, record: string | null = recordOf(files)) => {
    const folder = newFolder();
    const wheel = join(folder, 'tensorflow_cpu-2.15.1.whl');
    writeWheel(wheel, files, record);
    const target = join(folder, 'target');
    return { wheel, target, checksums: await unpackWheel(wheel, target) };
  };

  test('takes the library and its headers, nothing else, and returns their checksums', async () => {
    const { target, checksums } = await unpack();
    expect(listFiles(target)).toEqual([
      'include/tensorflow/c/c_api.h',
      'include/tensorflow/core/public/version.h',
      'include/tsl/platform/ctstring.h',
      'lib/libtensorflow_cc.so.2',
      'lib/libtensorflow_framework.so.2',
    ]);
    expect(readFileSync(join(target, 'include/tensorflow/core/public/version.h'), 'utf8')).toBe(VERSION_HEADER);
    expect(checksums['lib/libtensorflow_framework.so.2']).toBe(
      createHash('sha256').update('the framework').digest('hex'),
    );
    expect(existsSync(join(target, 'RECORD'))).toBe(false);
  });

  test('refuses a file that is not what RECORD says', async () => {
    const changed = { ...WHEEL_FILES, 'tensorflow/libtensorflow_cc.so.2': 'something else' };
    await expect(unpack(changed, recordOf(WHEEL_FILES))).rejects.toThrow(
      /libtensorflow_cc\.so\.2 does not match the SHA-256 in the wheel's RECORD/,
    );
  });

  test('refuses a file that RECORD does not know', async () => {
    await expect(unpack(WHEEL_FILES, 'other,,\n')).rejects.toThrow(/does not match the SHA-256/);
  });

  test('refuses what is no wheel, or no TensorFlow for this platform', async () => {
    await expect(unpack(WHEEL_FILES, null)).rejects.toThrow(/it has no RECORD/);
    await expect(unpack({ 'numpy/core.so': 'x' })).rejects.toThrow(/holds no libtensorflow_cc/);
  });
});
