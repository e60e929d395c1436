/** tfjs with its kernels for WebGPU, and what of their insides is used, with types. */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs-core';
import { ConfigurationError } from '../../errors.ts';
import { makeCurrent } from '../library.ts';
import { enableSecondOrder } from '../second-order.ts';
import type { Gpu } from './device.ts';
import { registerKernels } from './kernels/register.ts';

/** tfjs, its kernel backend for a device, and the device. */
export interface WebgpuLibrary {
  readonly tf: typeof tfjs;
  readonly backend: KernelBackend;
  readonly gpu: Gpu;
}

/** What a kernel hands over to be run: WGSL and how many workgroups of it. */
export interface Program {
  readonly shaderKey: string;
  readonly variableNames: string[];
  readonly outputShape: number[];
  readonly workgroupSize: [number, number, number];
  readonly dispatchLayout: { x: number[]; y?: number[]; z?: number[] };
  readonly uniforms?: string;
  /** Whether the number of outputs is among the uniforms. */
  readonly size?: boolean;
  readonly outputComponent?: number;
  readonly variableComponents?: number[];
  readonly pixelsOpType?: unknown;
  dispatch: [number, number, number];
  /** Set when the program was compiled. */
  pipeline?: GPUComputePipeline;
  getUserCode(): string;
}

/** A field of a program's uniforms. */
export interface Uniform {
  readonly type: 'int32' | 'uint32' | 'float32';
  readonly data: number[];
}

/** Values of a tensor in tfjs's memory, or none where they are on the device. */
export interface TensorData {
  values: Float32Array | Int32Array | Uint8Array | number[] | null;
  readonly dtype: string;
  readonly shape: number[];
}

/** tfjs's kernel backend: every kernel ends in runWebGPUProgram, once or several times. */
export interface KernelBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(data: object): TensorData; has(data: object): boolean };
  runWebGPUProgram(
    program: Program,
    inputs: tfjs.TensorInfo[],
    dtype: string,
    uniforms?: Uniform[] | null,
    output?: tfjs.TensorInfo,
  ): tfjs.TensorInfo;
  recordAndSubmit(
    program: Program,
    output: tfjs.TensorInfo,
    inputs: tfjs.TensorInfo[],
    uniforms?: Uniform[] | null,
  ): void;
  uploadToGPU(data: object): void;
  readSync(data: object): Float32Array | Int32Array | Uint8Array;
  read(data: object): Promise<Float32Array | Int32Array | Uint8Array>;
  write(values: TensorData['values'], shape: number[], dtype: string): object;
  makeTensorInfo(shape: number[], dtype: string, values?: TensorData['values']): tfjs.TensorInfo;
  incRef(data: object): void;
  disposeData(data: object, force?: boolean): boolean;
}

/** The name of the kernels in tfjs's registry. */
export const KERNELS = 'webgpu';

const require = createRequire(import.meta.url);

/**
 * Loads tfjs for a device, with exact second derivatives. There is one engine in a process, and so one device.
 *
 * @throws ConfigurationError where the package is missing
 */
export function loadLibrary(gpu: Gpu): WebgpuLibrary {
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  const { WebGPUBackend } = requireKernels();
  const backend = withNavigator(gpu.gpu, () => new WebGPUBackend(gpu.device, gpu.info));
  if (tf.findBackend(KERNELS)) tf.removeBackend(KERNELS);
  tf.registerBackend(KERNELS, () => backend as unknown as tfjs.KernelBackend);
  // Kernels must not compute small things outside the device: a recording would hold their values.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  makeCurrent(tf, KERNELS);
  registerKernels(tf);
  enableSecondOrder(tf);
  return { tf, backend, gpu };
}

interface KernelPackage {
  readonly WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => KernelBackend;
}

function requireKernels(): KernelPackage {
  try {
    return require('@tensorflow/tfjs-backend-webgpu') as KernelPackage;
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    throw new ConfigurationError(
      `back end webgpu cannot be loaded (${reason.trim()}): install the package @tensorflow/tfjs-backend-webgpu again, or use another back end`,
    );
  }
}

/** tfjs's constructor looks for navigator.gpu, which Node 20 has not; nothing else does, and nobody else gets to see it. */
function withNavigator<T>(gpu: GPU, work: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  try {
    return work();
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  }
}
