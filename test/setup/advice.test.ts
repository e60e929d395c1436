import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { adviceFor } from '../../scripts/setup/advice.mjs';
import { missingBuildTools } from '../../scripts/setup/binding.mjs';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

/** A search path on which these programs lie, and no others. */
function pathWith(...programs: string[]) {
  const folder = fill(newFolder(), Object.fromEntries(programs.map((name) => [name, ''])));
  for (const name of programs) chmodSync(join(folder, name), 0o755);
  return { PATH: folder };
}

test('what is missing is named with the command that installs it here', () => {
  const missing = ['a C++ compiler', 'make', 'pip'];
  expect(adviceFor({ missing, needsLibrary: true }, 'linux', pathWith('apt-get'))).toEqual([
    'missing: a C++ compiler, make and pip; to install what set-up needs: sudo apt install python3-pip g++ make',
    expect.stringMatching(/^without a connection: fetch the wheel tensorflow\S*==\S+ elsewhere and set EPOCHNOISE_LIB/),
    'afterwards: node scripts/setup.mjs --retry',
    'with no library at all, many times slower: npm start -- --set backend=cpu',
    'more in docs/how-to/install.md',
  ]);
});

test('each kind of system is told its own command, an unknown one what to look for', () => {
  const first = (...programs: string[]) =>
    adviceFor({ missing: ['make'], needsLibrary: true }, 'linux', pathWith(...programs))[0];
  expect(first('dnf')).toContain('sudo dnf install');
  expect(first('pacman')).toContain('sudo pacman -S');
  expect(first('zypper')).toContain('sudo zypper install');
  expect(first()).toBe('missing: make');
});

test('with all tools there, none is named; with a library there, none is asked for', () => {
  const lines: string[] = adviceFor({ missing: [], needsLibrary: false }, 'linux', pathWith('apt-get'));
  expect(lines[0]).toBe('afterwards: node scripts/setup.mjs --retry');
});

test('Windows is not sent for a compiler: only a download helps there', () => {
  const lines: string[] = adviceFor({ missing: ['make'], needsLibrary: true }, 'win32', pathWith());
  expect(lines.join('\n')).not.toContain('missing');
});

test.each([
  [['g++', 'make', 'python3'], []],
  [['clang++', 'make', 'python'], []],
  [['g++'], ['make', 'Python 3']],
  [[], ['a C++ compiler', 'make', 'Python 3']],
])('with %j on the path, the build lacks %j', (programs, missing) => {
  expect(missingBuildTools(pathWith(...programs))).toEqual(missing);
});

test('a compiler and a Python that the environment names count', () => {
  expect(missingBuildTools({ ...pathWith('make'), CXX: '/opt/bin/g++-13 -m64', PYTHON: '/opt/python' })).toEqual([]);
});
