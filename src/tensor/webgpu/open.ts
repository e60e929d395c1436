/** Back end `webgpu`: tfjs's kernels and this project's, recorded once and replayed on the graphics device, float32. */
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../../errors.ts';
import type { Backend } from '../backend.ts';
import { derivativesOf } from '../derivatives.ts';
import { oneByOne } from '../one-by-one.ts';
import { checkedOpsOf } from '../ops.ts';
import { type Precision, sizeOf } from '../types.ts';
import { Buffers } from './buffers.ts';
import { wantedDevice } from './adapters.ts';
import { type DeviceChoice, type Gpu, openGpu } from './device.ts';
import { loadLibrary, type WebgpuLibrary } from './library.ts';
import { compileOnGpu, linearizeOnGpu } from './linearize.ts';
import { StoredBuffer } from './stored.ts';

interface Opened {
  readonly gpu: Gpu;
  readonly library: WebgpuLibrary;
  readonly buffers: Buffers;
}

let opened: Promise<Opened> | undefined;
let ready: Opened | undefined;

/**
 * Finds the device and loads what runs on it; once in a process, and again after the device has failed. `openWebgpu` needs
 * it to have been done, because a device is given with a delay and all else at once.
 *
 * @param choice which device; unless said otherwise what EPOCHNOISE_WEBGPU asks for
 * @throws NoDevice where there is no device or no driver; ConfigurationError where a package or the device of this name is
 * missing, or the driver refuses it
 */
export async function prepareWebgpu(choice: DeviceChoice = wantedDevice()): Promise<void> {
  if (ready && hasFailed(ready.gpu)) closeWebgpu();
  opened ??= open(choice);
  try {
    ready = await opened;
  } catch (error) {
    opened = undefined;
    throw error;
  }
}

async function open(choice: DeviceChoice): Promise<Opened> {
  const gpu = await openGpu(choice);
  try {
    const library = loadLibrary(gpu);
    return { gpu, library, buffers: new Buffers(gpu) };
  } catch (error) {
    gpu.close();
    throw error;
  }
}

function hasFailed(gpu: Gpu): boolean {
  try {
    gpu.check();
    return false;
  } catch {
    return true;
  }
}

/** The device itself: the tests take it away. */
export const openedDevice = (): GPUDevice | undefined => ready?.gpu.device;

/** Bytes held on the device: the tests see to it that none leak. */
export const heldOnDevice = (): number => ready?.buffers.bytes ?? 0;

/** Gives the device back; `prepareWebgpu` opens it again. */
export function closeWebgpu(): void {
  ready?.gpu.close();
  ready = undefined;
  opened = undefined;
}

/**
 * The back end on the device that was prepared.
 *
 * @throws ConfigurationError at float64, which graphics devices do not have in WebGPU
 */
export function openWebgpu(precision: Precision): Backend {
  if (precision === 'float64')
    throw new ConfigurationError(
      'precision float64 was asked for on back end webgpu, which has no doubles: use back end tensorflow, or float32',
    );
  if (!ready) throw new Error('back end webgpu was opened before prepareBackend was waited for');
  const { gpu, library, buffers } = ready;
  const { tf } = library;
  return {
    name: 'webgpu',
    precision,
    version: `tfjs ${tf.version_core} on ${nameOf(gpu)}`,
    threads: 1,
    isDevice: true,
    largestTensor: buffers.largest,
    stateInSession: false,
    ops: checkedOpsOf(tf as typeof tfjs),
    derivatives: derivativesOf(tf),
    store(values, shape) {
      const size = sizeOf(shape);
      if (values.length !== size)
        throw new RangeError(
          `${values.length} values given for a tensor of shape [${shape.join(', ')}], which has ${size}`,
        );
      gpu.check();
      return new StoredBuffer(buffers, buffers.hold(values), shape, values instanceof Int32Array ? 'int32' : 'real');
    },
    compile: (fn, inputs) => compileOnGpu(library, buffers, fn, inputs),
    compileTogether: oneByOne((fn, inputs) => compileOnGpu(library, buffers, fn, inputs)),
    linearize: (fn, statics, dynamics) => linearizeOnGpu(library, buffers, fn, statics, dynamics),
  };
}

const nameOf = (gpu: Gpu): string => {
  const { name, driver, isSoftware } = describe(gpu);
  return [name, driver, isSoftware && 'in software'].filter(Boolean).join(', ');
};

/** What a graphics device says of itself. */
export interface DeviceDescription {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** The driver, with its version. */
  readonly driver: string;
  /** Whether it is the processor that computes, as on SwiftShader and llvmpipe: no graphics device at all. */
  readonly isSoftware: boolean;
  /** Names of the other devices of the machine. */
  readonly others: readonly string[];
}

/** The device that was prepared, null where none was. */
export const preparedDevice = (): DeviceDescription | null => (ready ? describe(ready.gpu) : null);

function describe({ info, name, names }: Gpu): DeviceDescription {
  const { vendor, architecture, description: driver } = info;
  return {
    name: name || vendor || 'an unnamed device',
    vendor,
    architecture,
    driver,
    // Newer than the types.
    isSoftware: (info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true,
    others: names.filter((other) => other !== name),
  };
}
