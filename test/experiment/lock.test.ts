/** One process at a time in a run directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockRunDirectory } from '../../src/experiment/lock.ts';
import { deadProcess } from '../setup/dead-process.ts';
import { listing, problemOf, scratchFolder } from '../store/scratch.ts';

/** A process that lives until the test ends. */
function livingProcess(): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const lockOf = (directory: string) => join(directory, '..', '.run.lock');
const held = (directory: string, holder: string) => writeFileSync(lockOf(directory), holder);

describe('the lock of a run directory', () => {
  it('lies beside the directory, names its holder, and goes with it', () => {
    const parent = join(scratchFolder(), 'not there yet');
    const release = lockRunDirectory(join(parent, 'run'));
    expect(listing(parent)).toEqual(['.run.lock']);
    expect(readFileSync(join(parent, '.run.lock'), 'utf8')).toBe(`${os.hostname()} ${process.pid}`);
    release();
    expect(listing(parent)).toEqual([]);
    release();
    lockRunDirectory(join(parent, 'run'))();
  });

  it('is refused while a living process holds it, this one included', async () => {
    const directory = join(scratchFolder(), 'run');
    const { pid } = livingProcess();
    held(directory, `${os.hostname()} ${pid}`);
    expect(await problemOf(() => lockRunDirectory(directory))).toBe(
      `exit 1: another process works in ~/run (${os.hostname()} ${pid}): wait for it, or choose another folder with --out; if there is none any more, delete ~/.run.lock`,
    );
    expect(readFileSync(lockOf(directory), 'utf8')).toBe(`${os.hostname()} ${pid}`);

    const own = join(scratchFolder(), 'run');
    const release = lockRunDirectory(own);
    expect(await problemOf(() => lockRunDirectory(own))).toMatch(/^exit 1: another process works in/);
    release();
  });

  it('is taken over from a process that died', () => {
    const directory = join(scratchFolder(), 'run');
    held(directory, `${os.hostname()} ${deadProcess()}`);
    const release = lockRunDirectory(directory);
    expect(readFileSync(lockOf(directory), 'utf8')).toBe(`${os.hostname()} ${process.pid}`);
    release();
    expect(existsSync(lockOf(directory))).toBe(false);
  });

  it('is not taken from another machine, whose processes cannot be asked', async () => {
    const directory = join(scratchFolder(), 'run');
    held(directory, `another-machine ${deadProcess()}`);
    expect(await problemOf(() => lockRunDirectory(directory))).toMatch(/^exit 1: .* \(another-machine \d+\): wait/);
  });

  it('that belongs to another by now is not removed', () => {
    const directory = join(scratchFolder(), 'run');
    const release = lockRunDirectory(directory);
    held(directory, 'another-machine 1');
    release();
    expect(existsSync(lockOf(directory))).toBe(true);
  });

  it('does not stand in the way of another run', () => {
    const folder = scratchFolder();
    const releases = ['run', 'run2'].map((name) => lockRunDirectory(join(folder, name)));
    for (const release of releases) release();
  });
});
