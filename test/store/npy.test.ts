import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/store/npy.ts';
import { readTensor } from '../../src/store/tensor-file.ts';
import { problemOf, scratchFolder } from './scratch.ts';
import { writeSafetensorsBytes } from './safetensors-bytes.ts';

/** Put together from NumPy's description of the format; version 1 has two bytes of header length, later ones four. */
function npyBytes(header: string, data: string, version = 1): Buffer {
  const text = Buffer.from(`${header}\n`, 'latin1');
  const start = Buffer.alloc(version === 1 ? 10 : 12);
  start.write('\x93NUMPY', 'latin1');
  start[6] = version;
  if (version === 1) start.writeUInt16LE(text.length, 8);
  else start.writeUInt32LE(text.length, 8);
  return Buffer.concat([start, text, Buffer.from(data.replaceAll(' ', ''), 'hex')]);
}

function written(bytes: Uint8Array): string {
  const path = join(scratchFolder(), 'x.npy');
  writeFileSync(path, bytes);
  return path;
}

function header(descr: string, shape: string, fortran = 'False'): string {
  return `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
}

/** np.arange(6, dtype='<f4').reshape(2, 3) as NumPy 2.4.6 writes it, byte for byte. */
const FROM_NUMPY = Buffer.concat([
  Buffer.from("\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 'latin1'),
  Buffer.from(' '.repeat(58) + '\n', 'latin1'),
  Buffer.from('00000000 0000803f 00000040 00004040 00008040 0000a040'.replaceAll(' ', ''), 'hex'),
]);

describe('readNpy', () => {
  it('reads what NumPy wrote', () => {
    expect(readNpy(written(FROM_NUMPY))).toEqual({
      dtype: 'F32',
      shape: [2, 3],
      data: Float32Array.of(0, 1, 2, 3, 4, 5),
    });
  });

  /** [type, values, bytes] */
  const FORMATS: [string, number[] | bigint[], string][] = [
    ['<f8', [0.1], '9a9999999999b93f'],
    ['<f4', [-2.5], '000020c0'],
    ['<f2', [1, -2], '003c00c0'],
    ['<i8', [-2n], 'feffffffffffffff'],
    ['<u8', [2n ** 64n - 1n], 'ffffffffffffffff'],
    ['<i4', [-2], 'feffffff'],
    ['<u4', [4294967294], 'feffffff'],
    ['<i2', [-2], 'feff'],
    ['<u2', [65534], 'feff'],
    ['|i1', [-2], 'fe'],
    ['|u1', [254], 'fe'],
    ['|b1', [1, 0], '0100'],
  ];
  it.each(FORMATS)('type %s', (descr, values, hex) => {
    const { data } = readNpy(written(npyBytes(header(`'${descr}'`, `(${values.length},)`), hex)));
    expect(Array.from(data as ArrayLike<unknown>)).toEqual(values);
  });

  it.each([1, 2, 3])('version %d', (version) => {
    const path = written(npyBytes(header("'<f4'", '(1, 2)'), '0000803f 00000040', version));
    expect(readNpy(path)).toEqual({ dtype: 'F32', shape: [1, 2], data: Float32Array.of(1, 2) });
  });

  it('scalars and empty arrays', () => {
    expect(readNpy(written(npyBytes(header("'|u1'", '()'), '07')))).toEqual({
      dtype: 'U8',
      shape: [],
      data: Uint8Array.of(7),
    });
    expect(readNpy(written(npyBytes(header("'<f4'", '(0, 3)'), ''))).shape).toEqual([0, 3]);
  });

  const BROKEN: [string, Uint8Array, string][] = [
    ['nothing', new Uint8Array(0), ', byte 0: no .npy file (it does not start with \\x93NUMPY)'],
    ['another kind of file', Buffer.from('x,y\n1,2\n3,4\n'), ', byte 0: no .npy file (it does not'],
    ['version 4', npyBytes(header("'<f4'", '(1,)'), '00000000', 4), ', byte 6: .npy version 4; read are 1, 2 and 3'],
    [
      'cut in the header',
      FROM_NUMPY.subarray(0, 60),
      ', byte 8: a header of 118 bytes in a file of 60; it was cut short',
    ],
    ['cut after the magic bytes', FROM_NUMPY.subarray(0, 8), ', byte 8: a header of 0 bytes in a file of 8'],
    [
      'Fortran order',
      npyBytes(header("'<f4'", '(1,)', 'True'), '00000000'),
      ', byte 10: Fortran order; write it in C order with np.save(path, np.ascontiguousarray(x))',
    ],
    [
      'big-endian numbers',
      npyBytes(header("'>f4'", '(1,)'), '00000000'),
      ', byte 10: type >f4; read are <f2, <f4, <f8, |i1, <i2, <i4, <i8, |u1, <u2, <u4, <u8, |b1: convert it',
    ],
    ['a name of the prototype as type', npyBytes(header("'toString'", '(1,)'), '00'), ', byte 10: type toString'],
    ['a structured type', npyBytes(header("[('a', '<f4')]", '(1,)'), '00000000'), ', byte 10: a structured type'],
    ['no description', npyBytes('{}', ''), ', byte 10: the header is no description of an array: {}'],
    ['a negative length', npyBytes(header("'<f4'", '(-1,)'), ''), ', byte 10: the header is no description'],
    ['cut in the data', FROM_NUMPY.subarray(0, 150), ' ends at byte 150; its array of shape (2, 3) ends at byte 152'],
    [
      'bytes after the data',
      Buffer.concat([FROM_NUMPY, Buffer.alloc(3)]),
      ' has 155 bytes; its array of shape (2, 3) ends at byte 152',
    ],
  ];
  it.each(BROKEN)('refuses %s', async (_name, bytes, expected) => {
    const path = written(bytes);
    expect(await problemOf(() => readNpy(path))).toContain(`exit 3: ~/x.npy${expected}`);
  });

  it('no file', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => readNpy(join(folder, 'x.npy')))).toBe('exit 3: no file ~/x.npy');
    expect(await problemOf(() => readNpy(folder))).toMatch(/^exit 3: cannot read ~: EISDIR/);
  });
});

describe('readTensor', () => {
  it('takes the array of a .npy and the named tensor of a .safetensors', () => {
    expect(readTensor(written(FROM_NUMPY), 'x').shape).toEqual([2, 3]);
    const path = join(scratchFolder(), 'two.safetensors');
    const place = (begin: number) => ({ dtype: 'U8', shape: [1], data_offsets: [begin, begin + 1] });
    writeSafetensorsBytes(path, { a: place(0), b: place(1) }, Uint8Array.of(5, 6));
    expect(readTensor(path, 'b')).toEqual({ dtype: 'U8', shape: [1], data: Uint8Array.of(6) });
  });

  it('refuses other files and other names', async () => {
    expect(await problemOf(() => readTensor('x.csv', 'x'))).toBe(
      'exit 2: x.csv: expected a .safetensors or a .npy file',
    );
    const path = writeSafetensorsBytes(join(scratchFolder(), 'none.safetensors'), '{}', new Uint8Array(0));
    expect(await problemOf(() => readTensor(path, 'x'))).toBe(
      'exit 3: ~/none.safetensors has no tensor x; it has none',
    );
  });
});
