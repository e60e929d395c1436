import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toFloat64 } from '../../src/store/dtypes.ts';
import { openSafetensors, readSafetensors, requireTensor } from '../../src/store/safetensors.ts';
import { problemOf, scratchFolder } from './scratch.ts';
import { writeSafetensorsBytes } from './safetensors-bytes.ts';

/** By hand from the format's description: x = [[1, 2], [3, −0.5]] in float32, y = [0, 258] in int32, one line of metadata. */
const BY_HAND = [
  'a0 00 00 00 00 00 00 00', // 160 bytes of header
  Buffer.from('{"__metadata__":{"made":"by hand"},').toString('hex'),
  Buffer.from('"x":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},').toString('hex'),
  Buffer.from('"y":{"dtype":"I32","shape":[2],"data_offsets":[16,24]}}').toString('hex'),
  '20'.repeat(160 - 35 - 56 - 55), // spaces fill it up
  '00 00 80 3f 00 00 00 40 00 00 40 40 00 00 00 bf',
  '00 00 00 00 02 01 00 00',
].join('');

function handMade(): string {
  const path = join(scratchFolder(), 'hand.safetensors');
  writeFileSync(path, Buffer.from(BY_HAND.replaceAll(' ', ''), 'hex'));
  return path;
}

describe('reading a file written by hand', () => {
  it('gives tensors, shapes and metadata', () => {
    const { tensors, metadata } = readSafetensors(handMade());
    expect(tensors).toEqual({
      x: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, -0.5) },
      y: { dtype: 'I32', shape: [2], data: Int32Array.of(0, 258) },
    });
    expect(metadata).toEqual({ made: 'by hand' });
  });

  it('reads some rows alone', () => {
    const file = openSafetensors(handMade());
    expect(file.tensors.y).toEqual({ dtype: 'I32', shape: [2], offset: 184, bytes: 8 });
    expect(file.readRows('x', 1, 1)).toEqual({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(3, -0.5) });
    expect(file.readRows('y', 0, 0)).toEqual({ dtype: 'I32', shape: [0], data: new Int32Array(0) });
    expect(() => file.readRows('x', 1, 2)).toThrow(new RangeError('rows 1 … 2 of x; it has rows 0 … 1'));
    file.close();
    file.close();
    expect(() => file.read('x')).toThrow('was already closed');
  });

  it('names what is missing or of another format', async () => {
    const file = readSafetensors(handMade());
    expect(requireTensor(file, 'y', 'I32').data).toEqual(Int32Array.of(0, 258));
    expect(await problemOf(() => requireTensor(file, 'z', 'F32'))).toBe(
      'exit 3: ~/hand.safetensors has no tensor z; it has x, y',
    );
    expect(await problemOf(() => requireTensor(file, 'toString', 'F32'))).toContain('has no tensor toString');
    expect(await problemOf(() => requireTensor(file, 'x', 'F64'))).toBe(
      'exit 3: ~/hand.safetensors: tensor x is F32; expected F64',
    );
  });

  it('sees that the file was cut short at any byte', async () => {
    const whole = Buffer.from(BY_HAND.replaceAll(' ', ''), 'hex');
    const path = join(scratchFolder(), 'cut.safetensors');
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await problemOf(() => readSafetensors(path))).toMatch(/^exit 3: ~\/cut\.safetensors( ends at|, byte 0)/);
    }
    writeFileSync(path, whole.subarray(0, whole.length - 1));
    expect(await problemOf(() => readSafetensors(path))).toBe(
      'exit 3: ~/cut.safetensors ends at byte 191; tensor y goes on to byte 192: it was cut short',
    );
  });
});

