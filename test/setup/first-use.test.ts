/** The native part of an installed program, with stand-ins for all that is called: completed once, outside the package. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listFiles } from '../../scripts/setup/files.mjs';
import { type Checkout, makeCheckout } from './checkout.ts';
import { cudaWheels, HAS_CUDA_BUILD } from './cuda-wheels.ts';
import { temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

interface Answer {
  readonly code: number | null;
  readonly stderr: string;
  readonly answer: {
    binding: string | null;
    libtensorflow: { version: string; origin: string } | null;
    reason: string;
  };
}

/** What npm would have put there: the compiled program with its scripts and packages, no sources. */
async function makeInstallation(): Promise<Checkout> {
  const built = makeCheckout(newFolder);
  await built.setUp();
  const installed = makeCheckout(newFolder);
  for (const folder of ['src', 'node_modules/@tensorflow', 'node_modules/typescript'])
    rmSync(join(installed.root, folder), { recursive: true });
  await installed.start(process.execPath, [
    '-e',
    'fs.cpSync(process.argv[1], "dist", { recursive: true })',
    join(built.root, 'dist'),
  ]);
  return installed;
}

async function firstUse({ start }: Checkout, args: string[] = [], env?: NodeJS.ProcessEnv): Promise<Answer> {
  const { code, stdout, stderr } = await start(process.execPath, ['scripts/setup/first-use.mjs', ...args], env);
  return { code, stderr, answer: stdout === '' ? null : JSON.parse(stdout) };
}

describe('a first use', () => {
  test('puts library and binding into the cache, and writes nothing into the package; a second one has nothing to say', async () => {
    const installed = await makeInstallation();
    const before = listFiles(installed.root);
    const { code, stderr, answer } = await firstUse(installed);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^set-up: the native library is looked for, once, and kept in .*epochnoise\n/);
    expect(answer.libtensorflow).toMatchObject({ version: '2.15.1' });
    expect(answer.binding!.startsWith(installed.cache)).toBe(true);
    expect(existsSync(answer.binding!)).toBe(true);
    // The binding looks for its library relative to itself.
    expect(existsSync(join(answer.binding!, '..', '..', '..', 'deps', 'lib'))).toBe(true);
    expect(listFiles(installed.root)).toEqual(before);
    expect(await firstUse(installed)).toEqual({ code: 0, stderr: '', answer });
    expect(installed.log()).toBe('pip');
  });

  test.skipIf(!HAS_CUDA_BUILD)('takes the CUDA build where it is asked for, and keeps it', async () => {
    const installed = await makeInstallation();
    const FAKE_WHEELS = cudaWheels(newFolder());
    const { answer, stderr } = await firstUse(installed, [], { EPOCHNOISE_LIBTENSORFLOW: 'cuda', FAKE_WHEELS });
    expect(answer.libtensorflow).toMatchObject({ version: '2.15.1', origin: 'tensorflow==2.15.1 with CUDA' });
    expect(stderr).toContain('driver');
    expect(existsSync(join(answer.binding!, '../../../deps/lib/../nvidia/cublas/lib/libcublas.so.12'))).toBe(true);
    expect(await firstUse(installed)).toEqual({ code: 0, stderr: '', answer });
  });

  test('at the same time in two processes does the work once', async () => {
    const installed = await makeInstallation();
    const both = await Promise.all([firstUse(installed), firstUse(installed)]);
    expect(both[0].answer).toEqual(both[1].answer);
    expect(both[0].answer.binding).not.toBeNull();
    expect(installed.log()).toBe('pip');
  });

  test('mends what is gone from the cache', async () => {
    const installed = await makeInstallation();
    const { answer } = await firstUse(installed);
    rmSync(answer.binding!);
    expect((await firstUse(installed)).answer).toEqual(answer);
    expect(existsSync(answer.binding!)).toBe(true);
  });
});

describe('without a library', () => {
  test('says why and what to do in words of an installed program, once, until it is asked again', async () => {
    const installed = await makeInstallation();
    const first = await firstUse(installed, [], { FAKE_PIP: 'fails' });
    expect(first.code).toBe(0);
    expect(first.answer).toMatchObject({ binding: null, libtensorflow: null });
    expect(first.answer.reason).toContain('No matching distribution found');
    expect(first.stderr).toContain('afterwards: epochnoise doctor\n');
    expect(first.stderr).toContain('epochnoise run quickstart --set backend=cpu\n');
    expect(first.stderr).not.toContain('scripts/setup.mjs');
    expect(await firstUse(installed)).toEqual({ code: 0, stderr: '', answer: first.answer });
    expect((await firstUse(installed, ['--retry'])).answer.libtensorflow).toMatchObject({ version: '2.15.1' });
  });

  test('a path that cannot be used: code 3, one sentence, no answer', async () => {
    const { code, stderr, answer } = await firstUse(await makeInstallation(), [], {
      EPOCHNOISE_LIBTENSORFLOW: 'nowhere.whl',
    });
    expect({ code, answer }).toEqual({ code: 3, answer: null });
    expect(stderr.trimEnd()).toMatch(
      /\nset-up: EPOCHNOISE_LIBTENSORFLOW names .*nowhere\.whl, which does not exist; .*$/,
    );
  });
});
