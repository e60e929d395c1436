// @ts-check
/** What the kernel's module of NVIDIA's driver tells of itself and its GPUs, without a program of the driver's. */
import fs from 'node:fs';
import path from 'node:path';

/** The folder in which it does so. */
export const MODULE_FOLDER = '/proc/driver/nvidia';

/**
 * The version of the driver; null where there is none.
 *
 * @param {string} [folder]
 */
export function moduleVersion(folder = MODULE_FOLDER) {
  return /Kernel Module(?: +for \S+)? +(\d+(?:\.\d+)+)/.exec(read(path.join(folder, 'version')))?.[1] ?? null;
}

/**
 * Names, one for each GPU; null for one that tells none.
 *
 * @param {string} [folder]
 */
export function moduleGpus(folder = MODULE_FOLDER) {
  const gpus = path.join(folder, 'gpus');
  if (!fs.existsSync(gpus)) return [];
  const texts = fs.readdirSync(gpus).map((name) => read(path.join(gpus, name, 'information')));
  return texts.map((text) => /^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? null);
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
