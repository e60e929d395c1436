/** One process at a time in a run directory. Channel: processes of their own, the list of files, the system's process table. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dropClaimsOf, jobsThatClaim, lockRunDirectory } from '../../src/experiment/lock.ts';
import { compile } from '../cli/program.ts';
import { deadProcess } from '../setup/dead-process.ts';
import { listing, problemOf, scratchFolder } from '../store/scratch.ts';

/** A process that lives until the test ends. */
function livingProcess(script = 'setInterval(() => {}, 1000)'): ChildProcess {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** When a process was started, as proc(5) has it: the 22nd field. */
const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21];

const HERE = os.hostname();
const claim = (pid: number | undefined, started: number | string = 0, host = HERE) =>
  `.run.lock.${pid}.${started}@${host}`;
/** A directory with this claim beside it. */
function claimed(name: string): string {
  const folder = scratchFolder();
  writeFileSync(join(folder, name), '');
  return join(folder, 'run');
}
const beside = (directory: string) => listing(join(directory, '..'));
const own = () => expect.stringMatching(new RegExp(`^\\.run\\.lock\\.${process.pid}\\.\\d+@${HERE}$`));

describe('the lock of a run directory', () => {
  it('lies beside the directory, names its holder, and goes with it', () => {
    const parent = join(scratchFolder(), 'not there yet');
    const release = lockRunDirectory(join(parent, 'run'));
    expect(listing(parent)).toEqual([own()]);
    release();
    expect(listing(parent)).toEqual([]);
    release();
    lockRunDirectory(join(parent, 'run'))();
  });

  it('is refused while a living process holds it, this one included', async () => {
    const { pid } = livingProcess();
    const directory = claimed(claim(pid));
    expect(await problemOf(() => lockRunDirectory(directory))).toBe(
      `exit 1: another process works in ~/run (process ${pid} on ${HERE}): wait for it, or choose another folder with --out; if there is none any more, delete ~/${claim(pid)}`,
    );
    expect(beside(directory)).toEqual([claim(pid)]);

    const mine = join(scratchFolder(), 'run');
    const release = lockRunDirectory(mine);
    expect(await problemOf(() => lockRunDirectory(mine))).toMatch(/^exit 1: another process works in/);
    release();
  });

  it('is taken over from a job of SLURM that was queued again, wherever it ran before, and from no other', async () => {
    const ofJob = (job: string) => `.run.lock.7.9.job${job}@elsewhere`;
    vi.stubEnv('SLURM_JOB_ID', '12');
    const other = claimed(ofJob('13'));
    expect(await problemOf(() => lockRunDirectory(other))).toMatch(/^exit 1: .*process 7 on elsewhere/);
    expect(jobsThatClaim(other)).toEqual(['13']);
    dropClaimsOf(other, '14');
    expect(beside(other)).toEqual([ofJob('13')]);
    dropClaimsOf(other, '13');
    expect(beside(other)).toEqual([]);

    const again = claimed(ofJob('12'));
    const release = lockRunDirectory(again);
    expect(jobsThatClaim(again)).toEqual(['12']);
    expect(beside(again)).toEqual([expect.stringMatching(`^\\.run\\.lock\\.${process.pid}\\.\\d+\\.job12@${HERE}$`)]);
    release();
    vi.unstubAllEnvs();
    expect(await problemOf(() => lockRunDirectory(claimed(ofJob('12'))))).toMatch(/^exit 1: /);
  });

  it('is taken over from a process that died', () => {
    const directory = claimed(claim(deadProcess()));
    const release = lockRunDirectory(directory);
    expect(beside(directory)).toEqual([own()]);
    release();
    expect(beside(directory)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('is taken over where another program bears the number by now', async () => {
    const { pid } = livingProcess();
    const started = startOf(pid!);
    const held = claimed(claim(pid, started));
    expect(await problemOf(() => lockRunDirectory(held))).toMatch(/^exit 1: another process works in/);
    const reused = claimed(claim(pid, Number(started) - 1));
    lockRunDirectory(reused)();
    expect(beside(reused)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'is taken over from a process that ended and was not taken note of',
    async () => {
      // A shell that does not wait for its child leaves it in the process table.
      const parent = spawn('/bin/sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 100'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void parent.kill('SIGKILL'));
      const pid = Number(await new Promise((resolve) => parent.stdout.on('data', (text) => resolve(String(text)))));
      const started = startOf(pid);
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
        await new Promise((resolve) => setTimeout(resolve));
      lockRunDirectory(claimed(claim(pid, started)))();
    },
  );

  it('is not taken from another machine, whose processes cannot be asked', async () => {
    const dead = deadProcess();
    const directory = claimed(claim(dead, 7, 'another-machine'));
    expect(await problemOf(() => lockRunDirectory(directory))).toMatch(
      /^exit 1: .* \(process \d+ on another-machine\): wait/,
    );
    expect(beside(directory)).toEqual([claim(dead, 7, 'another-machine')]);
  });

  it('does not stand in the way of another run, whatever its name', () => {
    const folder = scratchFolder();
    const releases = ['run', 'run2', 'run.lock', 'un'].map((name) => lockRunDirectory(join(folder, name)));
    for (const release of releases) release();
    expect(listing(folder)).toEqual([]);
  });
});

compile();
const LOCK = fileURLToPath(new URL('../../dist/experiment/lock.js', import.meta.url));
/** Waits for a line, asks for the lock, says whether it got it, and holds it until its input ends. */
const CONTENDER = `
  import { dropClaimsOf, jobsThatClaim, lockRunDirectory } from ${JSON.stringify(LOCK)};
  console.log('ready');
  process.stdin.once('data', () => {
    try { lockRunDirectory(process.argv[1]); console.log('has it'); } catch (error) { console.log(error.message); }
  });
  process.stdin.on('end', () => process.exit());
`;

describe('ten processes at once', () => {
  it('one of them gets it, round after round, and the claims of the dead before them are gone', async () => {
    const folder = scratchFolder();
    const directory = join(folder, 'run');
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 3; i++) writeFileSync(join(folder, claim(deadProcess(), i)), '');
      const contenders = Array.from({ length: 10 }, () =>
        spawn(process.execPath, ['--input-type=module', '-e', CONTENDER, directory], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      onTestFinished(() => contenders.forEach((child) => void child.kill('SIGKILL')));
      const lines = (child: ChildProcess) =>
        new Promise<string>((resolve) => child.stdout!.once('data', (text) => resolve(String(text).trim())));
      expect(await Promise.all(contenders.map(lines))).toEqual(contenders.map(() => 'ready'));
      const answers = contenders.map(lines);
      for (const child of contenders) child.stdin.write('go\n');
      const told = await Promise.all(answers);
      const winners = contenders.filter((_, i) => told[i] === 'has it');
      expect(winners, told.join('\n')).toHaveLength(1);
      for (const text of told) if (text !== 'has it') expect(text).toContain(`another process works in ${directory}`);
      expect(beside(directory)).toEqual([expect.stringContaining(`.run.lock.${winners[0].pid}.`)]);
      // Killed as it holds the lock: its claim stays until the next round takes it down.
      for (const child of contenders) child.kill('SIGKILL');
      await Promise.all(contenders.map((child) => new Promise((resolve) => child.on('close', resolve))));
    }
    const [left] = beside(directory);
    lockRunDirectory(directory)();
    expect(existsSync(join(folder, left))).toBe(false);
  });
});
