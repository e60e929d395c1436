/**
 * TensorBoard's event files, read by hand: a TFRecord is a length, its checksum, the bytes, their checksum; the bytes are a
 * protobuf message `Event` (tensorflow/core/util/event.proto), of which the fields that scalars use are taken.
 */
import { readFileSync } from 'node:fs';

/** A number that an event file holds. */
export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/** Checksums of TFRecords: CRC-32C, turned and shifted. */
function maskedCrc(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** @throws Error where a record is cut, or a checksum wrong */
function records(file: string): Buffer[] {
  const bytes = readFileSync(file);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 8) !== maskedCrc(bytes.subarray(at, at + 8))) throw new Error(`byte ${at}: length`);
    if (bytes.readUInt32LE(at + 12 + length) !== maskedCrc(data)) throw new Error(`byte ${at}: data`);
    found.push(data);
    at += 16 + length;
  }
  return found;
}

type Field = number | bigint | Buffer;

/** A protobuf message: its fields by number, in order. Wire types: 0 varint, 1 eight bytes, 2 bytes, 5 four bytes. */
function fields(message: Buffer): Map<number, Field[]> {
  const found = new Map<number, Field[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    let field: Field;
    if ((key & 7) === 0) field = varint();
    else if ((key & 7) === 1) field = message.readDoubleLE((at += 8) - 8);
    else if ((key & 7) === 5) field = message.readFloatLE((at += 4) - 4);
    else if ((key & 7) === 2) {
      const length = Number(varint());
      field = message.subarray(at, (at += length));
    } else throw new Error(`wire type ${key & 7} at byte ${at}`);
    found.set(number, [...(found.get(number) ?? []), field]);
  }
  return found;
}

/** All scalars of a file, in its order. */
export function readScalars(file: string): Scalar[] {
  const [version, ...events] = records(file).map(fields);
  if (String(version.get(3)?.[0]) !== 'brain.Event:2') throw new Error('no event file of version 2');
  return events.flatMap((event) =>
    fields(event.get(5)![0] as Buffer)
      .get(1)!
      .map((value) => {
        const { 1: tag, 2: simple } = Object.fromEntries(fields(value as Buffer));
        return { tag: String(tag[0]), step: Number(event.get(2)?.[0] ?? 0), value: simple[0] as number };
      }),
  );
}
