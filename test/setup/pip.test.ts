import { expect, test } from 'vitest';
import { downloadArguments, pipReason, TENSORFLOW, wheelFor } from '../../scripts/setup/pip.mjs';

test.each([
  ['linux-x64', 'tensorflow-cpu', 'x86_64'],
  ['linux-arm64', 'tensorflow-cpu-aws', 'aarch64'],
  ['darwin-arm64', 'tensorflow-macos', 'arm64'],
  ['darwin-x64', 'tensorflow-cpu', 'x86_64'],
])('on %s the wheel is that of %s', (platform, name, machine) => {
  const source = wheelFor(platform);
  expect(source.requirement).toBe(`${name}==${TENSORFLOW}`);
  expect(source.platforms.every((tag: string) => tag.endsWith(machine))).toBe(true);
});

test.each(['win32-x64', 'linux-arm', 'freebsd-x64'])('on %s there is none', (platform) => {
  expect(wheelFor(platform)).toBeNull();
});

test('pip fetches one file for a fixed Python, runs nothing and keeps no second copy', () => {
  const line = downloadArguments(wheelFor('linux-x64'), '/a folder').join(' ');
  expect(line).toMatch(/^download --no-deps --only-binary=:all: --python-version 3\.11 /);
  expect(line).toContain('--platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64');
  expect(line).toContain('--no-cache-dir');
  expect(line).toMatch(/--dest \/a folder tensorflow-cpu==[\d.]+$/);
});

test.each([
  [
    'no connection: pip’s last word would be that there is no such package',
    `WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('<x at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/
ERROR: No matching distribution found for tensorflow-cpu==2.15.1`,
    'no connection to the package index: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution',
  ],
  [
    'an index that does not have it',
    `ERROR: Could not find a version that satisfies the requirement
ERROR: No matching distribution found for tensorflow-cpu==2.15.1
`,
    'ERROR: No matching distribution found for tensorflow-cpu==2.15.1',
  ],
  [
    'a full disk after a connection that came back',
    `WARNING: Retrying (Retry(total=1)) after connection broken by 'x: y'
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device`,
    'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
  ],
  ['a crash', 'Traceback\n  line\nSomethingError: why\n\n', 'SomethingError: why'],
  ['silence', '', 'it said nothing'],
])('reason of %s', (_what, output, reason) => expect(pipReason(output)).toBe(reason));
