// @ts-check
/** Takes files out of Python wheels, checked against the wheel's own RECORD: of TensorFlow's, libtensorflow and its C headers. */
import fs from 'node:fs';
import path from 'node:path';
import { remove } from './files.mjs';
import { progress } from './report.mjs';
import { extractZipEntry, readZipDirectory } from './zip.mjs';

const LIBRARY = /^tensorflow\/(libtensorflow_(?:cc|framework)(?:\.so\.\d+|\.\d+\.dylib))$/;
/** What the binding includes, in the releases 2.9 to 2.21: newer ones moved parts of `tsl` below `xla`. */
const HEADERS =
  /^tensorflow\/(include\/(?:tensorflow\/c|tensorflow\/core\/platform|tsl\/c|tsl\/platform|xla\/tsl\/c|xla\/tsl\/platform)\/.+\.h)$/;
const VERSION_HEADER = 'tensorflow/include/tensorflow/core/public/version.h';

/**
 * Where a wheel's entry goes below the target folder.
 *
 * @param {string} name
 * @returns {string | null} null for what is not needed
 */
export function wheelTarget(name) {
  if (name.split('/').includes('..')) return null;
  const library = LIBRARY.exec(name);
  if (library) return `lib/${library[1]}`;
  if (name === VERSION_HEADER) return name.slice('tensorflow/'.length);
  return HEADERS.exec(name)?.[1] ?? null;
}

/**
 * The checksums a wheel lists for its files: lines `path,sha256=<base64url>,size`.
 *
 * @param {string} text content of RECORD
 * @returns {Map<string, string>} hexadecimal SHA-256 by path
 */
export function parseRecord(text) {
  /** @type {Map<string, string>} */
  const checksums = new Map();
  for (const line of text.split(/\r?\n/)) {
    const match = /^"?(.+?)"?,sha256=([A-Za-z0-9_-]+),\d*$/.exec(line);
    if (match) checksums.set(match[1], Buffer.from(match[2], 'base64url').toString('hex'));
  }
  return checksums;
}

/**
 * Unpacks `lib/` and `include/` of a TensorFlow wheel.
 *
 * @param {string} wheel
 * @param {string} target an empty folder
 * @param {(name: string) => string | null} [targetOf] where an entry goes, null for what is not needed
 * @returns {Promise<Record<string, string>>} hexadecimal SHA-256 by path below the target
 * @throws Error where the wheel is damaged or holds no libtensorflow
 */
export async function unpackWheel(wheel, target, targetOf = wheelTarget) {
  if (!readZipDirectory(wheel).some(({ name }) => name.startsWith('tensorflow/libtensorflow_cc')))
    throw new Error(`${wheel} holds no libtensorflow_cc: a TensorFlow wheel for Linux or macOS is expected`);
  return unpackFiles(wheel, target, targetOf);
}

/**
 * Unpacks what is wanted of any wheel.
 *
 * @param {string} wheel
 * @param {string} target an empty folder
 * @param {(name: string) => string | null} targetOf where an entry goes below the target, null for what is not needed
 * @returns {Promise<Record<string, string>>} hexadecimal SHA-256 by path below the target
 * @throws Error where the wheel is damaged, or a file is not what RECORD says
 */
export async function unpackFiles(wheel, target, targetOf) {
  const entries = readZipDirectory(wheel);
  const wanted = entries.filter((entry) => targetOf(entry.name) !== null);
  const record = entries.find((entry) => /^[^/]+\.dist-info\/RECORD$/.test(entry.name));
  if (!record) throw new Error(`${wheel} is no Python wheel: it has no RECORD of its files`);

  const recordFile = path.join(target, 'RECORD');
  await extractZipEntry(wheel, record, recordFile);
  const listed = parseRecord(fs.readFileSync(recordFile, 'utf8'));
  remove(recordFile);

  const meter = progress(
    'unpacking',
    wanted.reduce((sum, entry) => sum + entry.size, 0),
  );
  let bytes = 0;
  /** @type {Record<string, string>} */
  const checksums = {};
  try {
    for (const entry of wanted) {
      const name = /** @type {string} */ (targetOf(entry.name));
      checksums[name] = await extractZipEntry(wheel, entry, path.join(target, name), (more) => {
        bytes += more;
        meter.at(bytes);
      });
      if (checksums[name] !== listed.get(entry.name))
        throw new Error(`${wheel}: ${entry.name} does not match the SHA-256 in the wheel's RECORD`);
    }
  } finally {
    meter.end();
  }
  return checksums;
}
