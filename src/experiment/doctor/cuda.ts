/** What stands between the native library and a GPU of NVIDIA's: how it was built, what it sees, and the driver. */
import { nativeDevices } from '../../tensor/backend.ts';
import type { NativeDevices } from '../../tensor/devices.ts';

/** NVIDIA's driver, as set-up finds it. */
export interface Driver {
  /** Null where none answers. */
  readonly version: string | null;
  /** Names, one for each. */
  readonly gpus: readonly string[];
  /** Whether the library libcuda.so.1 can be loaded. */
  readonly library: boolean;
}

/** The library and the driver. */
export interface CudaFinding {
  /** What TensorFlow sees; null where its library does not work. */
  readonly devices: NativeDevices | null;
  readonly driver: Driver;
  /** What was found of the driver, and what TensorFlow makes of it. */
  readonly says: string;
}

interface DriverModule {
  findDriver(): Promise<Driver>;
  driverSentence(driver: Driver): string;
}

/** Set-up's own look at the driver; its scripts go along with the compiled program. */
const DRIVER = new URL('../../../scripts/setup/driver.mjs', import.meta.url).href;

/**
 * Looks for both; null on platforms that have no CUDA build.
 *
 * @param works whether the library does
 */
export async function findCuda(works: boolean): Promise<CudaFinding | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const { findDriver, driverSentence } = (await import(DRIVER)) as DriverModule;
  const driver = await findDriver();
  return { devices: works ? nativeDevices() : null, driver, says: driverSentence(driver) };
}

/** In a line. */
export function cudaLine({ devices, says }: CudaFinding): string {
  if (!devices) return `CUDA: TensorFlow cannot be asked; ${says}`;
  const { cudaBuild, gpus } = devices;
  if (!cudaBuild) return 'CUDA: this library is built for the CPU';
  return `CUDA: TensorFlow sees ${gpus === 0 ? 'no GPU' : `${gpus} GPU${gpus === 1 ? '' : 's'}`}; ${says}`;
}

/** What would bring the GPU and the library together, if anything. @param again the command that looks for the library again */
export function cudaAdvice({ devices, driver }: CudaFinding, again: string): string[] {
  if (!devices || devices.cudaBuild || devices.gpus > 0 || driver.gpus.length === 0) return [];
  return [
    `this machine has ${driver.gpus.join(', ')}, but the library is built for the CPU; to take the CUDA build: EPOCHNOISE_LIBTENSORFLOW=cuda ${again}`,
  ];
}
