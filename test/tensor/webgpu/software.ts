/** Back end webgpu in software, for tests: SwiftShader, where it is installed. */
import { openBackend } from '../../../src/tensor/backend.ts';
import { prepareWebgpu } from '../../../src/tensor/webgpu/open.ts';

/** Why tests of this back end are skipped, to be added to their names; empty where they run. */
export const skipped: string = await prepareWebgpu({ software: true }).then(
  () => '',
  (error: Error) => ` (skipped: ${error.message})`,
);

/** The back end; only where nothing is skipped. */
export const openSoftware = () => openBackend({ name: 'webgpu', precision: 'float32', threads: 1 });
