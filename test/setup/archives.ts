/** Zip archives and TensorFlow wheels made in memory, whole or damaged on purpose. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipWish {
  readonly name: string;
  readonly content: Buffer | string;
  /** 8, deflated, where absent. */
  readonly method?: number;
  /** Written in place of the true checksum. */
  readonly crc?: number;
  /** Written in place of the true size. */
  readonly size?: number;
}

/** A zip archive of these entries (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipOf(wishes: readonly ZipWish[], comment = ''): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method = 8, crc, size } of wishes) {
    const plain = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const title = Buffer.from(name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc ?? crc32(plain), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size ?? plain.length, 18);
    fields.writeUInt16LE(title.length, 22);
    // The local header has an extra field that the directory lacks, as real archives do.
    const extra = Buffer.from([0x55, 0x54, 1, 0, 0]);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields]);
    local.writeUInt16LE(extra.length, 28);
    bodies.push(local, title, extra, packed);
    const entry = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, Buffer.alloc(14)]);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, title);
    offset += local.length + title.length + extra.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(wishes.length, 8);
  end.writeUInt16LE(wishes.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...bodies, listing, end, Buffer.from(comment)]);
}

export const VERSION_HEADER = [
  '#define TF_MAJOR_VERSION 2',
  '#define TF_MINOR_VERSION 15',
  '#define TF_PATCH_VERSION 1',
].join('\n');

/** What a TensorFlow wheel for Linux holds, as far as set-up is concerned, and things beside it. */
export const WHEEL_FILES: Readonly<Record<string, string>> = {
  'tensorflow/libtensorflow_cc.so.2': 'the C interface'.repeat(100),
  'tensorflow/libtensorflow_framework.so.2': 'the framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'header',
  'tensorflow/include/tensorflow/core/public/version.h': VERSION_HEADER,
  'tensorflow/include/tsl/platform/ctstring.h': 'another header',
  'tensorflow/include/tensorflow/core/kernels/big.h': 'not needed',
  'tensorflow/python/pywrap.so': 'not needed either',
};

/** Lines of a wheel's RECORD. */
export function recordOf(files: Readonly<Record<string, string>>): string {
  const lines = Object.entries(files).map(([name, content]) => {
    const digest = createHash('sha256').update(content).digest('base64url');
    return `${name},sha256=${digest},${content.length}`;
  });
  return [...lines, 'tensorflow_cpu-2.15.1.dist-info/RECORD,,', ''].join('\n');
}

/** Writes a wheel; `record` replaces the RECORD that fits its files. */
export function writeWheel(file: string, files = WHEEL_FILES, record: string | null = recordOf(files)): void {
  const entries: ZipWish[] = Object.entries(files).map(([name, content]) => ({ name, content }));
  if (record !== null) entries.push({ name: 'tensorflow_cpu-2.15.1.dist-info/RECORD', content: record });
  writeFileSync(file, zipOf(entries));
}
