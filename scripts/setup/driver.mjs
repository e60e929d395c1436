// @ts-check
/** NVIDIA's driver: what the CUDA build of TensorFlow needs besides its own libraries. Set-up never installs one. */
import { MODULE_FOLDER, moduleGpus, moduleVersion } from './kernel-module.mjs';
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
export async function findDriver({ proc = MODULE_FOLDER, library = 'libcuda.so.1' } = {}) {
  const asked = await askDriver();
  return {
    version: asked?.version ?? moduleVersion(proc),
    gpus: asked?.gpus ?? moduleGpus(proc).map((name) => name ?? 'a GPU'),
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

async function askDriver() {
  const found = await ask('driver_version,name', /^\s*(\d+(?:\.\d+)+),\s*(.+?)\s*$/);
  return found.length > 0 ? { version: found[0][0], gpus: found.map(([, name]) => name) } : null;
}

/**
 * @typedef {object} Card
 * @property {string} uuid
 * @property {string} name
 * @property {boolean} divided whether it is split into instances, which have a part of its memory each
 * @property {number | null} free bytes, or null where the card does not tell
 */

/**
 * The GPUs that the driver tells of, in its order; none where it does not answer.
 *
 * @returns {Promise<Card[]>}
 */
export async function findCards() {
  const found = await ask('uuid,mig.mode.current,memory.free,name', /^\s*(\S+),\s*(.+?),\s*(.+?),\s*(.+?)\s*$/);
  return found.map(([uuid, mode, mebibytes, name]) => {
    const free = /^\d+$/.test(mebibytes) ? Number(mebibytes) * 2 ** 20 : null;
    return { uuid, name, divided: mode === 'Enabled', free };
  });
}

/**
 * Asks the driver's own program: the only source where Linux runs inside Windows.
 *
 * @param {string} columns
 * @param {RegExp} pattern of a line
 * @returns {Promise<string[][]>} what the pattern has in brackets, line by line
 */
async function ask(columns, pattern) {
  const query = [`--query-gpu=${columns}`, '--format=csv,noheader,nounits'];
  const { ok, output } = await run('nvidia-smi', query, { limitMs: 30_000 });
  if (!ok) return [];
  return output.split('\n').flatMap((line) => {
    const found = pattern.exec(line);
    return found ? [found.slice(1)] : [];
  });
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
