// @ts-check
/** Checksums, listings and atomic writes. Depends on Node only. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** @typedef {{ path: string, size: number, mtimeMs: number }} FileStamp  a cheap fingerprint of one file */

/**
 * Size and modification time of a file; symbolic links are followed.
 *
 * @param {string} file
 * @returns {FileStamp | null} null where there is no such file
 */
export function stampOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? { path: file, size: stat.size, mtimeMs: stat.mtimeMs } : null;
}

/**
 * @param {FileStamp} stamp
 * @param {string} [root] folder that relative paths start from
 */
export function stampHolds(stamp, root = '') {
  const now = stampOf(root ? path.join(root, stamp.path) : stamp.path);
  return now !== null && now.size === stamp.size && now.mtimeMs === stamp.mtimeMs;
}

/**
 * @param {string} file
 * @returns {Promise<string>} hexadecimal SHA-256 of its content
 */
export async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(fs.createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * Every file below a folder, as relative paths with forward slashes, sorted.
 *
 * @param {string} folder
 * @returns {string[]} empty where the folder does not exist
 */
export function listFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

/**
 * Bytes of all files below a folder, for progress: 0 where it changes under the eyes.
 *
 * @param {string} folder
 */
export function bytesBelow(folder) {
  try {
    return listFiles(folder).reduce((sum, name) => sum + (stampOf(path.join(folder, name))?.size ?? 0), 0);
  } catch {
    return 0;
  }
}

/**
 * One checksum over names and contents: it changes when a file is added, edited, renamed or deleted.
 *
 * @param {string} root folder that the names start from
 * @param {string[]} names relative paths; one that does not exist counts as absent
 * @param {string[]} [extra] strings that belong to the same fingerprint, e.g. a version
 */
export function fingerprint(root, names, extra = []) {
  const hash = createHash('sha256');
  for (const name of names) {
    const file = path.join(root, name);
    const content = fs.existsSync(file) ? fs.readFileSync(file) : null;
    // Lengths keep apart what plain concatenation would not ("a" + "bc" and "ab" + "c").
    hash.update(`${name.length}:${name}:${content === null ? 'absent' : content.length}:`);
    if (content !== null) hash.update(content);
  }
  for (const text of extra) hash.update(`${text.length}:${text}:`);
  return hash.digest('hex');
}

/**
 * Writes beside and renames: a reader sees the old content or the new, never a part.
 *
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`);
  fs.renameSync(beside, file);
}

/**
 * @param {string} file
 * @returns {any} the parsed document, or null where it is missing or damaged
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** @param {string} target @param {boolean} [recursive] */
export function remove(target, recursive = true) {
  fs.rmSync(target, { recursive, force: true, maxRetries: 3 });
}
