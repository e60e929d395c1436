/** Small files in the layouts of MNIST (IDX) and CIFAR-10 (records in a tar), put together by hand. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Writes a file and the folders above it; gives its path. */
export function place(folder: string, name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}

/** IDX: two zeros, the type, the number of dimensions, big-endian lengths, the values. */
export function idx(shape: number[], values: Uint8Array, type = 8): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = type;
  head[3] = shape.length;
  shape.forEach((length, axis) => head.writeUInt32BE(length, 4 + 4 * axis));
  return Buffer.concat([head, values]);
}

/** Bytes that differ from place to place, 0 … 255. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => ((index + 1) * 7919 + seed * 104729 + (index >> 5) * 31) % 256);
}

/** Pixels and labels of both MNIST splits, six and four images. */
export const MNIST = {
  train: { pixels: pattern(6 * 784), labels: Uint8Array.of(5, 0, 4, 1, 9, 2) },
  t10k: { pixels: pattern(4 * 784, 1), labels: Uint8Array.of(7, 2, 1, 0) },
};

/** Writes `mnist/<prefix>-images-…` and `-labels-…`, packed. */
export function placeMnist(folder: string, prefix: 'train' | 't10k'): void {
  const { pixels, labels } = MNIST[prefix];
  place(folder, `mnist/${prefix}-images-idx3-ubyte.gz`, gzipSync(idx([labels.length, 28, 28], pixels)));
  place(folder, `mnist/${prefix}-labels-idx1-ubyte.gz`, gzipSync(idx([labels.length], labels)));
}

/** A tar header (ustar) and the body, filled up to whole blocks of 512 bytes. */
export function tarEntry(name: string, body: Uint8Array | string, type = '0', prefix = ''): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100); // mode
  header.write('0000000\0', 108); // owner
  header.write('0000000\0', 116); // group
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136); // time
  header.write('        ', 148); // the sum is taken with spaces in its own place
  header.write(type, 156);
  header.write('ustar\0' + '00', 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Entries and the two blocks of zeros at the end. */
export function tar(...entries: Uint8Array[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}

/** CIFAR-10's records of these labels, pixels following a pattern. */
export function cifarRecords(labels: number[], seed: number): Buffer {
  return Buffer.concat(labels.map((label, record) => Buffer.of(label, ...pattern(3072, seed + record))));
}

/** Labels of the five training files and of the test file, two records each. */
export const CIFAR_LABELS = { train: [6, 9, 9, 4, 1, 1, 2, 7, 8, 3], test: [3, 8] };

/** The six files of the archive in its layout, with two records each. */
export function cifarFiles(): Record<string, Buffer> {
  const folder = 'cifar-10-batches-bin';
  const batches = [0, 1, 2, 3, 4].map((batch): [string, Buffer] => [
    `${folder}/data_batch_${batch + 1}.bin`,
    cifarRecords(CIFAR_LABELS.train.slice(2 * batch, 2 * batch + 2), 10 * batch),
  ]);
  return Object.fromEntries([...batches, [`${folder}/test_batch.bin`, cifarRecords(CIFAR_LABELS.test, 90)]]);
}

/** Writes the archive; `extra` entries come first. */
export function placeCifar(folder: string, files = cifarFiles(), extra: Uint8Array[] = []): string {
  const entries = Object.entries(files).map(([name, body]) => tarEntry(name, body));
  return place(folder, 'cifar10/cifar-10-binary.tar.gz', gzipSync(tar(...extra, ...entries)));
}
