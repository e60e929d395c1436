// @ts-check
/** NVIDIA's driver: what the CUDA build of TensorFlow needs besides its own libraries. Set-up never installs one. */
import fs from 'node:fs';
import path from 'node:path';
import { run } from './processes.mjs';

/** The oldest driver for Linux that programs built with any CUDA 12 run on (CUDA's release notes, table of minor versions). */
export const OLDEST_DRIVER = '525.60.13';

/**
 * @typedef {object} Driver
 * @property {string | null} version of the driver that answers, or null
 * @property {string[]} gpus names, one for each
 * @property {boolean} library whether libcuda.so.1 can be loaded, as TensorFlow will do
 */

/**
 * @param {object} [where] other than on this machine, for tests
 * @param {string} [where.proc] the folder in which the kernel's module tells of itself
 * @param {string} [where.library]
 * @returns {Promise<Driver>}
 */
export async function findDriver({ proc = '/proc/driver/nvidia', library = 'libcuda.so.1' } = {}) {
  const asked = await askDriver();
  return {
    version: asked?.version ?? moduleVersion(proc),
    gpus: asked?.gpus ?? moduleGpus(proc),
    library: await canLoad(library),
  };
}

/**
 * One sentence.
 *
 * @param {Driver} driver
 */
export function driverSentence({ version, gpus, library }) {
  const falls = 'TensorFlow falls back to the CPU';
  const needed = `NVIDIA's driver ${OLDEST_DRIVER} or later`;
  if (version === null && !library) return `no NVIDIA driver was found, so ${falls}; for a GPU install ${needed}`;
  if (version === null)
    return `libcuda.so.1 can be loaded, but no NVIDIA driver answers, so ${falls}; for a GPU install ${needed}`;
  const found = `NVIDIA's driver ${version} was found`;
  if (isOlder(version, OLDEST_DRIVER)) return `${found}, too old for CUDA 12, so ${falls}; for a GPU install ${needed}`;
  if (!library)
    return `${found}, but its libcuda.so.1 cannot be loaded, so ${falls}; start a container with its GPUs (--gpus all), or install the driver's libraries`;
  return gpus.length === 0 ? `${found}, but no GPU, so ${falls}` : `${found}, with ${gpus.join(', ')}`;
}

/**
 * @param {string} version numbers with dots between them
 * @param {string} than
 */
export function isOlder(version, than) {
  const [numbers, others] = [version, than].map((text) => text.split('.').map(Number));
  const at = others.findIndex((other, index) => (numbers[index] ?? 0) !== other);
  return at >= 0 && (numbers[at] ?? 0) < others[at];
}

/** The driver's own program: the only source where Linux runs inside Windows. */
async function askDriver() {
  const query = ['--query-gpu=driver_version,name', '--format=csv,noheader'];
  const { ok, output } = await run('nvidia-smi', query, { limitMs: 30_000 });
  const lines = output.split('\n').flatMap((line) => [/^\s*(\d+(?:\.\d+)+),\s*(.+?)\s*$/.exec(line) ?? []]);
  const found = lines.filter(([, version]) => version);
  return ok && found.length > 0 ? { version: found[0][1], gpus: found.map(([, , name]) => name) } : null;
}

/** @param {string} proc */
function moduleVersion(proc) {
  return /Kernel Module(?: +for \S+)? +(\d+(?:\.\d+)+)/.exec(read(path.join(proc, 'version')))?.[1] ?? null;
}

/** @param {string} proc */
function moduleGpus(proc) {
  const folder = path.join(proc, 'gpus');
  if (!fs.existsSync(folder)) return [];
  const texts = fs.readdirSync(folder).map((name) => read(path.join(folder, name, 'information')));
  return texts.map((text) => /^Model:\s*(.+?)\s*$/m.exec(text)?.[1] ?? 'a GPU');
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Loads a library in a process of its own. Node takes it for an add-on, and complains of its content only once it is loaded.
 *
 * @param {string} library
 */
async function canLoad(library) {
  const script = 'process.dlopen({ exports: {} }, process.argv[1])';
  const { ok, output } = await run(process.execPath, ['-e', script, library], { limitMs: 30_000 });
  return ok || output.includes('did not self-register');
}
