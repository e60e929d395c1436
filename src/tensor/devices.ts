/** On what the native library computes: whether it is a CUDA build, and which GPUs it sees. */
import { type CardLook, findCard } from './cards.ts';
import { openSession } from './graph.ts';
import type { NodeLibrary } from './library.ts';

/** What TensorFlow sees. */
export interface NativeDevices {
  /** Whether the library was built for NVIDIA's GPUs; it computes on the CPU where it sees none. */
  readonly cudaBuild: boolean;
  /** GPUs that TensorFlow can use. */
  readonly gpus: number;
}

/** No machine has so many. */
const NOWHERE = '/device:GPU:9999';

/**
 * The binding lists no devices. A graph that is placed where there is none is refused, and the refusal names those that
 * there are; a library without CUDA adds that it has none.
 */
export function findDevices(library: NodeLibrary): NativeDevices {
  try {
    openSession(
      library,
      [{ op: 'NoOp', name: 'nowhere', inputs: [], attributes: {}, device: NOWHERE }],
      [],
      [],
    ).close();
  } catch (error) {
    return devicesOfRefusal((error as Error).message) ?? assumed(library);
  }
  return assumed(library);
}

/** Devices that a refusal names; null where it is about something else. */
export function devicesOfRefusal(message: string): NativeDevices | null {
  const listed = /available devices are \[(.*?)\]/.exec(message);
  if (!listed) return null;
  const gpus = listed[1].split(',').filter((name) => name.includes('device:GPU:')).length;
  return { cudaBuild: gpus > 0 || !message.includes('CUDA is not enabled'), gpus };
}

/** Where the library speaks otherwise: what the binding knows, which uses one GPU or none. */
function assumed({ binding }: NodeLibrary): NativeDevices {
  const gpus = binding.isUsingGpuDevice() ? 1 : 0;
  return { cudaBuild: gpus > 0, gpus };
}

/** Whether the CPU does what a GPU was meant to do. */
export const fallsBack = ({ cudaBuild, gpus }: NativeDevices): boolean => cudaBuild && gpus === 0;

/**
 * What a library for CUDA computes on, in words that follow its version; empty for others.
 *
 * @param look what is known of the cards, and of which of them CUDA may use
 */
export function devicesInWords({ cudaBuild, gpus }: NativeDevices, look?: CardLook): string {
  if (!cudaBuild) return '';
  if (gpus === 0) return ' (CUDA build) on the CPU';
  const { card, driver } = findCard(look);
  return ` (CUDA build) on ${card}${driver ? `, driver ${driver}` : ''}`;
}
