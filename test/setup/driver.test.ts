/** What set-up finds of NVIDIA's driver; no driver is needed here, and one that is there is not asked. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { driverSentence, findCards, findDriver, isOlder } from '../../scripts/setup/driver.mjs';
import { fill, temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();
beforeEach(() => vi.stubEnv('PATH', newFolder()));
afterEach(() => vi.unstubAllEnvs());

test.each([
  ['525.60.13', '525.60.13', false],
  ['525.60.11', '525.60.13', true],
  ['470.256.02', '525.60.13', true],
  ['1000.1', '525.60.13', false],
  ['525.60', '525.60.13', true],
  ['535', '525.60.13', false],
])('is %s older than %s: %s', (version, than, older) => expect(isOlder(version, than)).toBe(older));

describe('in a sentence', () => {
  const h100 = { version: '535.104.05', gpus: ['NVIDIA H100'], library: true };
  test.each([
    [h100, "NVIDIA's driver 535.104.05 was found, with NVIDIA H100"],
    [{ ...h100, gpus: [] }, "NVIDIA's driver 535.104.05 was found, but no GPU, so TensorFlow falls back to the CPU"],
    [
      { ...h100, version: '470.256.02' },
      /470\.256\.02 was found, too old for CUDA 12, so .* install NVIDIA's driver 525\.60\.13 or later$/,
    ],
    [
      { ...h100, library: false },
      /was found, but its libcuda\.so\.1 cannot be loaded, so TensorFlow falls back to the CPU; .*--gpus all/,
    ],
    [
      { version: null, gpus: [], library: true },
      /^libcuda\.so\.1 can be loaded, but no NVIDIA driver answers, so TensorFlow falls back/,
    ],
    [
      { version: null, gpus: [], library: false },
      /^no NVIDIA driver was found, so TensorFlow falls back to the CPU; for a GPU install/,
    ],
  ])('%j', (driver, sentence) =>
    sentence instanceof RegExp
      ? expect(driverSentence(driver)).toMatch(sentence)
      : expect(driverSentence(driver)).toBe(sentence),
  );
});

describe('is found', () => {
  const LIBM = process.platform === 'darwin' ? 'libm.dylib' : 'libm.so.6';

  test('nowhere, where there is none', async () => {
    const where = { proc: join(newFolder(), 'none'), library: 'libnone-of-this-name.so.1' };
    expect(await findDriver(where)).toEqual({ version: null, gpus: [], library: false });
  });

  test.each([
    'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version: gcc 12.2.0',
    'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  535.104.05  Release Build  (dvs-builder@U16)',
  ])('in what its kernel module tells: %s', async (version) => {
    const proc = fill(newFolder(), { version, 'gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA A100\nIRQ:   1\n' });
    // A library that does not come from NVIDIA: whether one can be loaded is all that is asked.
    expect(await findDriver({ proc, library: LIBM })).toEqual({
      version: '535.104.05',
      gpus: ['NVIDIA A100'],
      library: true,
    });
  });

  test('by its own program, before all else', async () => {
    const script = `#!${process.execPath}\nconsole.log('550.54.15, NVIDIA H100 80GB HBM3\\n550.54.15, NVIDIA T4');`;
    const folder = fill(newFolder(), { 'nvidia-smi': script });
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    vi.stubEnv('PATH', folder);
    const found = await findDriver({ proc: fill(newFolder(), { version: 'Kernel Module  1.2.3' }), library: 'none' });
    expect(found).toMatchObject({ version: '550.54.15', gpus: ['NVIDIA H100 80GB HBM3', 'NVIDIA T4'] });
  });

  test('not in the words of that program where it reaches no driver', async () => {
    const script = `#!${process.execPath}\nconsole.log('NVIDIA-SMI has failed');process.exit(9);`;
    const folder = fill(newFolder(), { 'nvidia-smi': script });
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    vi.stubEnv('PATH', folder);
    expect((await findDriver({ proc: newFolder(), library: 'none' })).version).toBeNull();
  });
});

describe('cards', () => {
  async function cardsOf(answer: string) {
    const folder = fill(newFolder(), { 'nvidia-smi': `#!${process.execPath}\n${answer}` });
    chmodSync(join(folder, 'nvidia-smi'), 0o755);
    vi.stubEnv('PATH', folder);
    return await findCards();
  }

  test('are told by the driver’s own program, with the memory that is free where it is known', async () => {
    // The columns that are asked for, and lines as `--format=csv,noheader,nounits` has them.
    const answer = `if (process.argv[2] === '--query-gpu=uuid,mig.mode.current,memory.free,name')
      console.log('GPU-1, Disabled, 143770, NVIDIA H200\\nGPU-2, Enabled, 80, NVIDIA A30\\nGPU-3, [N/A], [N/A], NVIDIA GB10');`;
    expect(await cardsOf(answer)).toEqual([
      { uuid: 'GPU-1', name: 'NVIDIA H200', divided: false, free: 143770 * 2 ** 20 },
      { uuid: 'GPU-2', name: 'NVIDIA A30', divided: true, free: 80 * 2 ** 20 },
      { uuid: 'GPU-3', name: 'NVIDIA GB10', divided: false, free: null },
    ]);
  });

  test('are none where it reaches no driver, or is not there', async () => {
    expect(await cardsOf(`console.log('a, b, 1, c');process.exit(9);`)).toEqual([]);
    vi.stubEnv('PATH', newFolder());
    expect(await findCards()).toEqual([]);
  });
});
