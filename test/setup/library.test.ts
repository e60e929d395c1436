import { mkdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeLibrary, folderOfLibraryFile, linksFor, placeLibrary } from '../../scripts/setup/library.mjs';
import { VERSION_HEADER } from './archives.ts';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
const HEADERS = {
  'include/tensorflow/c/c_api.h': '',
  'include/tensorflow/core/public/version.h': VERSION_HEADER,
};
const PYTHON = { ...HEADERS, 'libtensorflow_cc.so.2': 'cc', 'libtensorflow_framework.so.2': 'framework' };

describe('describeLibrary', () => {
  test('understands a Python installation: objects on top', () => {
    const folder = fill(newFolder(), PYTHON);
    expect(describeLibrary(folder, 'here')).toMatchObject({
      libFolder: folder,
      main: 'libtensorflow_cc.so.2',
      framework: 'libtensorflow_framework.so.2',
      version: '2.15.1',
      origin: 'here',
    });
  });

  test('understands the archive of the C library: objects in lib/, the version in a name', () => {
    const folder = fill(newFolder(), {
      'include/tensorflow/c/c_api.h': '',
      'lib/libtensorflow.so.2.9.1': '',
      'lib/libtensorflow.so.2': '',
      'lib/libtensorflow.so': '',
      'lib/libtensorflow_framework.so.2': '',
    });
    expect(describeLibrary(folder, '')).toMatchObject({ main: 'libtensorflow.so.2', version: '2.9.1' });
  });

  test('understands macOS', () => {
    const folder = fill(newFolder(), {
      ...HEADERS,
      'libtensorflow_cc.2.dylib': '',
      'libtensorflow_framework.2.dylib': '',
    });
    expect(describeLibrary(folder, '')).toMatchObject({ main: 'libtensorflow_cc.2.dylib' });
  });

  test.each([
    ['headers', { 'libtensorflow_cc.so.2': '', 'libtensorflow_framework.so.2': '' }, /c_api\.h is missing/],
    ['the framework', { ...HEADERS, 'libtensorflow_cc.so.2': '' }, /no libtensorflow_framework beside it/],
    ['everything', { 'notes.txt': '' }, /holds neither libtensorflow_cc\.so\.2 nor libtensorflow\.so\.2/],
  ])('says that %s are missing', (_what, files, message) => {
    expect(() => describeLibrary(fill(newFolder(), files as Record<string, string>), '')).toThrow(message);
  });
});

test.each([
  ['/opt/tf/lib/libtensorflow.so.2', '/opt/tf'],
  ['/opt/tensorflow/libtensorflow_cc.so.2', '/opt/tensorflow'],
  ['/opt/tf/lib/libtensorflow_framework.2.dylib', '/opt/tf'],
  ['/opt/tf/lib/libother.so', null],
  ['/opt/tf/notes.txt', null],
])('the file %s is part of %s', (file, folder) => expect(folderOfLibraryFile(file)).toBe(folder));

test('links have the names that the binding is built and run with', () => {
  const library = {
    files: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    main: 'libtensorflow_cc.so.2',
    framework: 'libtensorflow_framework.so.2',
  };
  expect(linksFor(library, 'linux')).toEqual({
    'libtensorflow_cc.so.2': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so.2': 'libtensorflow_framework.so.2',
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  });
  expect(Object.keys(linksFor({ files: [], main: 'm', framework: 'f' }, 'darwin'))).toEqual([
    'libtensorflow.2.dylib',
    'libtensorflow_framework.2.dylib',
    'libtensorflow.dylib',
    'libtensorflow_framework.dylib',
  ]);
});

test('placing a library replaces what was there, and takes NVIDIA’s libraries along where they lie beside it', () => {
  const site = newFolder();
  const folder = fill(join(site, 'tensorflow'), PYTHON);
  mkdirSync(join(site, 'nvidia'));
  const packageFolder = newFolder();
  const deps = fill(join(packageFolder, 'deps'), { 'lib/old.so': '' });
  const files: string[] = placeLibrary(describeLibrary(folder, ''), packageFolder);
  expect(files.map((file) => file.slice(deps.length + 1)).sort()).toEqual([
    'lib/libtensorflow.so',
    'lib/libtensorflow_cc.so.2',
    'lib/libtensorflow_framework.so',
    'lib/libtensorflow_framework.so.2',
  ]);
  expect(readFileSync(join(deps, 'lib/libtensorflow.so'), 'utf8')).toBe('cc');
  expect(readlinkSync(join(deps, 'include'))).toBe(realpathSync(join(folder, 'include')));
  expect(realpathSync(join(deps, 'nvidia'))).toBe(realpathSync(join(site, 'nvidia')));
  expect(() => readFileSync(join(deps, 'lib/old.so'))).toThrow();
  // A second time, over links.
  writeFileSync(join(folder, 'libtensorflow_cc.so.2'), 'new');
  placeLibrary(describeLibrary(folder, ''), packageFolder);
  expect(readFileSync(join(deps, 'lib/libtensorflow.so'), 'utf8')).toBe('new');
});
