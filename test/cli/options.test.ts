import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { memorySize } from '../../src/cli/options.ts';

describe('a size of memory', () => {
  it.each([
    ['4GB', 4e9],
    ['512 MiB', 512 * 2 ** 20],
    ['1.5gib', 1.5 * 2 ** 30],
    ['1TB', 1e12],
    ['2 TiB', 2 * 2 ** 40],
    ['.5GB', 5e8],
    ['4.GB', 4e9],
    ['0KB', 0],
    ['0GB', 0],
    [' 2000 kb ', 2e6],
  ])('%s', (text, bytes) => expect(memorySize(text)).toBe(bytes));

  it.each(['', '4', 'GB', '.GB', '-1GB', '4 PB', '1e3MB', '4GB!'])('is not %j', (text) =>
    expect(() => memorySize(text)).toThrow(InvalidArgumentError),
  );

  it.each(['0.0001KB', '20 kb', '0.9MB'])('is not %j: less than a megabyte is nothing', (text) =>
    expect(() => memorySize(text)).toThrow('Expected at least 1MB, or 0MB to keep nothing.'),
  );
});
