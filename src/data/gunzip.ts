/** Reading a file piece by piece, unpacked where it is gzip, with the checksums of the bytes on the disk. */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { DataError } from '../errors.ts';
import { checksumming, type Checksums } from './checksum.ts';

/**
 * Hands a file's unpacked bytes on in pieces; memory stays at a few pieces.
 *
 * @param path whatever its name: gzip where the name ends in .gz, else plain
 * @param take is given each piece, which it must not keep; what it throws ends the reading
 * @returns checksums of the file as it lies on the disk
 * @throws DataError where the file cannot be read or is damaged gzip, naming the unpacked byte up to which it was good
 */
export async function readPieces(path: string, take: (piece: Uint8Array) => void): Promise<Checksums> {
  const checksums = checksumming();
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  file.on('data', (piece) => checksums.update(piece as Buffer));
  let unpacked = 0;
  const taker = new Writable({
    write(piece: Buffer, _encoding, done) {
      unpacked += piece.length;
      try {
        take(piece);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  if (!path.endsWith('.gz')) {
    await pipeline(file, taker).catch((error: unknown) => fail(path, error, unpacked));
    return checksums.digest();
  }
  const gunzip = createGunzip();
  await pipeline(file, gunzip, taker).catch((error: unknown) => fail(path, error, unpacked));
  const found = checksums.digest();
  if (gunzip.bytesWritten < found.bytes) {
    throw new DataError(
      `${path}, byte ${gunzip.bytesWritten}: ${found.bytes - gunzip.bytesWritten} bytes after the end of the gzip data`,
    );
  }
  return found;
}

/**
 * A whole file in memory, unpacked.
 *
 * @throws DataError as `readPieces`
 */
export async function readUnpacked(path: string): Promise<{ bytes: Uint8Array; checksums: Checksums }> {
  const pieces: Uint8Array[] = [];
  const checksums = await readPieces(path, (piece) => pieces.push(Uint8Array.from(piece)));
  return { bytes: Buffer.concat(pieces), checksums };
}

function fail(path: string, error: unknown, unpacked: number): never {
  if (error instanceof DataError) throw error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (!code.startsWith('Z_')) throw new DataError(`cannot read ${path}: ${message}`, { cause: error });
  throw new DataError(`${path} is damaged gzip (${message}) after byte ${unpacked} of its content`, { cause: error });
}
