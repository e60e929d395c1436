/**
 * The graphics device: Dawn, which is WebGPU for Node, on the machine's own driver, or in software where that is asked
 * for. What goes wrong on a device is told later and elsewhere; it is noted here, and whoever reads results asks first.
 */
import { ConfigurationError, RunError } from '../../errors.ts';
import { type Adapter, adapterCalled, adapterOf, deviceNames, fullName, NoDevice, refuseHardware } from './adapters.ts';
import { softwareDriver } from './driver.ts';
import { mayHaveDevice } from './probe.ts';

/** Dawn's package: `create` gives what browsers have as navigator.gpu; `globals` what they have as globals. */
interface Dawn {
  create(options: string[]): GPU;
  readonly globals: Globals;
}

/** Constants of WebGPU that are used here. */
export interface Globals {
  readonly GPUBufferUsage: typeof GPUBufferUsage;
  readonly GPUMapMode: typeof GPUMapMode;
}

/** A device that was opened. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly gpu: GPU;
  readonly info: GPUAdapterInfo;
  /** The device's name as its driver has it. */
  readonly name: string;
  /** Names of all devices, this one among them. */
  readonly names: readonly string[];
  readonly usage: typeof GPUBufferUsage;
  readonly mapMode: typeof GPUMapMode;
  /** @throws RunError where the device was lost, ran out of memory, or refused what it was told to do */
  check(): void;
  /** Gives the device back; what it holds is freed, and whatever runs on it fails. */
  close(): void;
}

/** Limits that are raised to what the device can do; the others are the least that every device can. */
const RAISED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** What Dawn gave. */
interface OpenedDevice extends Pick<Gpu, 'gpu' | 'device' | 'info' | 'names'> {
  readonly globals: Globals;
}

const RESUME = 'resume the run, on this back end or on another';

/** Which device to open. */
export interface DeviceChoice {
  /** Computes on the processor: far slower than back end tensorflow, for tests of what will run on a GPU. */
  readonly software?: boolean;
  /** A part of the name of the device; null for the machine's fastest. */
  readonly name?: string | null;
}

/**
 * Opens a device.
 *
 * @throws ConfigurationError where the package is missing, there is no driver, or no device of this name, with the way out
 */
export async function openGpu({ software = false, name = null }: DeviceChoice = {}): Promise<Gpu> {
  const dawn = await loadDawn();
  // The loader of drivers reads the environment when an instance is created.
  if (software) process.env.VK_DRIVER_FILES ??= softwareDriver();
  const gpu = dawn.create([]);
  const adapter = (await mayHaveDevice()) ? await adapterOf(gpu) : null;
  if (!adapter && software)
    throw new ConfigurationError(
      `back end webgpu cannot use the software driver ${process.env.VK_DRIVER_FILES}: see that this file is there, and the loader of drivers, which Debian has as libvulkan1`,
    );
  if (!adapter && name === null)
    throw new NoDevice(
      'back end webgpu found no graphics device: install its driver with Vulkan, or use --set backend=tensorflow; EPOCHNOISE_WEBGPU=software computes on the processor, far slower, for tests',
    );
  if (software) refuseHardware(adapter!);
  const names = adapter ? await deviceNames(dawn.create) : [];
  if (name === null) return await openAdapter(gpu, adapter!, names, dawn.globals);
  const own = await adapterCalled(dawn.create, name, names);
  return await openAdapter(own.gpu, own.adapter, names, dawn.globals);
}

/**
 * The device of an adapter.
 *
 * @throws ConfigurationError where the driver refuses it
 */
export async function openAdapter(
  gpu: GPU,
  adapter: Adapter,
  names: readonly string[],
  globals: Globals,
): Promise<Gpu> {
  const { limits, info } = adapter;
  const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, limits[name]]));
  try {
    const device = await adapter.requestDevice({ requiredLimits });
    return watched({ gpu, device, info, names, globals });
  } catch (error) {
    throw new ConfigurationError(
      `the driver does not open the graphics device ${info.description || info.device || 'that it names'} (${firstLine(String((error as Error).message))}): end what else uses the device, update its driver, or use --set backend=tensorflow`,
      { cause: error },
    );
  }
}

async function loadDawn(): Promise<Dawn> {
  try {
    // Optional: where it was not installed, all other back ends work. A name that types are not looked up for.
    const name = 'webgpu';
    return (await import(name)) as Dawn;
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    throw new ConfigurationError(
      `back end webgpu cannot be loaded (${reason.trim()}): install the package webgpu again, or use another back end`,
    );
  }
}

/** Notes the first thing that goes wrong; all that follows it comes of it. */
export function watched({ gpu, device, info, names, globals }: OpenedDevice): Gpu {
  let failure: string | undefined;
  let closed = false;
  void device.lost.then(({ message }) => {
    const why = firstLine(message);
    if (!closed) failure ??= `the graphics device was lost${why && ` (${why})`}: ${RESUME}`;
  });
  device.addEventListener('uncapturederror', (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    failure ??=
      error.constructor.name === 'GPUOutOfMemoryError'
        ? `the graphics device has too little memory (${firstLine(error.message)}): end what else uses it, or lower --memory, and ${RESUME}`
        : `the graphics device refused a step (${firstLine(error.message)}): ${RESUME}`;
  });
  return {
    device,
    gpu,
    info,
    name: fullName(info.device, names),
    names,
    usage: globals.GPUBufferUsage,
    mapMode: globals.GPUMapMode,
    check() {
      if (closed) throw new RunError('the graphics device was closed before the run');
      if (failure !== undefined) throw new RunError(failure);
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}

const firstLine = (message: string): string => message.trim().split('\n')[0].replace(/\.$/, '');
