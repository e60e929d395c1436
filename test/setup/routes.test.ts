/** Which ways to a library there are, and what each makes of what it finds. Nothing is downloaded. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCache } from '../../scripts/setup/cache.mjs';
import { routesFor } from '../../scripts/setup/routes.mjs';
import { recordOf, VERSION_HEADER, WHEEL_FILES, writeWheel } from './archives.ts';
import { fill, listen, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
let ears: ReturnType<typeof listen>;
beforeEach(() => (ears = listen()));
afterEach(() => ears.stop());

const LIBRARY = {
  'libtensorflow_cc.so.2': '',
  'libtensorflow_framework.so.2': '',
  'include/tensorflow/c/c_api.h': '',
  'include/tensorflow/core/public/version.h': VERSION_HEADER,
};

function search(given?: string) {
  const cache = openCache(join(newFolder(), 'cache'), newFolder());
  return { cache, modules: newFolder(), packageFolder: newFolder(), platform: 'linux-x64', given };
}

const ids = (routes: { id: string }[]) => routes.map(({ id }) => id);

test('the order: what is kept, the wheel, tfjs-node’s own download', () => {
  expect(ids(routesFor(search()))).toEqual(['cache', 'wheel', 'tfjs-node']);
  expect(ids(routesFor({ ...search(), platform: 'win32-x64' }))).toEqual(['cache', 'tfjs-node']);
});

test('a path that the user gave is the only route', () => {
  expect(ids(routesFor(search('/a/tf.whl')))).toEqual(['given']);
  expect(ids(routesFor(search('cuda')))).toEqual(['given']);
});

test('cpu names the usual routes', () => {
  expect(ids(routesFor(search('cpu')))).toEqual(['cache', 'wheel', 'tfjs-node']);
});

describe('EPOCHNOISE_LIBTENSORFLOW names', () => {
  const find = (given: string, place = search(given)) => routesFor({ ...place, given })[0].find();

  test('a wheel: unpacked into the cache once, used from there the second time', async () => {
    const wheel = join(newFolder(), 'tensorflow_cpu-2.15.1.whl');
    writeWheel(wheel);
    const place = search(wheel);
    const library = await find(wheel, place);
    expect(library).toMatchObject({ version: '2.15.1', main: 'libtensorflow_cc.so.2', origin: wheel });
    expect(library.folder.startsWith(place.cache)).toBe(true);
    expect(ears.text()).toContain('unpacking tensorflow_cpu-2.15.1.whl');
    ears.stop();
    ears = listen();
    expect((await find(wheel, place)).folder).toBe(library.folder);
    expect(ears.text()).toBe('');
  });

  test('another wheel of the same name: unpacked beside it', async () => {
    const [one, other] = [newFolder(), newFolder()].map((folder) => join(folder, 'tf.whl'));
    const files = { ...WHEEL_FILES, 'tensorflow/libtensorflow_cc.so.2': 'another build' };
    writeWheel(one);
    writeWheel(other, files);
    const place = search();
    expect((await find(one, place)).folder).not.toBe((await find(other, place)).folder);
  });

  test('a damaged wheel: refused, and nothing of it stays', async () => {
    const wheel = join(newFolder(), 'tf.whl');
    writeWheel(wheel, WHEEL_FILES, recordOf({ ...WHEEL_FILES, 'tensorflow/libtensorflow_cc.so.2': 'x' }));
    const place = search(wheel);
    await expect(find(wheel, place)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringMatching(/^EPOCHNOISE_LIBTENSORFLOW cannot be used: .*does not match the SHA-256/),
    });
    expect(readdirSync(place.cache)).toEqual([]);
  });

  test('an archive of the C library', async () => {
    const folder = newFolder();
    fill(folder, {
      'tf/lib/libtensorflow.so.2': '',
      'tf/lib/libtensorflow_framework.so.2': '',
      'tf/include/tensorflow/c/c_api.h': '',
      'tf/include/tensorflow/core/public/version.h': VERSION_HEADER,
    });
    const archive = join(folder, 'libtensorflow.tar.gz');
    expect(spawnSync('tar', ['-czf', archive, '-C', join(folder, 'tf'), 'lib', 'include']).status).toBe(0);
    expect(await find(archive)).toMatchObject({ main: 'libtensorflow.so.2', version: '2.15.1' });
  });

  test('an archive that is none', async () => {
    const archive = join(fill(newFolder(), { 'x.tar.gz': 'not gzip' }), 'x.tar.gz');
    const place = search(archive);
    await expect(find(archive, place)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('could not be unpacked'),
    });
    expect(readdirSync(place.cache)).toEqual([]);
  });

  test('a folder, or one of its files: used where it lies', async () => {
    const folder = fill(newFolder(), LIBRARY);
    expect(await find(folder)).toMatchObject({ folder, version: '2.15.1' });
    expect(await find(join(folder, 'libtensorflow_cc.so.2'))).toMatchObject({ folder });
  });

  test('a folder without headers', async () => {
    const folder = fill(newFolder(), { 'libtensorflow_cc.so.2': '', 'libtensorflow_framework.so.2': '' });
    await expect(find(folder)).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining('c_api.h') });
  });

  test.each([
    ['nothing that exists', 'missing.whl', 'which does not exist; expected is a TensorFlow wheel (.whl)'],
    ['something else', 'notes.txt', 'which is of no known kind; expected is a TensorFlow wheel (.whl)'],
  ])('%s', async (_what, name, message) => {
    const given = join(fill(newFolder(), { 'notes.txt': '' }), name);
    await expect(find(given)).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining(message) });
  });
});

describe('the cache', () => {
  async function filled() {
    const wheel = join(newFolder(), 'tf.whl');
    writeWheel(wheel);
    const place = search();
    const { folder } = await routesFor({ ...place, given: wheel })[0].find();
    return { place, folder, cached: () => routesFor(place)[0].find() };
  }

  test('offers nothing where it is empty', async () => {
    expect(await routesFor(search())[0].find()).toBeNull();
  });

  test('offers a copy whose checksums are right', async () => {
    const { folder, cached } = await filled();
    expect(await cached()).toMatchObject({ folder, version: '2.15.1' });
    expect(ears.text()).toContain('its checksums are right');
  });

  test('removes a damaged copy, and says so', async () => {
    const { folder, cached } = await filled();
    writeFileSync(join(folder, 'lib/libtensorflow_framework.so.2'), 'damaged');
    expect(await cached()).toBeNull();
    expect(existsSync(folder)).toBe(false);
    expect(ears.text()).toContain(
      'lib/libtensorflow_framework.so.2 is missing or was changed, so this copy is removed',
    );
  });
});
