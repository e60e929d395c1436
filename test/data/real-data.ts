/** The real MNIST and CIFAR-10 files, where this machine has them. Their folder is never written to. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** EPOCHNOISE_DATA, else a folder of datasets that is shared by checkouts that lie side by side. */
export const REAL_DATA =
  process.env.EPOCHNOISE_DATA || fileURLToPath(new URL('../../../shared/datasets', import.meta.url));

/**
 * Why a test of these files cannot run, to stand in its name; null where it can.
 *
 * @param files names within the folder
 */
export function realDataMissing(...files: string[]): string | null {
  const missing = files.filter((file) => !existsSync(join(REAL_DATA, file)));
  return missing.length === 0 ? null : `skipped: no ${missing.join(', ')} in EPOCHNOISE_DATA or ../shared/datasets`;
}
