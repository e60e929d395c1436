/** A user's own modules: which files belong to one, and what is said where one cannot be loaded. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importModule, moduleChecksum, moduleFiles } from '../src/own-module.ts';
import { problemOf, scratchFolder } from './store/scratch.ts';

/** Writes files into a new folder. */
function place(files: Record<string, string>): string {
  const folder = scratchFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('the files of a module', () => {
  const FILES = {
    'models/net.mjs': `import { a } from './parts/a.mjs';
      import fs from 'node:fs';
      import zod from 'zod';
      // import './commented.mjs';
      const text = "import './quoted.mjs'";
      export { b } from "../shared/b.js";
      export const later = () => import('./parts/later.mjs');
      export const net = [a, fs, zod, text];`,
    'models/parts/a.mjs': `export * from './c.mjs'; export const a = 1;`,
    'models/parts/c.mjs': `import '../net.mjs'; export const c = 3;`,
    'models/parts/later.mjs': 'export default 4;',
    'shared/b.js': 'export const b = 2;',
  };

  it('are itself and all that it imports by relative paths, through others and around a circle too', () => {
    const folder = place(FILES);
    const files = moduleFiles(join(folder, 'models/net.mjs'));
    expect(files.map(({ name }) => name)).toEqual([
      'net.mjs',
      'parts/a.mjs',
      'parts/c.mjs',
      '../shared/b.js',
      'parts/later.mjs',
    ]);
    const [, a] = files;
    expect(a.path).toBe(join(folder, 'models/parts/a.mjs'));
    expect(a.sha256).toBe(createHash('sha256').update(FILES['models/parts/a.mjs']).digest('hex'));
  });

  it('have one checksum, the same in another place, another with any of them changed', () => {
    const folder = place(FILES);
    const elsewhere = join(scratchFolder(), 'deep', 'down');
    cpSync(folder, elsewhere, { recursive: true });
    const before = moduleChecksum(join(folder, 'models/net.mjs'));
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(moduleChecksum(join(elsewhere, 'models/net.mjs'))).toBe(before);
    const seen = new Set([before]);
    for (const name of Object.keys(FILES)) {
      writeFileSync(join(elsewhere, name), `${FILES[name as keyof typeof FILES]} // changed`);
      seen.add(moduleChecksum(join(elsewhere, 'models/net.mjs')));
    }
    expect(seen.size).toBe(1 + Object.keys(FILES).length);
  });

  it('that are missing are named, with the file that imports them', async () => {
    const folder = place({ 'net.mjs': `import './gone.mjs';` });
    expect(await problemOf(() => moduleFiles(join(folder, 'net.mjs')))).toBe(
      'exit 3: no file ~/gone.mjs, which ~/net.mjs imports',
    );
    expect(await problemOf(() => moduleFiles(join(folder, 'none.mjs')))).toBe('exit 3: no file ~/none.mjs');
  });
});

describe('loading', () => {
  it('gives the exports, from a path relative to the working directory too', async () => {
    const folder = place({
      'net.mjs': `export { b as default } from './b.mjs'; export const a = 1;`,
      'b.mjs': 'export const b = 2;',
    });
    expect(await importModule(join(folder, 'net.mjs'))).toMatchObject({ a: 1, default: 2 });
  });

  it.each([
    [
      'throws',
      `throw new TypeError('no such thing\\nand more');`,
      /^exit 2: ~\/net\.mjs cannot be loaded: TypeError: no such thing$/,
    ],
    [
      'lacks a package',
      `import 'no-such-package-anywhere';`,
      /^exit 2: ~\/net\.mjs cannot be loaded: Error: .*no-such-package-anywhere/,
    ],
  ])('is refused in one line where the module %s', async (_, code, sentence) => {
    const folder = place({ 'net.mjs': code });
    expect(await problemOf(() => importModule(join(folder, 'net.mjs')))).toMatch(sentence);
  });

  it('is refused where a file has changed since this process loaded it: Node would go on with the old one', async () => {
    const folder = place({ 'net.mjs': `export { b } from './b.mjs';`, 'b.mjs': 'export const b = 2;' });
    const path = join(folder, 'net.mjs');
    await importModule(path);
    expect(await importModule(path)).toMatchObject({ b: 2 });
    writeFileSync(join(folder, 'b.mjs'), 'export const b = 3;');
    expect(await problemOf(() => importModule(path))).toBe(
      'exit 1: ~/b.mjs has changed since this process loaded it: start another process',
    );
  });
});
