/** A run on a device of back end webgpu that is none says so when it begins. */
import { expect, it } from 'vitest';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { skipped } from '../../tensor/webgpu/software.ts';
import { quiet, tiny } from '../run/tiny.ts';

it.skipIf(skipped)(`webgpu in software is warned of at the start${skipped}`, async () => {
  const warned: string[] = [];
  const warnings = { ...quiet, warn: (text: string) => void warned.push(text) };
  await openWorkbench(tiny({ backend: 'webgpu' }), { threads: 1 }, warnings);
  expect(warned).toHaveLength(1);
  expect(warned[0]).toMatch(
    /^back end webgpu computes in software, on .*SwiftShader.*, which is no graphics device: a hundred times slower than back end tensorflow$/,
  );
  await openWorkbench(tiny(), { threads: 1 }, warnings);
  expect(warned).toHaveLength(1);
});
