/** Which graphics device is taken. Channel: what Dawn prints, and names of real devices. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  adapterCalled,
  deviceCalled,
  fullName,
  namesIn,
  NoDevice,
  refuseHardware,
  wantedDevice,
} from '../../../src/tensor/webgpu/adapters.ts';
import { openGpu } from '../../../src/tensor/webgpu/device.ts';
import { preparedDevice } from '../../../src/tensor/webgpu/open.ts';
import { skipped } from './software.ts';

const NAMES = ['NVIDIA GeForce RTX 4070 Laptop GPU', 'Intel(R) Graphics (RPL-S)', 'llvmpipe (LLVM 15.0.7, 256 bits)'];
/** Dawn's words, from its dawn.node/binding/GPU.cpp. */
const SAID = `no suitable backends found
Available adapters:${NAMES.map((name) => `\n * backend: 'vulkan', name: '${name}'`).join('')}`;

describe('EPOCHNOISE_WEBGPU', () => {
  const before = process.env.EPOCHNOISE_WEBGPU;
  afterEach(() => {
    if (before === undefined) delete process.env.EPOCHNOISE_WEBGPU;
    else process.env.EPOCHNOISE_WEBGPU = before;
  });

  it.each([
    ['', { software: false, name: null }],
    [' ', { software: false, name: null }],
    ['software', { software: true, name: null }],
    ['Software', { software: true, name: null }],
    [' geforce ', { software: false, name: 'geforce' }],
  ])('%j', (value, wanted) => {
    process.env.EPOCHNOISE_WEBGPU = value;
    expect(wantedDevice()).toEqual(wanted);
  });
});

describe('a device by name', () => {
  it('is one of those that Dawn tells, in its order', () => expect(namesIn(SAID)).toEqual(NAMES));

  it('is found by any part of its name, in whatever case', () => {
    expect(deviceCalled('rtx 4070', NAMES)).toBe(NAMES[0]);
    expect(deviceCalled('LLVMPIPE', NAMES)).toBe(NAMES[2]);
    // Two have it: the one that Dawn prefers.
    expect(deviceCalled('gp', ['a GPU', 'b GPU'])).toBe('a GPU');
    // Each can be taken by its whole name.
    expect(deviceCalled('RTX 4070', ['RTX 4070 Ti', 'RTX 4070'])).toBe('RTX 4070');
  });

  it('that is not there is refused, with those that are', () => {
    expect(() => deviceCalled('radeon', NAMES)).toThrow(
      'EPOCHNOISE_WEBGPU is "radeon"; expected software, or a part of the name of a graphics device, of which here are NVIDIA GeForce RTX 4070 Laptop GPU, Intel(R) Graphics (RPL-S), llvmpipe (LLVM 15.0.7, 256 bits)',
    );
    expect(() => deviceCalled('radeon', [])).toThrow('of which none is here: install its driver with Vulkan');
  });

  it('that its driver does not give is refused', async () => {
    const create = () => ({ requestAdapter: async () => null }) as unknown as GPU;
    await expect(adapterCalled(create, 'rtx', NAMES)).rejects.toThrow(
      'EPOCHNOISE_WEBGPU is "rtx", but the driver of NVIDIA GeForce RTX 4070 Laptop GPU does not give it: update the driver, or take another device',
    );
  });

  it('is known again by what WebGPU shows of the name', () => {
    expect(fullName('intel-r-graphics-rpl-s-', NAMES)).toBe(NAMES[1]);
    expect(fullName('another', NAMES)).toBe('another');
  });
});

it('a graphics device is refused where software was asked for', () => {
  const described = (isFallbackAdapter: boolean) =>
    ({ info: { description: 'NVIDIA 550', device: 'a', isFallbackAdapter } }) as unknown as Parameters<
      typeof refuseHardware
    >[0];
  expect(() => refuseHardware(described(true))).not.toThrow();
  expect(() => refuseHardware(described(false))).toThrow(
    /^EPOCHNOISE_WEBGPU is software, but VK_DRIVER_FILES names the driver of a graphics device \(NVIDIA 550\): take /,
  );
});

describe.skipIf(skipped)(`a software device${skipped}`, () => {
  it('is told from a graphics device, with its name and its driver', () => {
    expect(preparedDevice()).toMatchObject({
      name: expect.stringContaining('SwiftShader Device'),
      vendor: 'google',
      driver: expect.stringContaining('SwiftShader'),
      isSoftware: true,
      others: [],
    });
  });

  it('is opened by name', async () => {
    const gpu = await openGpu({ software: true, name: 'SWIFT' });
    expect(gpu.name).toContain('SwiftShader Device');
    gpu.close();
  });

  it('of another name is refused', async () => {
    const refusal = openGpu({ software: true, name: 'nobody' });
    await expect(refusal).rejects.toThrow(/of which here is SwiftShader Device/);
    await expect(refusal).rejects.not.toBeInstanceOf(NoDevice);
  });
});
