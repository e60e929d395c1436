import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSafetensors, readSafetensors, writeSafetensors } from '../../src/store/safetensors.ts';
import { safetensorsBytes } from './safetensors-bytes.ts';
import { listing, problemOf, scratchFolder } from './scratch.ts';

/** One tensor of every format that is written, in no order. */
const TENSORS = {
  u8: { shape: [2], data: Uint8Array.of(0, 255) },
  i8: { shape: [2], data: Int8Array.of(-128, 127) },
  u16: { shape: [1], data: Uint16Array.of(65535) },
  i16: { shape: [1], data: Int16Array.of(-32768) },
  u32: { shape: [1], data: Uint32Array.of(4294967295) },
  i32: { shape: [1], data: Int32Array.of(-2147483648) },
  later: { shape: [1, 2], data: Float32Array.of(1.5, -2.5) },
  earlier: { shape: [1], data: Float32Array.of(0.25) },
  f64: { shape: [], data: Float64Array.of(0.1) },
  u64: { shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  i64: { shape: [1], data: BigInt64Array.of(-(2n ** 63n)) },
};

/** The same tensors as the reference implementation writes them (safetensors 0.8.0 for Python, safetensors.numpy.save). */
const REFERENCE = {
  header:
    '{"__metadata__":{"note":"\\"by hand\\""},' +
    '"u64":{"dtype":"U64","shape":[1],"data_offsets":[0,8]},"i64":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},' +
    '"f64":{"dtype":"F64","shape":[],"data_offsets":[16,24]},"earlier":{"dtype":"F32","shape":[1],"data_offsets":[24,28]},' +
    '"later":{"dtype":"F32","shape":[1,2],"data_offsets":[28,36]},"u32":{"dtype":"U32","shape":[1],"data_offsets":[36,40]},' +
    '"i32":{"dtype":"I32","shape":[1],"data_offsets":[40,44]},"u16":{"dtype":"U16","shape":[1],"data_offsets":[44,46]},' +
    '"i16":{"dtype":"I16","shape":[1],"data_offsets":[46,48]},"i8":{"dtype":"I8","shape":[2],"data_offsets":[48,50]},' +
    '"u8":{"dtype":"U8","shape":[2],"data_offsets":[50,52]}}      ',
  data: 'ffffffffffffffff00000000000000809a9999999999b93f0000803e0000c03f' + '000020c0ffffffff00000080ffff0080807f00ff',
};

describe('writeSafetensors', () => {
  it('writes the bytes of the reference implementation', () => {
    const path = join(scratchFolder(), 'all.safetensors');
    writeSafetensors(path, TENSORS, { note: 'by hand' });
    expect(readFileSync(path)).toEqual(safetensorsBytes(REFERENCE.header, Buffer.from(REFERENCE.data, 'hex')));
  });

  it('gives equal bytes for equal content in another order', () => {
    const folder = scratchFolder();
    const backwards = Object.fromEntries(Object.entries(TENSORS).reverse());
    writeSafetensors(join(folder, 'a'), TENSORS, { first: 1, second: [2], dropped: undefined });
    writeSafetensors(join(folder, 'b'), backwards, { second: [2], first: 1 });
    expect(readFileSync(join(folder, 'a'))).toEqual(readFileSync(join(folder, 'b')));
  });

  it('reads back what was written, metadata included', () => {
    const path = join(scratchFolder(), 'all.safetensors');
    const metadata = { list: [1, 2.5, null], text: 'Kühn', record: { deep: true }, number: 0.1 };
    const part = new Float64Array([0, -0, Math.PI, 5e-324, Infinity]).subarray(1);
    writeSafetensors(path, { ...TENSORS, part: { shape: [2, 2], data: part } }, metadata);
    const read = readSafetensors(path);
    expect(read.metadata).toEqual(metadata);
    for (const [name, { shape, data }] of Object.entries(TENSORS))
      expect(read.tensors[name]).toMatchObject({ shape, data });
    expect(read.tensors.part.data).toEqual(Float64Array.of(-0, Math.PI, 5e-324, Infinity));
  });

  it('writes empty tensors and no tensors', () => {
    const path = join(scratchFolder(), 'empty.safetensors');
    writeSafetensors(path, { none: { shape: [0, 3], data: new Float32Array(0) } });
    expect(readSafetensors(path).tensors.none.shape).toEqual([0, 3]);
    writeSafetensors(path, {});
    expect(readFileSync(path)).toEqual(safetensorsBytes('{}      ', new Uint8Array(0)));
  });

  it('refuses a shape that contradicts its data, and leaves nothing', () => {
    const folder = scratchFolder();
    expect(() => writeSafetensors(join(folder, 'x'), { x: { shape: [2, 2], data: new Float32Array(3) } })).toThrow(
      new RangeError('tensor x has 3 values; its shape [2,2] holds 4'),
    );
    expect(listing(folder)).toEqual([]);
  });

  it('says where it cannot write', async () => {
    const folder = scratchFolder();
    writeSafetensors(join(folder, 'file'), {});
    expect(await problemOf(() => writeSafetensors(join(folder, 'file', 'x'), {}))).toMatch(
      /^exit 3: cannot write ~\/file\/x: (ENOTDIR|EEXIST)/,
    );
  });
});

describe('createSafetensors', () => {
  const SHAPES = { theta: { dtype: 'F32', shape: [4, 2] }, step: { dtype: 'I32', shape: [4] } } as const;
  const theta = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const step = Int32Array.of(10, 20, 30, 40);

  it('writes by rows, in any order and again, what is written at once', () => {
    const folder = scratchFolder();
    writeSafetensors(join(folder, 'once'), { theta: { shape: [4, 2], data: theta }, step: { shape: [4], data: step } });
    const writer = createSafetensors(join(folder, 'rows'), SHAPES);
    writer.writeRows('step', 0, step);
    writer.writeRows('theta', 3, theta.subarray(6));
    writer.writeRows('theta', 0, Float32Array.of(-1, -1));
    writer.writeRows('theta', 0, theta.subarray(0, 6));
    writer.finish();
    writer.abort();
    expect(readFileSync(join(folder, 'rows'))).toEqual(readFileSync(join(folder, 'once')));
    expect(listing(folder)).toEqual(['once', 'rows']);
  });

  it('has no name before the end, and leaves nothing when aborted', () => {
    const folder = scratchFolder();
    const path = join(folder, 'deep', 'rows.safetensors');
    const writer = createSafetensors(path, SHAPES);
    writer.writeRows('step', 0, step);
    expect(listing(join(folder, 'deep'))).toEqual([expect.stringMatching(/^\.rows\.safetensors\..*\.partial$/)]);
    writer.abort();
    writer.abort();
    expect(listing(folder)).toEqual(['deep']);
  });

  it('an aborted file leaves the one of that name as it was', () => {
    const path = join(scratchFolder(), 'kept.safetensors');
    writeSafetensors(path, TENSORS);
    const before = readFileSync(path);
    const writer = createSafetensors(path, SHAPES);
    writer.writeRows('theta', 0, theta);
    writer.abort();
    expect(readFileSync(path)).toEqual(before);
  });

  it('refuses rows that do not fit, and a file with rows missing', () => {
    const folder = scratchFolder();
    const writer = createSafetensors(join(folder, 'rows'), SHAPES);
    expect(() => writer.writeRows('velocity', 0, theta)).toThrow(/^no tensor velocity was promised for/);
    expect(() => writer.writeRows('theta', 0, step)).toThrow(new RangeError('rows of theta are I32; F32 was promised'));
    expect(() => writer.writeRows('theta', 0, theta.subarray(1))).toThrow(RangeError);
    expect(() => writer.writeRows('theta', 1, theta)).toThrow(
      new RangeError('8 values from row 1 on do not fit theta of shape [4,2]'),
    );
    expect(() => writer.writeRows('theta', -1, theta)).toThrow(RangeError);
    writer.writeRows('theta', 0, theta);
    writer.writeRows('step', 0, step.subarray(0, 2));
    expect(() => writer.finish()).toThrow(/^row 2 of step was never written to/);
    writer.abort();
    expect(listing(folder)).toEqual([]);
  });
});
