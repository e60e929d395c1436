/** What goes wrong with a device is one sentence, and the next device works. */
import { describe, expect, it } from 'vitest';
import { openBackend } from '../../../src/tensor/backend.ts';
import { real } from '../../../src/tensor/types.ts';
import { Buffers } from '../../../src/tensor/webgpu/buffers.ts';
import { type Globals, openAdapter, openGpu, watched } from '../../../src/tensor/webgpu/device.ts';
import { loadLibrary } from '../../../src/tensor/webgpu/library.ts';
import { compileOnGpu } from '../../../src/tensor/webgpu/linearize.ts';
import { closeWebgpu, openWebgpu, prepareWebgpu } from '../../../src/tensor/webgpu/open.ts';
import { openSoftware, skipped } from './software.ts';

/** A device of which nothing is known but what becomes of it. */
function fakeDevice() {
  const events = new EventTarget();
  let lose: (info: object) => void;
  const lost = new Promise((resolve) => (lose = resolve));
  const device = Object.assign(events, { lost, destroy() {} }) as unknown as GPUDevice;
  const gpu = watched({ gpu: {} as GPU, device, info: {} as GPUAdapterInfo, names: [], globals: {} as Globals });
  class GPUOutOfMemoryError extends Error {}
  class GPUValidationError extends Error {}
  const fail = (error: Error) => events.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  return {
    gpu,
    lose: (message: string) => lose({ message }),
    outOfMemory: (message: string) => fail(new GPUOutOfMemoryError(message)),
    invalid: (message: string) => fail(new GPUValidationError(message)),
  };
}

describe('a device', () => {
  it('that is lost says so, and that the run can be resumed', async () => {
    const { gpu, lose, invalid } = fakeDevice();
    gpu.check();
    lose('GPU hung.\n - more');
    await Promise.resolve();
    invalid('what follows from it');
    expect(() => gpu.check()).toThrow(
      'the graphics device was lost (GPU hung): resume the run, on this back end or on another',
    );
  });

  it('that is lost without a word says so without one', async () => {
    const { gpu, lose } = fakeDevice();
    lose('');
    await Promise.resolve();
    expect(() => gpu.check()).toThrow(/^the graphics device was lost: resume the run, /);
  });

  it('that its driver does not open says so', async () => {
    const adapter = {
      limits: {},
      info: { description: 'D 1', device: 'a' },
      requestDevice: async () => Promise.reject(new Error('VK_ERROR_INITIALIZATION_FAILED\n - at CreateDevice')),
    };
    await expect(openAdapter({} as GPU, adapter as never, [], {} as Globals)).rejects.toThrow(
      /^the driver does not open the graphics device D 1 \(VK_ERROR_INITIALIZATION_FAILED\): end what else uses /,
    );
  });

  it('that has too little memory says so', () => {
    const { gpu, outOfMemory } = fakeDevice();
    outOfMemory('Failed to allocate 5 GB.');
    expect(() => gpu.check()).toThrow(
      'the graphics device has too little memory (Failed to allocate 5 GB): end what else uses it, or lower --memory, and resume the run',
    );
  });

  it('that was closed is no failure, but no device either', async () => {
    const { gpu, lose } = fakeDevice();
    gpu.close();
    lose('destroyed');
    await Promise.resolve();
    expect(() => gpu.check()).toThrow('the graphics device was closed before the run');
  });
});

describe.skipIf(skipped)(`a software device${skipped}`, () => {
  it('that is lost in the middle of its work fails what waits and what comes', async () => {
    const gpu = await openGpu({ software: true });
    const buffers = new Buffers(gpu);
    const library = loadLibrary(gpu);
    const compiled = compileOnGpu(library, buffers, (x) => [library.tf.square(x)], [real(2)]);
    const x = Float32Array.of(2, 3);
    expect([...(await compiled.run(x))[0]]).toEqual([4, 9]);
    const waiting = compiled.run(x);
    gpu.device.destroy();
    await expect(waiting).rejects.toThrow(/the graphics device was lost \(.+\): resume the run/);
    await expect(compiled.run(x)).rejects.toThrow('the graphics device was lost');
    expect(() => compiled.keep(x)).toThrow('the graphics device was lost');
    compiled.dispose();
  });

  it('is opened again after it was closed', async () => {
    closeWebgpu();
    expect(() => openWebgpu('float32')).toThrow('prepareBackend');
    await prepareWebgpu({ software: true });
    const backend = openSoftware();
    const compiled = backend.compile((x) => [backend.ops.tanh(x)], [real(1)]);
    expect((await compiled.run(Float32Array.of(1)))[0][0]).toBeCloseTo(Math.tanh(1), 6);
    compiled.dispose();
  });

  it('refuses a tensor that is larger than it takes, naming both', () => {
    const buffers = new Buffers({
      device: { limits: { maxStorageBufferBindingSize: 1000, maxBufferSize: 2000 } },
      usage: {},
    } as never);
    expect(() => buffers.create(251)).toThrow(
      'a tensor of 1004 bytes does not fit the graphics device, which takes 1000 at most: ask for fewer samples (data.samples) or smaller batches (sgd.batchSize), or resume the run on another back end',
    );
  });

  it('has no doubles', () => {
    expect(() => openBackend({ name: 'webgpu', precision: 'float64', threads: 1 })).toThrow('which has no doubles');
  });

  it('leaves no navigator behind', () => {
    const { navigator = {} } = globalThis as { navigator?: object };
    expect('gpu' in navigator).toBe(false);
  });
});
