// @ts-check
/**
 * Reads single entries out of a zip archive (a Python wheel is one) with Node alone: a local wheel then needs no
 * Python, only the wanted files are inflated, and each is hashed while it is written.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const LONGEST_END = 22 + 0xffff;
const ZIP64 = 0xffffffff;

/**
 * @typedef {object} ZipEntry
 * @property {string} name
 * @property {number} method 0 stored, 8 deflated
 * @property {number} crc32
 * @property {number} compressedSize bytes
 * @property {number} size bytes once inflated
 * @property {number} headerOffset where its local header starts
 */

/**
 * @param {string} file
 * @returns {ZipEntry[]} in the archive's order
 * @throws Error where the file is no complete zip archive
 */
export function readZipDirectory(file) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const length = fs.fstatSync(descriptor).size;
    const tail = readAt(descriptor, Math.max(0, length - LONGEST_END), Math.min(length, LONGEST_END));
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--;
    if (end < 0) throw new Error(`${file} is no complete zip archive: its directory is missing at the end`);
    const count = tail.readUInt16LE(end + 10);
    const size = tail.readUInt32LE(end + 12);
    const offset = tail.readUInt32LE(end + 16);
    if (count === 0xffff || size === ZIP64 || offset === ZIP64) throw new Error(zip64Message(file));
    if (offset + size > length) throw new Error(`${file} is no complete zip archive: it is shorter than it says`);
    return parseDirectory(readAt(descriptor, offset, size), count, file);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** @param {string} file */
function zip64Message(file) {
  return `${file} is a zip64 archive, which set-up does not read: unpack it and name the folder`;
}

/**
 * @param {Buffer} directory
 * @param {number} count
 * @param {string} file
 */
function parseDirectory(directory, count, file) {
  /** @type {ZipEntry[]} */
  const entries = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw new Error(`${file} has a damaged zip directory at entry ${index}`);
    const nameLength = directory.readUInt16LE(at + 28);
    if ([20, 24, 42].some((field) => directory.readUInt32LE(at + field) === ZIP64)) throw new Error(zip64Message(file));
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc32: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Inflates one entry into a file and checks its length and CRC.
 *
 * @param {string} file
 * @param {ZipEntry} entry
 * @param {string} target written anew; its folder is made
 * @param {(bytes: number) => void} [onBytes] called with the number of bytes written since the last call
 * @returns {Promise<string>} hexadecimal SHA-256 of what was written
 * @throws Error where the entry is damaged
 */
export async function extractZipEntry(file, entry, target, onBytes) {
  if (entry.method !== 0 && entry.method !== 8)
    throw new Error(`${file}: ${entry.name} is packed by method ${entry.method}, which set-up does not read`);
  const hash = createHash('sha256');
  let crc = 0;
  let size = 0;
  const meter = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      size += chunk.length;
      onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
  // First what may throw: a stream that is opened and not used would fail by itself, and end set-up, once its folder is
  // gone.
  const input = packedBytes(file, entry);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const output = fs.createWriteStream(target);
  try {
    if (entry.method === 0) await pipeline(input, meter, output);
    else await pipeline(input, createInflateRaw({ chunkSize: 1 << 20 }), meter, output);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    // Full disks and the like keep their own words; what zlib says becomes a sentence about the archive.
    if (code?.startsWith('Z_')) throw new Error(`${file}: ${entry.name} is damaged (${code})`, { cause: error });
    throw error;
  }
  if (size !== entry.size || crc !== entry.crc32)
    throw new Error(`${file}: ${entry.name} is damaged, it does not match the archive's own checksum`);
  return hash.digest('hex');
}

/**
 * @param {string} file
 * @param {ZipEntry} entry
 */
function packedBytes(file, entry) {
  const descriptor = fs.openSync(file, 'r');
  try {
    const header = readAt(descriptor, entry.headerOffset, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== LOCAL_HEADER)
      throw new Error(`${file}: ${entry.name} is damaged, its header is missing`);
    // Name and extra field may have another length here than in the directory.
    const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (entry.compressedSize === 0) return Readable.from([]);
    return fs.createReadStream(file, { start, end: start + entry.compressedSize - 1, highWaterMark: 1 << 20 });
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * @param {number} descriptor
 * @param {number} position
 * @param {number} length
 */
function readAt(descriptor, position, length) {
  const buffer = Buffer.alloc(length);
  const read = fs.readSync(descriptor, buffer, 0, length, position);
  return buffer.subarray(0, read);
}
