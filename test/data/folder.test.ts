import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataFolder, requireFile } from '../../src/data/folder.ts';
import { problemOf, scratchFolder } from '../store/scratch.ts';
import { place } from './official-layout.ts';

describe('dataFolder', () => {
  const home = '/home/ada';
  const environment = { EPOCHNOISE_DATA: '/big/data', XDG_DATA_HOME: '/xdg', LOCALAPPDATA: '/local' };

  it('the option comes first, then EPOCHNOISE_DATA, then the place for data of the user', () => {
    expect(dataFolder('/mine', { environment, platform: 'linux', home })).toBe('/mine');
    expect(dataFolder(null, { environment, platform: 'linux', home })).toBe('/big/data');
    expect(dataFolder(null, { environment: { XDG_DATA_HOME: '/xdg' }, platform: 'linux', home })).toBe(
      '/xdg/epochnoise',
    );
    expect(dataFolder(null, { environment: {}, platform: 'linux', home })).toBe('/home/ada/.local/share/epochnoise');
  });

  it('relative paths start at the working directory', () => {
    expect(dataFolder('mine', { environment, home })).toBe(resolve('mine'));
    expect(dataFolder(null, { environment: { EPOCHNOISE_DATA: 'here' }, home })).toBe(resolve('here'));
  });

  it('an empty option or variable is none, and a relative XDG_DATA_HOME is ignored', () => {
    const empty = { EPOCHNOISE_DATA: '', XDG_DATA_HOME: '' };
    expect(dataFolder('', { environment: empty, platform: 'linux', home })).toBe('/home/ada/.local/share/epochnoise');
    expect(dataFolder(null, { environment: { XDG_DATA_HOME: 'share' }, platform: 'linux', home })).toBe(
      '/home/ada/.local/share/epochnoise',
    );
  });

  it.each([
    ['darwin', {}, '/home/ada/Library/Application Support/epochnoise'],
    ['darwin', { XDG_DATA_HOME: '/xdg' }, '/home/ada/Library/Application Support/epochnoise'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/epochnoise'],
    ['win32', {}, '/home/ada/AppData/Local/epochnoise'],
  ])('%s %j', (platform, given, expected) => {
    expect(dataFolder(null, { environment: given, platform, home })).toBe(expected);
  });

  it("looks at this process's environment unless told otherwise", () => {
    const before = process.env.EPOCHNOISE_DATA;
    process.env.EPOCHNOISE_DATA = '/from/here';
    try {
      expect(dataFolder(null)).toBe('/from/here');
    } finally {
      if (before === undefined) delete process.env.EPOCHNOISE_DATA;
      else process.env.EPOCHNOISE_DATA = before;
    }
  });
});

describe('requireFile', () => {
  it('gives the first candidate that is there', () => {
    const folder = scratchFolder();
    place(folder, 'mnist/x', '');
    expect(requireFile(folder, ['mnist/x.gz', 'mnist/x'], 'mnist')).toBe('mnist/x');
    place(folder, 'mnist/x.gz', '');
    expect(requireFile(folder, ['mnist/x.gz', 'mnist/x'], 'mnist')).toBe('mnist/x.gz');
  });

  it('names the usual place and the ways out', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'mnist'));
    expect(await problemOf(() => requireFile(folder, ['mnist/x.gz', 'mnist/x'], 'mnist'))).toBe(
      'exit 3: no file ~/mnist/x.gz; `epochnoise data get mnist` downloads it, ' +
        'or name the folder that holds it with data.folder or EPOCHNOISE_DATA',
    );
  });

  it('sends nobody to a folder that is only to be read', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'mnist'), { mode: 0o555 });
    expect(await problemOf(() => requireFile(folder, ['mnist/x.gz'], 'mnist'))).toBe(
      'exit 3: no file ~/mnist/x.gz; `epochnoise data get mnist --folder data` downloads it into a folder that can be written: ' +
        'name the folder that holds it with data.folder or EPOCHNOISE_DATA',
    );
  });
});
