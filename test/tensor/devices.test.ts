/** What the native library computes on. Channel: TensorFlow's own words, and what the binding says of GPUs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { heldByLibrary, nativeDevices, openBackend } from '../../src/tensor/backend.ts';
import { devicesInWords, devicesOfRefusal, fallsBack } from '../../src/tensor/devices.ts';
import type { Binding } from '../../src/tensor/library.ts';
import { setTensorFlow } from '../../src/tensor/tensorflow-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'devices-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a refusal', () => {
  const refusal = (devices: string, more = '') =>
    `Failed to load SavedModel: Cannot assign a device for operation nowhere: {{node nowhere}} was explicitly assigned to /device:GPU:9999 but available devices are [ ${devices} ]. Make sure the device specification refers to a valid device.${more}\n\t [[nowhere]]`;
  const name = (device: string) => `/job:localhost/replica:0/task:0/device:${device}`;

  // The first two were TensorFlow 2.15.1's, of both builds, without a GPU.
  it.each([
    [refusal(name('CPU:0'), ' The requested device appears to be a GPU, but CUDA is not enabled.'), false, 0],
    [refusal(name('CPU:0')), true, 0],
    [refusal([name('CPU:0'), name('GPU:0'), name('GPU:1')].join(', ')), true, 2],
  ])('%s', (message, cudaBuild, gpus) => expect(devicesOfRefusal(message)).toEqual({ cudaBuild, gpus }));

  it('for another reason tells nothing', () => expect(devicesOfRefusal('no such op')).toBeNull());
});

describe('the library that is here', () => {
  it('has a GPU where the binding says so, and asking leaves nothing behind', () => {
    const { version } = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
    const held = heldByLibrary();
    const devices = nativeDevices();
    const tfjsNode = createRequire(import.meta.url)('@tensorflow/tfjs-node') as {
      backend(): { binding: Binding };
    };
    expect(devices.gpus > 0).toBe(tfjsNode.backend().binding.isUsingGpuDevice());
    expect(version.includes('(CUDA build)')).toBe(devices.cudaBuild);
    expect(heldByLibrary()).toEqual(held);
  });
});

describe('in words', () => {
  const driver = (files: Readonly<Record<string, string>>) => {
    const proc = mkdtempSync(join(folder, 'proc-'));
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(proc, name)), { recursive: true });
      writeFileSync(join(proc, name), content);
    }
    return proc;
  };
  const version = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023';
  const a100 = 'Model: \t\t NVIDIA A100\nIRQ: 1\n';
  const t4 = 'Model: \t\t Tesla T4\n';

  it.each([
    [{ cudaBuild: false, gpus: 0 }, {}, ''],
    [{ cudaBuild: true, gpus: 0 }, { version }, ' (CUDA build) on the CPU'],
    [
      { cudaBuild: true, gpus: 1 },
      { version, 'gpus/1/information': a100 },
      ' (CUDA build) on NVIDIA A100, driver 535.104.05',
    ],
    [
      { cudaBuild: true, gpus: 2 },
      { 'gpus/1/information': a100, 'gpus/2/information': a100, 'gpus/3/information': t4 },
      ' (CUDA build) on the fastest of NVIDIA A100, Tesla T4',
    ],
    [{ cudaBuild: true, gpus: 1 }, {}, ' (CUDA build) on an NVIDIA GPU'],
  ])('%j', (devices, files, words) =>
    expect(devicesInWords(devices, { folder: driver(files), environment: {}, ask: () => null })).toBe(words),
  );
});

it.each([
  [{ cudaBuild: true, gpus: 0 }, true],
  [{ cudaBuild: true, gpus: 1 }, false],
  [{ cudaBuild: false, gpus: 0 }, false],
])('%j falls back to the CPU: %s', (devices, answer) => expect(fallsBack(devices)).toBe(answer));

it('settings that results depend on hold, whatever the environment says; the others give way', () => {
  const environment: NodeJS.ProcessEnv = {
    NVIDIA_TF32_OVERRIDE: '1',
    TF_DETERMINISTIC_OPS: '0',
    TF_CPP_MIN_LOG_LEVEL: '0',
    TF_NUM_INTEROP_THREADS: '7',
  };
  setTensorFlow(2, environment);
  expect(environment).toEqual({
    NVIDIA_TF32_OVERRIDE: '0',
    TF_DETERMINISTIC_OPS: '1',
    TF_CUDNN_DETERMINISTIC: '1',
    TF_CUDNN_USE_AUTOTUNE: '0',
    TF_NUM_INTRAOP_THREADS: '1',
    TF_NUM_INTEROP_THREADS: '2',
    TF_CPP_MIN_LOG_LEVEL: '0',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  });
});
