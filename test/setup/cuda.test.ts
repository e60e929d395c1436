/** EPOCHNOISE_LIBTENSORFLOW=cuda, from the command line, with stand-ins for pip and its wheels. */
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nvidiaRequirements } from '../../scripts/setup/cuda.mjs';
import { listFiles } from '../../scripts/setup/files.mjs';
import { routesFor } from '../../scripts/setup/routes.mjs';
import { recordOf, writeWheel } from './archives.ts';
import { makeCheckout } from './checkout.ts';
import {
  CUBLAS,
  CUBLAS_FILES,
  cudaWheels,
  HAS_CUDA_BUILD,
  METADATA,
  NVCC,
  TENSORFLOW,
  wheelOf,
} from './cuda-wheels.ts';
import { temporaryFolders } from './temporary.ts';

const newFolder = temporaryFolders();

describe('NVIDIA’s wheels that METADATA names', () => {
  test('are those of the extra and-cuda, with their releases; tensorrt is none', () =>
    expect(nvidiaRequirements(METADATA)).toEqual([CUBLAS, NVCC]));

  test.each([
    [`Requires-Dist: nvidia-nccl-cu12<3.0,>=2.21.5; extra == "and-cuda"`, ['nvidia-nccl-cu12<3.0,>=2.21.5']],
    [`Requires-Dist: nvidia-nccl-cu12 (<3.0, >=2.21.5) ; extra == 'and-cuda'`, ['nvidia-nccl-cu12<3.0,>=2.21.5']],
    [`Requires-Dist: nvidia-nccl-cu12 (==2.21.5) ; extra == 'other'`, []],
    [`Requires-Dist: nvidia-nccl-cu12 (==2.21.5)`, []],
  ])('of %s', (line, requirements) => expect(nvidiaRequirements(line)).toEqual(requirements));
});

test('other platforms: one sentence', async () => {
  const search = { cache: newFolder(), modules: '', packageFolder: '', platform: 'darwin-arm64', given: 'cuda' };
  await expect(routesFor(search)[0].find()).rejects.toMatchObject({
    exitCode: 3,
    message:
      "EPOCHNOISE_LIBTENSORFLOW=cuda was asked for on darwin-arm64, but TensorFlow's CUDA build exists for Linux x64 only: say EPOCHNOISE_LIBTENSORFLOW=cpu",
  });
});

