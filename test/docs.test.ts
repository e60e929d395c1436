/**
 * The pages do what they say: their code blocks are run, page by page, in a folder of the page's own.
 *
 * A block of language sh, js or python is run where it stands, after those above it; one of another language is not. In the
 * source of a page, a comment on the line above a block says what is different:
 *   <!-- not run: reason -->  what takes long, or needs what is not here
 *   <!-- file: name -->       it is written to that file, for the blocks below it
 *   <!-- prints -->           above a block without a language: exactly what the block before it writes
 * and below the title of a page whose code has a test of its own:
 *   <!-- code: test/….test.ts -->
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { programVersion } from '../src/experiment/environment.ts';
import { RUN_FILES } from '../src/store/run-directory.ts';
import { compile, workingFolder } from './cli/program.ts';
import { type Block, blocksOf } from './docs/blocks.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PYTHON = process.env.EPOCHNOISE_PYTHON || 'python3';
const LIBRARIES = ['numpy', 'pandas', 'safetensors'];

/** A folder in which `npx epochnoise` and `import 'epochnoise'` are this checkout's. */
function pageFolder(): string {
  const folder = workingFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'epochnoise'));
  mkdirSync(join(folder, 'bin'));
  const npx = `#!/bin/sh\n[ "$1" = epochnoise ] || { echo "npx $1 is not for a test" >&2; exit 1; }\nshift\nexec "${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" "$@"\n`;
  writeFileSync(join(folder, 'bin', 'npx'), npx, { mode: 0o755 });
  return folder;
}

function lacking(): string[] {
  return LIBRARIES.filter((library) => {
    try {
      execFileSync(PYTHON, ['-c', `import ${library}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
}

const missing = lacking();
const noPython =
  missing.length > 0 ? ` (skipped: ${PYTHON} has no ${missing.join(', ')}; EPOCHNOISE_PYTHON names another)` : '';

/** Runs a block. @returns what it writes to standard output */
function run({ language, code, line }: Block, folder: string): string {
  const script = join(folder, `line-${line}.mjs`);
  if (language === 'js') writeFileSync(script, code);
  const [program, args] = {
    sh: ['/bin/sh', ['-e', '-c', code]] as const,
    js: [process.execPath, [script]] as const,
    python: [PYTHON, ['-c', code]] as const,
  }[language as 'sh' | 'js' | 'python'];
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    EPOCHNOISE_DATA: join(folder, 'data'),
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
  };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', env });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

const pages = [
  'README.md',
  ...(readdirSync(join(ROOT, 'docs'), { recursive: true }) as string[])
    .filter((file) => file.endsWith('.md') && !file.startsWith('api'))
    .sort()
    .map((file) => join('docs', file)),
];
const isRun = ({ language, remark }: Block) =>
  ['sh', 'js', 'python'].includes(language) && !/^(not run: .|file: .)/.test(remark);

it('docs/how-to/read-results.md tells every file of a run directory', () => {
  const page = readFileSync(join(ROOT, 'docs', 'how-to', 'read-results.md'), 'utf8');
  for (const file of Object.values(RUN_FILES)) expect(page).toContain(file);
});

it('CITATION.cff is of this version', () => {
  const { version } = parse(readFileSync(join(ROOT, 'CITATION.cff'), 'utf8'));
  expect(version).toBe(programVersion());
});

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);
  const elsewhere = /^<!-- code: (.*) -->$/m.exec(readFileSync(join(ROOT, page), 'utf8'))?.[1];

  it('has commands in blocks of language sh alone, and remarks that are known', () => {
    for (const { language, code, remark, line } of blocks) {
      if (language === '') expect(code, `line ${line}`).not.toMatch(/^(npx|npm|node|epochnoise) /m);
      if (remark !== '') expect(remark, `line ${line}`).toMatch(/^(not run: .+|file: [\w./-]+|prints)$/);
    }
  });

  if (elsewhere !== undefined) {
    it(`has its code run by ${elsewhere}`, () => {
      expect(readFileSync(join(ROOT, elsewhere), 'utf8')).toContain(basename(page));
    });
    return;
  }
  if (!blocks.some((block) => isRun(block))) return;
  const folder = pageFolder();
  compile();
  for (const [at, block] of blocks.entries()) {
    const { language, code, remark, line } = block;
    const file = /^file: (.*)/.exec(remark)?.[1];
    if (file !== undefined) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
    }
    if (!isRun(block)) continue;
    const why = language === 'python' ? noPython : '';
    it.skipIf(why !== '')(`line ${line}: ${language}${why}`, () => {
      const printed = run(block, folder);
      const expected = blocks[at + 1];
      if (expected?.remark === 'prints') expect(printed).toBe(expected.code);
    });
  }
});
