/** The graphics devices beside the one that back end webgpu takes, each tried as that one is. */
import type { Report } from '../../progress.ts';
import { tryInChild } from '../back-ends/in-child.ts';
import type { BackendFinding } from '../back-ends/try.ts';

/** How a device did that is taken where it is asked for. */
export interface OtherDevice extends BackendFinding {
  /** The name by which EPOCHNOISE_WEBGPU takes it. */
  readonly called: string;
}

/** Nobody has asked for these devices: a driver that hangs is not to hold up what is said of the others. */
const LIMIT_MS = 60_000;

/**
 * Tries them one after another. Devices of one name cannot be told apart: the first is tried.
 *
 * @param taken the device that was taken, which knows the others
 * @param report told after every device
 */
export async function tryOtherDevices(
  { device }: Pick<BackendFinding, 'device'>,
  threads: number,
  report: Report,
  attempt = tryInChild,
): Promise<OtherDevice[]> {
  const names = [...new Set(device?.others)];
  const found: OtherDevice[] = [];
  for (const called of names) {
    const circumstances = { limitMs: LIMIT_MS, environment: { EPOCHNOISE_WEBGPU: called } };
    found.push({ ...(await attempt({ name: 'webgpu', threads, timed: 'lenet' }, circumstances)), called });
    await report(found.length, names.length);
  }
  return found;
}