describe('number formats', () => {
  /** [format, values, bytes as they lie in the file]; integers two's complement, floats IEEE 754, all little-endian. */
  const FORMATS: [string, number[] | bigint[], string][] = [
    ['F64', [0.1], '9a9999999999b93f'],
    ['F32', [-2.5], '000020c0'],
    ['F16', [1, -2, 65504, 2 ** -24, Infinity, NaN], '003c 00c0 ff7b 0100 007c 007e'],
    ['BF16', [1, -2.5, 2 ** 127], '803f 20c0 007f'],
    ['I64', [-(2n ** 63n)], '0000000000000080'],
    ['U64', [2n ** 64n - 1n], 'ffffffffffffffff'],
    ['I32', [-2147483648], '00000080'],
    ['U32', [4294967295], 'ffffffff'],
    ['I16', [-32768], '0080'],
    ['U16', [65535], 'ffff'],
    ['I8', [-128, 127], '807f'],
    ['U8', [0, 255], '00ff'],
    ['BOOL', [0, 1], '0001'],
  ];

  it.each(FORMATS)('%s', (dtype, values, hex) => {
    const data = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    const header = { t: { dtype, shape: [values.length], data_offsets: [0, data.length] } };
    const path = writeSafetensorsBytes(join(scratchFolder(), 'one.safetensors'), header, data);
    const { t } = readSafetensors(path).tensors;
    expect(t.dtype).toBe(dtype);
    expect(Array.from(t.data as ArrayLike<unknown>)).toEqual(values);
  });

  it('turns integers of 64 bits into float64 only where that is exact', async () => {
    expect(toFloat64(BigInt64Array.of(-(2n ** 53n) + 1n))).toEqual(Float64Array.of(-(2 ** 53) + 1));
    expect(toFloat64(BigUint64Array.of(7n))).toEqual(Float64Array.of(7));
    expect(toFloat64(Int8Array.of(-1))).toEqual(Float64Array.of(-1));
    expect(await problemOf(() => toFloat64(BigUint64Array.of(0n, 2n ** 53n), 'labels'))).toBe(
      'exit 3: labels: 9007199254740992 at index 1; integers beyond ±2^53 have no exact float64',
    );
  });
});