describe.skipIf(!HAS_CUDA_BUILD)('set-up', () => {
  /** A checkout, its wheels, and set-up with the variable. */
  function begin() {
    const checkout = makeCheckout(newFolder);
    const wheels = cudaWheels(newFolder());
    const setUp = (library: string, env: NodeJS.ProcessEnv = {}) =>
      checkout.setUp([], { EPOCHNOISE_LIBTENSORFLOW: library, FAKE_WHEELS: wheels, ...env });
    const deps = join(checkout.root, 'node_modules/@tensorflow/tfjs-node/deps');
    const library = () => readFileSync(join(deps, 'lib/libtensorflow_cc.so.2'), 'utf8');
    return { checkout, wheels, setUp, deps, library, home: join(checkout.cache, 'cuda/tensorflow-2.15.1') };
  }

  test('says what it found of the driver and what it downloads, and puts NVIDIA’s libraries where TensorFlow’s look', async () => {
    const { checkout, setUp, deps, library, home } = begin();
    const { code, stdout, stderr } = await setUp('cuda');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(
      /^set-up: CUDA: .*driver.*\nset-up: CUDA: .* \d+ MB to download, \d+ MB once unpacked into /,
    );
    expect(checkout.record().libtensorflow).toMatchObject({ version: '2.15.1', origin: `${TENSORFLOW} with CUDA` });
    expect(checkout.log()).toBe([TENSORFLOW, CUBLAS, NVCC].join(' '));
    expect(library()).toBe('for CUDA');
    expect(readFileSync(join(deps, 'lib/../nvidia/cublas/lib/libcublas.so.12'), 'utf8')).toBe('products');
    // Nothing of the wheels but what is needed; nothing half done; no wheel.
    expect(listFiles(join(home, 'nvidia'))).toEqual([
      'cublas/License.txt',
      'cublas/complete.json',
      'cublas/lib/libcublas.so.12',
      'cuda_nvcc/bin/ptxas',
      'cuda_nvcc/complete.json',
      'cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    ]);
    expect(statSync(join(home, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
    expect(readdirSync(checkout.cache).sort()).toEqual(['bindings', 'cuda']);
    expect(await setUp('cuda')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('what was fetched before it failed is not fetched again', async () => {
    const { checkout, wheels, setUp } = begin();
    const nvcc = wheelOf(wheels, NVCC);
    renameSync(nvcc, `${nvcc}.away`);
    const failed = await setUp('cuda');
    expect(failed.code).toBe(3);
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toBe(
      'set-up: EPOCHNOISE_LIBTENSORFLOW=cuda cannot be used: pip could not download it: ERROR: No matching distribution found',
    );
    renameSync(`${nvcc}.away`, nvcc);
    const { code, stderr } = await setUp('cuda');
    expect(code).toBe(0);
    expect(stderr).toContain('their checksums are right');
    expect(checkout.log()).toBe([TENSORFLOW, CUBLAS, NVCC, NVCC].join(' '));
  });

  test('a copy that was changed is fetched again, and no other', async () => {
    const { checkout, setUp, home } = begin();
    await setUp('cuda');
    writeFileSync(join(home, 'nvidia/cublas/lib/libcublas.so.12'), 'damaged');
    rmSync(join(checkout.root, 'node_modules/.epochnoise'), { recursive: true });
    const { code, stderr } = await setUp('cuda');
    expect(code).toBe(0);
    expect(stderr).toContain('1 of 3 libraries damaged, and removed');
    expect(checkout.log()).toBe([TENSORFLOW, CUBLAS, NVCC, CUBLAS].join(' '));
  });

  test('a wheel that is not what its RECORD says, or a disk too small: code 3, and the library that was there stays', async () => {
    const { checkout, wheels, setUp, library, home } = begin();
    await setUp('cpu');
    const before = library();
    const full = await setUp('cuda', { FAKE_DISK: 'full' });
    expect(full.code).toBe(3);
    expect(full.stderr).toMatch(
      /EPOCHNOISE_LIBTENSORFLOW=cuda needs \d+ MB on the disk of .*, which has 4 MB free: make room/,
    );
    writeWheel(
      wheelOf(wheels, CUBLAS),
      CUBLAS_FILES,
      recordOf({ ...CUBLAS_FILES, 'nvidia/cublas/lib/libcublas.so.12': 'x' }),
    );
    const wrong = await setUp('cuda');
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).toMatch(
      /cannot be used: .*libcublas\.so\.12 does not match the SHA-256 in the wheel's RECORD\n$/,
    );
    expect(listFiles(join(home, 'nvidia'))).toEqual([]);
    expect(library()).toBe(before);
    expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('to CUDA and back by the variable; without it what is in place stays, and a new checkout gets the usual build', async () => {
    const { checkout, wheels, setUp, library, deps } = begin();
    await checkout.setUp([], { FAKE_WHEELS: wheels });
    const usual = library();
    expect((await setUp('cuda')).stderr).toContain('binding: taken from the cache');
    expect(library()).toBe('for CUDA');
    expect(await checkout.setUp()).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stderr } = await setUp('cpu');
    expect(stderr).toContain('its checksums are right');
    expect(stderr).toContain('binding: taken from the cache');
    expect(library()).toBe(usual);
    expect(readdirSync(deps).sort()).toEqual(['include', 'lib']);
    expect(checkout.log()).toBe(['tensorflow-cpu==2.15.1', TENSORFLOW, CUBLAS, NVCC].join(' '));
    const other = makeCheckout(newFolder, { cache: join(checkout.cache, '..') });
    await other.setUp();
    expect(other.record().libtensorflow).toMatchObject({ origin: 'tensorflow-cpu==2.15.1' });
  });
});
