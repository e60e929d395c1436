/** The graphics devices of a machine by name, and which of them is wanted. */
import { ConfigurationError } from '../../errors.ts';

/** What EPOCHNOISE_WEBGPU asks for. */
export interface WantedDevice {
  /** Computes on the processor, on SwiftShader. */
  readonly software: boolean;
  /** A part of the device's name, in whatever case; null for the fastest. */
  readonly name: string | null;
}

/** EPOCHNOISE_WEBGPU: `software`, or a part of a name; the fastest device where it says nothing. */
export function wantedDevice(): WantedDevice {
  const wanted = process.env.EPOCHNOISE_WEBGPU?.trim() ?? '';
  const software = wanted.toLowerCase() === 'software';
  return { software, name: software || wanted === '' ? null : wanted };
}

/** There is nothing that back end webgpu could run on: what most machines without a graphics card have to say of it. */
export class NoDevice extends ConfigurationError {}

/** `create` of Dawn's package. */
type Create = (options: string[]) => GPU;

/** The one that suits is taken: a graphics card before a device that shares the processor's memory. */
export const FASTEST: GPURequestAdapterOptions = { powerPreference: 'high-performance' };

/** An adapter, with what is newer than the types. */
export type Adapter = GPUAdapter & { readonly info: GPUAdapterInfo & { readonly isFallbackAdapter?: boolean } };

/** The fastest device of an instance; null where there is none. */
export const adapterOf = async (gpu: GPU): Promise<Adapter | null> =>
  (await gpu.requestAdapter(FASTEST)) as Adapter | null;

/**
 * VK_DRIVER_FILES may name any driver.
 *
 * @throws ConfigurationError where it is not the processor that would compute
 */
export function refuseHardware({ info }: Pick<Adapter, 'info'>): void {
  if (info.isFallbackAdapter) return;
  throw new ConfigurationError(
    `EPOCHNOISE_WEBGPU is software, but VK_DRIVER_FILES names the driver of a graphics device (${info.description || info.device || 'unnamed'}): take VK_DRIVER_FILES out of the environment, or have it name SwiftShader's vk_swiftshader_icd.json`,
  );
}

/** No device is called so. */
const NOBODY = '\n';

/**
 * Names of all devices, in the order in which they are preferred. Dawn tells them only to who asks for one that is not there.
 */
export async function deviceNames(create: Create): Promise<string[]> {
  try {
    await create([`adapter=${NOBODY}`]).requestAdapter(FASTEST);
    return [];
  } catch (error) {
    return namesIn(String((error as Error).message));
  }
}

/** From Dawn's message: ` * backend: 'vulkan', name: 'SwiftShader Device (Subzero)'`. */
export const namesIn = (message: string): string[] =>
  [...message.matchAll(/^ \* backend: '.*?', name: '(.*)'$/gm)].map(([, name]) => name);

/**
 * The device of these that is wanted by a part of its name.
 *
 * @throws ConfigurationError where there is none, naming those there are
 */
export function deviceCalled(part: string, names: readonly string[]): string {
  const wanted = part.toLowerCase();
  // A whole name may be a part of another one.
  const found =
    names.find((name) => name.toLowerCase() === wanted) ?? names.find((name) => name.toLowerCase().includes(wanted));
  if (found !== undefined) return found;
  const there =
    names.length === 0
      ? 'none is here: install its driver with Vulkan'
      : `here ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`;
  throw new ConfigurationError(
    `EPOCHNOISE_WEBGPU is ${JSON.stringify(part)}; expected software, or a part of the name of a graphics device, of which ${there}`,
  );
}

/**
 * The adapter of the device of these that is wanted by a part of its name, in an instance of its own.
 *
 * @throws ConfigurationError where there is none, or its driver gives none
 */
export async function adapterCalled(
  create: Create,
  part: string,
  names: readonly string[],
): Promise<{ gpu: GPU; adapter: Adapter }> {
  const called = deviceCalled(part, names);
  const gpu = create([`adapter=${called}`]);
  const adapter = await adapterOf(gpu);
  if (adapter) return { gpu, adapter };
  throw new ConfigurationError(
    `EPOCHNOISE_WEBGPU is ${JSON.stringify(part)}, but the driver of ${called} does not give it: update the driver, or take another device`,
  );
}

/** The name of which WebGPU shows letters, digits and hyphens only; what it shows where none of these is the one. */
export const fullName = (shown: string, names: readonly string[]): string =>
  names.find((name) => normalised(name) === shown) ?? shown;

/** https://gpuweb.github.io/gpuweb/#normalized-identifier-string, as Dawn has it. */
const normalised = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, '')
    .replace(/[^a-z0-9]+/g, '-');