describe('broken files', () => {
  const tensor = (begin: number, end: number, dtype: unknown = 'F32', shape: unknown = [(end - begin) / 4]) => ({
    dtype,
    shape,
    data_offsets: [begin, end],
  });
  const twelve = new Uint8Array(12);

  const BROKEN: [string, string | object, Uint8Array, string][] = [
    ['no JSON', '{"x":', twelve, 'byte 8: the header is no JSON'],
    ['no UTF-8', '{"\xff', twelve, 'byte 8: the header is no JSON'],
    ['a list', '[1]', twelve, 'byte 8: the header is no JSON object'],
    ['a tensor that is a number', { x: 5 }, twelve, 'tensor x: dtype undefined; known are U64, I64, F64'],
    ['a tensor that is null', { x: null }, twelve, 'tensor x: dtype undefined'],
    ['an unknown format', { x: tensor(0, 12, 'F8_E4M3') }, twelve, 'tensor x: dtype "F8_E4M3"; known are'],
    ['a name of the prototype as format', { x: tensor(0, 12, 'toString') }, twelve, 'dtype "toString"'],
    ['a negative length', { x: tensor(0, 12, 'F32', [-3]) }, twelve, 'shape [-3]; expected a list of lengths'],
    ['half a length', { x: tensor(0, 12, 'F32', [1.5, 2]) }, twelve, 'shape [1.5,2]; expected'],
    ['no offsets', { x: { dtype: 'F32', shape: [3] } }, twelve, 'data_offsets undefined; expected [begin, end]'],
    [
      'offsets that contradict the shape',
      { x: tensor(0, 12, 'F32', [2]) },
      twelve,
      'data_offsets [0, 12]; [2] of F32 takes 8 bytes',
    ],
    [
      'a shape beyond all numbers',
      { x: tensor(0, 12, 'F32', [2 ** 40, 2 ** 40]) },
      twelve,
      'takes 4.835703278458517e+24 bytes',
    ],
    ['a gap before the first', { x: tensor(4, 12) }, twelve, 'tensor x starts here; the one before it ends at byte'],
    [
      'a gap between',
      { x: tensor(0, 4), y: tensor(8, 12) },
      twelve,
      'tensor y starts here; the one before it ends at byte',
    ],
    [
      'an overlap',
      { x: tensor(0, 8), y: tensor(4, 12) },
      twelve,
      'tensor y starts here; the one before it ends at byte',
    ],
    ['two at one place', { x: tensor(0, 12), y: tensor(0, 12) }, twelve, 'tensor y starts here'],
    ['bytes left over', { x: tensor(0, 8) }, twelve, '4 bytes more than the header tells of'],
    [
      'a tensor called __proto__',
      '{"__proto__":{"dtype":"F32","shape":[3]}}',
      twelve,
      'tensor __proto__: data_offsets',
    ],
    ['metadata null', { __metadata__: null, x: tensor(0, 12) }, twelve, '__metadata__ holds something other'],
    ['metadata a number', { __metadata__: 1, x: tensor(0, 12) }, twelve, '__metadata__ holds something other'],
    ['metadata of numbers', { __metadata__: { a: 1 }, x: tensor(0, 12) }, twelve, '__metadata__ holds something other'],
  ];

  it.each(BROKEN)('%s', async (_name, header, data, expected) => {
    const text = typeof header === 'string' ? Buffer.from(header, 'latin1') : undefined;
    const path = join(scratchFolder(), 'broken.safetensors');
    writeSafetensorsBytes(path, header, data);
    if (text) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      writeFileSync(path, Buffer.concat([length, text, data]));
    }
    const problem = await problemOf(() => readSafetensors(path));
    expect(problem).toMatch(/^exit 3: ~\/broken\.safetensors, byte \d+/);
    expect(problem).toContain(expected);
  });

  it.each([
    ['a zip archive', 'PK\x03\x04\x00\x00\x08\x08'],
    ['a pickle', '\x80\x02\x8a\nl\xfc\x9cF'],
  ])('%s that torch.save wrote', async (what, beginning) => {
    const path = join(scratchFolder(), 'model.pt');
    writeFileSync(path, Buffer.from(beginning.padEnd(100, 'x'), 'latin1'));
    expect(await problemOf(() => readSafetensors(path))).toMatch(
      new RegExp(
        `^exit 3: ~/model\\.pt is ${what}, as torch\\.save writes, and no safetensors file: in Python, safetensors`,
      ),
    );
  });

  it('a length no file can have', async () => {
    const path = join(scratchFolder(), 'broken.safetensors');
    writeSafetensorsBytes(path, {}, twelve, 2n ** 64n - 1n);
    expect(await problemOf(() => readSafetensors(path))).toBe(
      'exit 3: ~/broken.safetensors, byte 0: a header of 18446744073709551615 bytes in a file of 22; it was cut short or is no safetensors file',
    );
  });

  it('no file, and a folder in its place', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => readSafetensors(join(folder, 'none')))).toBe('exit 3: no file ~/none');
    expect(await problemOf(() => readSafetensors(folder))).toMatch(/^exit 3: cannot read ~: EISDIR/);
  });

  it('a file that became shorter while it was open', async () => {
    const path = handMade();
    const file = openSafetensors(path);
    writeFileSync(path, Buffer.from(BY_HAND.replaceAll(' ', ''), 'hex').subarray(0, 190));
    expect(await problemOf(() => file.read('y'))).toBe(
      'exit 3: ~/hand.safetensors ends at byte 190; expected 2 bytes more',
    );
    file.close();
  });

  it('empty tensors and an empty file of tensors are whole', () => {
    const path = join(scratchFolder(), 'empty.safetensors');
    writeSafetensorsBytes(path, { x: tensor(0, 0, 'F32', [0, 5]), y: tensor(0, 4, 'F32', []) }, new Uint8Array(4));
    expect(readSafetensors(path).tensors.x).toEqual({ dtype: 'F32', shape: [0, 5], data: new Float32Array(0) });
    expect(readSafetensors(path).tensors.y.data).toEqual(new Float32Array(1));
    writeSafetensorsBytes(path, '{}', new Uint8Array(0));
    expect(readSafetensors(path).tensors).toEqual({});
  });
});
