/**
 * Walking through a tar archive that arrives in pieces (ustar, GNU and pax). The bodies of plain files are handed on as they
 * come; everything else, also the entries that carry long names or attributes, is skipped.
 *
 * @see POSIX.1-2017, pax: ustar Interchange Format
 */
import { DataError } from '../errors.ts';

/** A plain file in the archive. */
export interface TarEntry {
  /** As in its header; a longer name in a pax or GNU entry before it is not looked at. */
  readonly name: string;
  readonly bytes: number;
}

const BLOCK = 512;

/**
 * Starts a walk.
 *
 * @param archive names it in errors
 * @param open is called for each plain file; gives what takes its body, or null to skip it
 * @returns `write` for each piece of the archive in turn, and `end` after the last
 * @throws DataError from both, for what is no tar archive or ends early, naming the byte of the unpacked archive
 */
export function tarWalk(
  archive: string,
  open: (entry: TarEntry) => ((piece: Uint8Array) => void) | null,
): { write(piece: Uint8Array): void; end(): void } {
  const header = new Uint8Array(BLOCK);
  let filled = 0; // bytes of the header so far
  let body = 0; // bytes of the body still to come
  let padding = 0; // bytes after it, up to the next block
  let take: ((piece: Uint8Array) => void) | null = null;
  let position = 0;
  let finished = false; // a block of zeros was seen: what follows is filling

  function readHeader(): void {
    if (header.every((byte) => byte === 0)) {
      finished = true;
      return;
    }
    const start = position - BLOCK;
    if (number(148, 8) !== header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)) {
      throw new DataError(`${archive}, byte ${start} of its content: no tar header (its checksum is wrong)`);
    }
    body = number(124, 12);
    padding = (BLOCK - (body % BLOCK)) % BLOCK;
    const type = String.fromCharCode(header[156]);
    const prefix = text(257, 6) === 'ustar' ? text(345, 155) : '';
    const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`;
    take = type === '0' || type === '\0' ? open({ name, bytes: body }) : null;
  }

  function text(offset: number, length: number): string {
    const field = Buffer.from(header.subarray(offset, offset + length));
    const end = field.indexOf(0);
    return field.toString('utf8', 0, end < 0 ? length : end);
  }

  /** Octal digits, or GNU's big-endian binary where the first bit is set. */
  function number(offset: number, length: number): number {
    if (header[offset] & 0x80) {
      const bytes = header.subarray(offset + 1, offset + length);
      return bytes.reduce((value, byte) => value * 256 + byte, header[offset] & 0x7f);
    }
    const digits = text(offset, length).trim();
    if (/^[0-7]*$/.test(digits)) return parseInt(digits || '0', 8);
    throw new DataError(`${archive}, byte ${position - BLOCK + offset} of its content: "${digits}" is no octal number`);
  }

  function write(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !finished) {
      const left = piece.length - at;
      let used: number;
      if (body > 0) {
        used = Math.min(body, left);
        take?.(piece.subarray(at, at + used));
        body -= used;
      } else if (padding > 0) {
        used = Math.min(padding, left);
        padding -= used;
      } else {
        used = Math.min(BLOCK - filled, left);
        header.set(piece.subarray(at, at + used), filled);
        filled += used;
      }
      at += used;
      position += used;
      if (filled === BLOCK) {
        filled = 0;
        readHeader();
      }
    }
  }

  function end(): void {
    if (finished || (filled === 0 && body === 0 && padding === 0)) return;
    throw new DataError(`${archive} ends at byte ${position} of its content, within a file: it was cut short`);
  }

  return { write, end };
}
