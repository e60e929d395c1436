/**
 * CSV as other tools expect it (RFC 4180 quoting, but LF line ends): a header line, numbers with 17 significant digits, so
 * that every float64 reads back as itself, and an empty cell for what is undefined.
 */
import { readFileSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { unreadable, writeFileAtomic } from './atomic.ts';

/** A cell to write; undefined, null and NaN are written as nothing. */
export type CsvValue = number | string | undefined | null;

/** A table as read: every cell as its text, and columns by name. */
export interface CsvTable {
  /** The header, in the order of the file. */
  readonly names: readonly string[];
  /** Lines after the header. */
  readonly rows: number;
  /** A column's cells as text, [rows]. @throws DataError where there is no such column */
  text(name: string): readonly string[];
  /** A column as numbers, [rows], NaN where empty. @throws DataError where a cell is no number, naming its line */
  numbers(name: string): Float64Array;
}

/**
 * Writes columns of equal length under their names, in the order of the record's keys.
 *
 * @throws RangeError for columns of different lengths
 * @throws StorageError where the file cannot be written
 */
export function writeCsv(path: string, columns: Readonly<Record<string, ArrayLike<CsvValue>>>): void {
  const names = Object.keys(columns);
  const rows = names.length === 0 ? 0 : columns[names[0]].length;
  for (const name of names) {
    if (columns[name].length === rows) continue;
    throw new RangeError(`column ${name} has ${columns[name].length} rows; ${names[0]} has ${rows}`);
  }
  const lines = [names.map(quoted).join(',')];
  for (let row = 0; row < rows; row++) {
    const line = names.map((name) => cell(columns[name][row])).join(',');
    lines.push(line === '' ? '""' : line); // other tools skip blank lines, and a row would be lost
  }
  writeFileAtomic(path, `${lines.join('\n')}\n`);
}

/**
 * Reads a table that `writeCsv`, a spreadsheet or a data frame wrote (LF or CRLF, quoted cells).
 *
 * @throws DataError where the file is missing, a line has another number of cells than the header, or a quote is out of place
 */
export function readCsv(path: string): CsvTable {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  const [header, ...records] = parse(path, content.replace(/^\uFEFF/, ''));
  if (header === undefined) throw new DataError(`${path} is empty; expected a header line`);
  for (const { line, cells } of records) {
    if (cells.length === header.cells.length) continue;
    throw new DataError(`${path}, line ${line}: ${cells.length} cells; the header has ${header.cells.length}`);
  }
  const names = header.cells;

  function text(name: string): readonly string[] {
    const column = names.indexOf(name);
    if (column < 0) throw new DataError(`${path} has no column ${name}; it has ${names.join(', ')}`);
    return records.map(({ cells }) => cells[column]);
  }

  function numbers(name: string): Float64Array {
    return Float64Array.from(text(name), (written, row) => {
      if (written.trim() === '') return NaN;
      const value = toNumber(written.trim());
      if (value !== undefined) return value;
      throw new DataError(`${path}, line ${records[row].line}: ${name} is "${written}"; expected a number`);
    });
  }

  return { names, rows: records.length, text, numbers };
}

/** A number with 17 significant digits, trailing zeros left off (C's `%.17g`); integers below 10¹⁷ come out plain. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0'; // toPrecision drops the sign
  const [mantissa, exponent] = value.toPrecision(17).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}

/** JavaScript's numbers, and NaN and infinity as data frames spell them; undefined for anything else. */
function toNumber(written: string): number | undefined {
  const value = Number(written);
  if (!Number.isNaN(value) || /^nan$/i.test(written)) return value;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(written);
  return infinite ? (infinite[1] === '-' ? -Infinity : Infinity) : undefined;
}

function cell(value: CsvValue): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '';
  return typeof value === 'number' ? formatNumber(value) : quoted(value);
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface Line {
  /** Number of the line in the file, from 1. */
  readonly line: number;
  readonly cells: string[];
}

/** Splits at commas and line ends outside quotes. */
function parse(path: string, content: string): Line[] {
  const lines: Line[] = [];
  const token = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  let line = 1;
  let at = 0;
  while (at < content.length) {
    const current: Line = { line, cells: [] };
    for (;;) {
      token.lastIndex = at;
      const match = token.exec(content)!;
      current.cells.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
      line += match[0].split('\n').length - 1;
      at = token.lastIndex;
      if (content[at] !== ',') break;
      at++;
    }
    if (content.startsWith('\r\n', at)) at += 2;
    else if (content[at] === '\n') at++;
    else if (at < content.length) {
      throw new DataError(
        `${path}, line ${line}: a quote or a carriage return where a comma or the line's end belongs`,
      );
    }
    line++;
    lines.push(current);
  }
  return lines;
}
