import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { memorySize } from '../../src/cli/options.ts';

describe('a size of memory', () => {
  it.each([
    ['4GB', 4e9],
    ['512 MiB', 512 * 2 ** 20],
    ['1.5gib', 1.5 * 2 ** 30],
    ['0KB', 0],
    [' 20 kb ', 20_000],
  ])('%s', (text, bytes) => expect(memorySize(text)).toBe(bytes));

  it.each(['', '4', 'GB', '-1GB', '4 TB', '1e3MB', '4GB!'])('is not %j', (text) =>
    expect(() => memorySize(text)).toThrow(InvalidArgumentError),
  );
});
