/** JSON files: the same values always give the same bytes; written whole or not at all. */
import { readFileSync } from 'node:fs';
import { DataError } from '../errors.ts';
import { unreadable, writeFileAtomic } from './atomic.ts';

/**
 * The canonical text of a value: keys sorted (whole numbers first, by size; others by code unit), shortest round-trip numbers, keys whose value is undefined left
 * out, typed arrays as arrays. JSON has no NaN and no infinity; both become null, which readers take as "has no meaning".
 *
 * @param indent spaces a level; 0 gives one line (the form to hash)
 * @throws TypeError for a bigint or a cyclic value, as JSON.stringify does
 */
export function canonicalJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, (_key, inner: unknown) => ordered(inner), indent);
}

/**
 * Writes a value as canonical JSON, two spaces a level, one line feed at the end.
 *
 * @throws StorageError where the file cannot be written
 */
export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${canonicalJson(value, 2)}\n`);
}

/**
 * Reads a JSON file. The type is the caller's claim; check what comes from a user.
 *
 * @throws DataError where the file is missing or is no JSON
 */
export function readJson<Value = unknown>(path: string): Value {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new DataError(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

function ordered(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const record = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, record[key]]),
  );
}
