/** Contestants of a line or two instead of real ones: what the benchmarks do with those that fail, differ or stay. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { compare, orFailure } from '../../bench/compare.mjs';
import { Contestant } from '../../bench/contestant.mjs';
import { lastWords, outputOf } from '../../bench/processes.mjs';
import { temporaryFolders } from '../setup/temporary.ts';

const SERVE = fileURLToPath(new URL('../../bench/contestants/serve.mjs', import.meta.url));
const newFolder = temporaryFolders();
let folder: string;

beforeEach(() => {
  folder = newFolder();
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

function contestant(name: string, code: string) {
  return new Contestant(name, process.execPath, ['--input-type=module', '-e', code], folder);
}

function giving(name: string, numbers: string, before = '', work = '') {
  const serving = `await serve('1.0', () => { ${work} }, () => Float64Array.of(${numbers}));`;
  return contestant(name, `import { serve } from '${SERVE}'; import fs from 'node:fs'; ${before}; ${serving}`);
}

const compared = (...contestants: ReturnType<typeof contestant>[]) =>
  compare({ title: 'work', tolerance: 1e-6, contestants, folder, rounds: 2 });

describe('compare', () => {
  test('marks who has other numbers', async () => {
    const found = await compared(giving('ours', '1, 2'), giving('same', '1, 2'), giving('other', '1, 3'));
    expect(found.contestants).toMatchObject([
      { name: 'ours', version: '1.0', agrees: true, relativeDifference: 0 },
      { name: 'same', agrees: true },
      { name: 'other', agrees: false, relativeDifference: 0.5 },
    ]);
  });

  test('leaves out a peer that cannot start, or fails at work', async () => {
    const found = await compared(
      giving('ours', '1'),
      contestant('absent', 'throw new Error("no such library")'),
      giving('fragile', '1', 'let calls = 0', 'if (++calls === 3) throw new RangeError("too much")'),
    );
    expect(found.contestants.map(({ name }: { name: string }) => name)).toEqual(['ours']);
    const said = vi.mocked(process.stdout.write).mock.calls.join('');
    expect(said).toContain('absent: left out (Error: no such library)');
    expect(said).toContain('fragile: left out (RangeError: too much)');
  });

  test('has nothing to compare with where this program fails', async () => {
    const ours = contestant('ours', 'throw new Error("broken")');
    const peer = giving('peer', '1');
    await expect(compared(ours, peer)).rejects.toThrow('ours itself failed: Error: broken');
    // Nobody is left who would hold a device, or memory, while others are measured.
    expect(peer.child.exitCode).toBe(0);
  });

  test('says why there is no result where this program fails, and goes on', async () => {
    const large = () => compared(giving('ours', '1', '', 'throw new RangeError("too large")'), giving('peer', '1'));
    expect(await orFailure('large work', large)).toEqual({
      title: 'large work',
      failure: 'ours itself failed: RangeError: too large',
    });
    expect(vi.mocked(process.stdout.write).mock.calls.join('')).toContain('  failed: ours itself failed: RangeError');
    expect(await orFailure('work', () => compared(giving('ours', '1')))).toMatchObject({ title: 'work' });
    const mistake = () => Promise.reject(new TypeError('no mistake is hidden'));
    await expect(orFailure('work', mistake)).rejects.toThrow(TypeError);
  });
});

describe('Contestant', () => {
  test('tidies up before it ends; its temporary files are in the folder it was given', async () => {
    const tidy = "process.on('exit', () => fs.rmSync(own, { recursive: true }))";
    const one = giving(
      'one',
      '1',
      `import os from 'node:os'; const own = fs.mkdtempSync(os.tmpdir() + '/own-'); ${tidy}`,
    );
    expect(await one.answer()).toEqual({ version: '1.0' });
    expect(readdirSync(folder)).toHaveLength(1);
    await one.end();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is ended with what it started', async () => {
    const file = `${folder}/child`;
    const child = `setTimeout(() => require("fs").writeFileSync("${file}", ""), 300)`;
    const one = giving(
      'one',
      '1',
      "import { spawn } from 'node:child_process'",
      `spawn(process.execPath, ['-e', '${child}'])`,
    );
    await one.answer();
    await one.ask(1);
    one.kill();
    await one.ended;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(existsSync(file)).toBe(false);
  });

  test('is ended where an answer takes too long, and has an environment of its own', async () => {
    const code = 'console.log(JSON.stringify({ version: process.env.OWN })); setInterval(() => {}, 1000)';
    const args = ['--input-type=module', '-e', code];
    const one = new Contestant('one', process.execPath, args, folder, { env: { OWN: 'yes' }, seconds: 10 });
    expect(await one.answer()).toEqual({ version: 'yes' });
    one.seconds = 0.1;
    await expect(one.ask(1)).rejects.toThrow('no answer within 0.1 s');
    await one.ended;
  });

  test('says so where there is no such program', async () => {
    const one = new Contestant('one', `${folder}/nothing`, [], folder);
    await expect(one.answer()).rejects.toThrow('ENOENT');
  });
});

describe('processes', () => {
  test.each([
    [
      'Traceback (most recent call last):\n  File "x.py"\nModuleNotFoundError: No module named \'torch\'\n',
      "ModuleNotFoundError: No module named 'torch'",
    ],
    [
      'x.mjs:1\nthrow new E()\n^\n\nTypeError [ERR_X]: no\n    at x.mjs:1\n\nNode.js v20.1.0\n',
      'TypeError [ERR_X]: no',
    ],
    ['epochnoise: it is so\n', 'epochnoise: it is so'],
    ['', 'it ended without a word'],
  ])('last words of %j', (text, expected) => {
    expect(lastWords(text)).toBe(expected);
  });

  test('output of a process that succeeds, and why one failed', async () => {
    expect(await outputOf('it', process.execPath, ['-e', 'console.log(1)'])).toBe('1\n');
    await expect(outputOf('it', process.execPath, ['-e', 'throw new Error("no")'])).rejects.toThrow(
      'it failed: Error: no',
    );
    await expect(outputOf('it', `${folder}/nothing`, [])).rejects.toThrow(/^it failed: spawn .+ ENOENT$/);
  });
});
