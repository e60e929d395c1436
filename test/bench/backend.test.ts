import { describe, expect, test } from 'vitest';
import { deviceIn, fileNameOf } from '../../bench/backend.mjs';

describe('deviceIn', () => {
  test.each([
    ['tfjs 4.22.0 on NVIDIA H100 80GB HBM3, NVIDIA 550.54', 'NVIDIA H100 80GB HBM3, NVIDIA 550.54', false],
    ['tensorflow 2.15.1 (CUDA build) on NVIDIA A10, driver 550.54', 'NVIDIA A10, driver 550.54', false],
    ['tensorflow 2.15.1 (CUDA build) on the CPU', 'the CPU', true],
    ['tensorflow 2.15.1', 'the CPU', true],
    [
      'tfjs 4.22.0 on SwiftShader Device (Subzero), SwiftShader driver',
      'SwiftShader Device (Subzero), SwiftShader driver',
      true,
    ],
    ['tfjs 4.22.0 on llvmpipe (LLVM 15.0.6, 256 bits)', 'llvmpipe (LLVM 15.0.6, 256 bits)', true],
  ])('%s', (version, name, software) => {
    expect(deviceIn(version)).toEqual({ name, software });
  });
});

test('a device names a file', () => {
  expect(fileNameOf({ name: 'NVIDIA H100 80GB HBM3, NVIDIA 550.54', software: false })).toBe('nvidia-h100-80gb-hbm3');
  expect(fileNameOf({ name: 'the CPU', software: true })).toBe('the-cpu');
});
