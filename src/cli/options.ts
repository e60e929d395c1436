/** Reading option values. */
import { InvalidArgumentError, Option } from 'commander';

/** A finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** A whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number of at least 0.');
  return value;
}

const UNITS: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 };

/** Bytes, from a number with a unit: `4GB`, `512 MiB`. */
export function memorySize(text: string): number {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]i?b)\s*$/i.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Expected a size with its unit, such as 4GB or 512MB.');
  return Math.floor(Number(amount) * UNITS[unit.toLowerCase()]);
}

/** `--memory`, of every command that computes. */
export const memoryOption = (): Option =>
  new Option(
    '--memory <size>',
    'memory for intermediate values that Hessian products share, e.g. 4GB (default: half of what is free)',
  ).argParser(memorySize);

/** Gathers an option that may be given several times. */
export function gather<T>(read: (text: string) => T): (text: string, earlier?: T[]) => T[] {
  return (text, earlier = []) => [...earlier, read(text)];
}
