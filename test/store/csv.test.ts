import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { formatNumber, readCsv, writeCsv } from '../../src/store/csv.ts';
import { listing, problemOf, scratchFolder } from './scratch.ts';

function table(content: string) {
  const path = join(scratchFolder(), 'table.csv');
  writeFileSync(path, content);
  return readCsv(path);
}

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-250, '-250'],
    [0.1, '0.10000000000000001'],
    [1 / 3, '0.33333333333333331'],
    [1e16, '10000000000000000'],
    [1e17, '1e+17'],
    [1e-7, '9.9999999999999995e-8'],
    [5e-324, '4.9406564584124654e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [-Infinity, '-Infinity'],
  ])('%d is written %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('every float64 reads back as itself', () => {
    const stream = randomStream(1, 'test/csv');
    const bits = new BigUint64Array(20_000).map(
      () =>
        (BigInt(stream.integer(2 ** 31)) << 33n) ^
        (BigInt(stream.integer(2 ** 31)) << 16n) ^
        BigInt(stream.integer(2 ** 16)),
    );
    const values = new Float64Array(bits.buffer).map((value) => (Number.isNaN(value) ? 1 : value));
    const path = join(scratchFolder(), 'numbers.csv');
    writeCsv(path, { values });
    expect(readCsv(path).numbers('values')).toEqual(values);
  });
});

describe('writeCsv', () => {
  it('writes a header, LF, empty cells for what is undefined, and quotes where needed', () => {
    const path = join(scratchFolder(), 'deep', 'table.csv');
    writeCsv(path, {
      index: [0, 1, 2, 3],
      value: Float64Array.of(0.5, NaN, -0, 1e300),
      regime: ['stiff', undefined, 'a "word", or\ntwo', null],
    });
    expect(readFileSync(path, 'utf8')).toBe(
      'index,value,regime\n0,0.5,stiff\n1,,\n2,-0,"a ""word"", or\ntwo"\n3,1.0000000000000001e+300,\n',
    );
  });

  it('writes a lone empty cell so that no reader takes its line for blank', () => {
    const path = join(scratchFolder(), 'column.csv');
    writeCsv(path, { only: [1, undefined, 3] });
    expect(readFileSync(path, 'utf8')).toBe('only\n1\n""\n3\n');
    expect(readCsv(path).numbers('only')).toEqual(Float64Array.of(1, NaN, 3));
  });

  it('refuses columns of different lengths, and leaves nothing', () => {
    const folder = scratchFolder();
    expect(() => writeCsv(join(folder, 'x.csv'), { a: [1, 2], b: [1] })).toThrow(
      new RangeError('column b has 1 rows; a has 2'),
    );
    expect(listing(folder)).toEqual([]);
  });
});

describe('readCsv', () => {
  it('reads back cells with quotes, commas and line ends', () => {
    const texts = ['plain', '', ' spaces ', 'a,b', 'say "so"', '"', 'two\nlines', 'two\r\nlines', 'ηλ'];
    const path = join(scratchFolder(), 'texts.csv');
    writeCsv(path, { index: texts.map((_, index) => index), 'a "name", odd': texts });
    const read = readCsv(path);
    expect(read.names).toEqual(['index', 'a "name", odd']);
    expect(read.rows).toBe(texts.length);
    expect(read.text('a "name", odd')).toEqual(texts);
  });

  it('reads what a spreadsheet writes: a byte order mark, CRLF, no end of the last line', () => {
    const read = table('\ufeffa,b\r\n1,"x, y"\r\n2,');
    expect(read.names).toEqual(['a', 'b']);
    expect(read.text('b')).toEqual(['x, y', '']);
    expect(read.numbers('a')).toEqual(Float64Array.of(1, 2));
  });

  it('reads numbers as data frames write them', () => {
    const read = table('a\n1e-3\n nan\nNaN\ninf\n-inf\nInfinity\n-Infinity\n""\n+2\n');
    expect(Array.from(read.numbers('a'))).toEqual([0.001, NaN, NaN, Infinity, -Infinity, Infinity, -Infinity, NaN, 2]);
  });

  it('reads a header alone', () => expect(table('a,b\n').numbers('b')).toEqual(new Float64Array(0)));

  it.each([
    ['nothing', '', 'exit 3: ~/table.csv is empty; expected a header line'],
    ['a short line', 'a,b\n1,2\n3\n', 'exit 3: ~/table.csv, line 3: 1 cells; the header has 2'],
    [
      'a long line after a cell of two lines',
      'a,b\n"1\n",2\n3,4,5\n',
      'exit 3: ~/table.csv, line 4: 3 cells; the header has 2',
    ],
    ['a quote without end', 'a,b\n1,"2\n', 'exit 3: ~/table.csv, line 2: a quote or a carriage return where'],
    ['text after a quote', 'a,b\n"1"x,2\n', 'exit 3: ~/table.csv, line 2: a quote or a carriage return where'],
    ['carriage returns alone', 'a,b\r1,2\r', 'exit 3: ~/table.csv, line 1: a quote or a carriage return where'],
  ])('refuses %s', async (_name, content, expected) => {
    expect(await problemOf(() => table(content))).toContain(expected);
  });

  it('names the column and the line of what is no number', async () => {
    const read = table('a,b\n1,x\n"2\n",-\n');
    expect(await problemOf(() => read.numbers('b'))).toBe('exit 3: ~/table.csv, line 2: b is "x"; expected a number');
    expect(await problemOf(() => read.text('c'))).toBe('exit 3: ~/table.csv has no column c; it has a, b');
  });

  it('no file', async () => {
    expect(await problemOf(() => readCsv(join(scratchFolder(), 'x.csv')))).toBe('exit 3: no file ~/x.csv');
  });
});
