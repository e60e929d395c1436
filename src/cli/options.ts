/** Reading option values. */
import { InvalidArgumentError, Option } from 'commander';
import { BACKEND_WORDS } from '../experiment/back-ends/option.ts';

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

/** A whole number of at least 1. */
export function count(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}

/** What K, M, G and T stand for: powers of 1000, or of 1024 before `iB`. */
const PREFIXES = 'kmgt';
/** Less is taken for a slip of the pen. */
const LEAST = 1e6;

/** Bytes, from a number with a unit: `4GB`, `.5 GB`, `512 MiB`; 0, or at least a megabyte. */
export function memorySize(text: string): number {
  const [, amount, prefix, binary] = /^\s*(\d+\.?\d*|\.\d+)\s*([kmgt])(i?)b\s*$/i.exec(text) ?? [];
  if (prefix === undefined) throw new InvalidArgumentError('Expected a size with its unit, such as 4GB or 512MB.');
  const bytes = Number(amount) * (binary ? 1024 : 1000) ** (PREFIXES.indexOf(prefix.toLowerCase()) + 1);
  if (bytes > 0 && bytes < LEAST) throw new InvalidArgumentError('Expected at least 1MB, or 0MB to keep nothing.');
  return Math.floor(bytes);
}

/** `--memory`, of every command that computes. */
export const memoryOption = (): Option =>
  new Option(
    '--memory <size>',
    'memory for intermediate values that Hessian products share, e.g. 4GB; 0MB keeps none (default: half of what is free, on webgpu 2GiB at most)',
  ).argParser(memorySize);

/** `--backend`, of every command that computes what a configuration says. */
export const backendOption = (): Option =>
  new Option(
    '--backend <name>',
    'what computes: as --set backend=<name>; auto takes the fastest of this machine that passes a test, and says which',
  ).choices(BACKEND_WORDS);

/** `--repair`, of every command that writes into a run. */
export const repairOption = (): Option =>
  new Option('--repair', 'read every file of the run, and make damaged or missing ones again; nothing else is touched');

/** Gathers an option that may be given several times. */
export function gather<T>(read: (text: string) => T): (text: string, earlier?: T[]) => T[] {
  return (text, earlier = []) => [...earlier, read(text)];
}
