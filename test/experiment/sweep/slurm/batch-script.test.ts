/** Scripts read as text, and run by bash itself as a task would be: what they do on a real SLURM is in test/slurm/. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import {
  collectScript,
  logOfTask,
  pointsScript,
  type PointsJob,
} from '../../../../src/experiment/sweep/slurm/batch-script.ts';
import type { SlurmOptions } from '../../../../src/experiment/sweep/slurm/options.ts';

const folder = mkdtempSync(join(tmpdir(), "epochnoise script's $-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const job = (options: Partial<SlurmOptions> = {}, more: Partial<PointsJob> = {}): PointsJob => ({
  name: 'crossover',
  folder: '/shared/a sweep',
  command: ['/usr/bin/node', '/shared/main.js', 'sweep', '/shared/a sweep', '--point'],
  options: { threads: 2, ...options },
  indices: [0, 1, 2, 7],
  foldersOf: (index) => [`/shared/a sweep/${index}`],
  logOf: (index) => join(folder, `point ${index}.log`),
  workingFolder: '/',
  ...more,
});
const headOf = (script: string) => script.match(/^#SBATCH .*$/gm)!.map((line) => line.replace('#SBATCH ', ''));

describe('the head of the script', () => {
  it('asks for nothing that nobody asked for', () =>
    expect(headOf(pointsScript(job()))).toEqual([
      '--job-name=crossover',
      '--array=0-2,7',
      '--output="/shared/a sweep/logs/%A_%a.log"',
      '--open-mode=append',
      '--requeue',
      '--signal=B:USR1@120',
      '--ntasks=1',
      '--cpus-per-task=2',
    ]));

  it('passes on all that was asked for, the user’s own words last', () => {
    const others = ['--account=physics --qos="very long"', '--exclude=n[1-3]'];
    const asked = { partition: 'gpu', time: '1-12', memory: '8G', gres: 'gpu:a100:1', arrayLimit: 3, others };
    const points = headOf(pointsScript(job(asked)));
    expect(points[1]).toBe('--array=0-2,7%3');
    expect(points[5]).toBe('--signal=B:USR1@300');
    expect(points.slice(8)).toEqual(['--partition=gpu', '--time=1-12', '--mem=8G', '--gres=gpu:a100:1', ...others]);
    const collect = headOf(collectScript({ ...job(asked), name: 'collect' }));
    expect(collect.slice(6)).toEqual(['--partition=gpu', '--time=1-12', '--mem=8G', ...others]);
  });

  it.each([
    ['1', 15],
    ['10', 60],
    ['0:30:00', 180],
    ['UNLIMITED', 120],
  ])('of a time limit of %s the last %i seconds are for saving', (time, seconds) =>
    expect(pointsScript(job({ time }))).toContain(`\n#SBATCH --signal=B:USR1@${seconds}\n`),
  );

  it('a log is named as SLURM will name it', () => {
    const said = /--output="(.*)"/.exec(pointsScript(job({}, { folder: '/a 100%' })))![1];
    const filledIn = said.replace(/%[%Aa]/g, (pattern) => ({ '%%': '%', '%A': '12', '%a': '7' })[pattern]!);
    expect(filledIn).toBe(`/a 100%/${logOfTask('12', 7)}`);
  });
});

it.each([
  [{ partition: 'a\nb' }, {}, '--partition is "a\\nb": it has to be a single line'],
  [{ others: ['--a\nrm'] }, {}, '--sbatch is "--a\\nrm": it has to be a single line'],
  [
    { others: ['account=a'] },
    {},
    '"account=a" is no option of sbatch: give it as you would there, such as --sbatch "--account=physics"',
  ],
  [
    { time: 'long' },
    {},
    'the time limit "long" is none that SLURM knows: give minutes, hours:minutes:seconds or days-hours, such as 90, 12:00:00 or 2-12',
  ],
  [{}, { indices: [] }, 'no point is to be run: a job array needs at least one'],
  [{}, { folder: '/a\\b' }, 'SLURM cannot write logs to /a\\b: choose a folder without a backslash in its name'],
])('%j %j is refused', (options, more, message) =>
  expect(() => pointsScript(job(options, more))).toThrow(expect.objectContaining({ message, exitCode: 2 })),
);

describe.skipIf(process.platform === 'win32')('a task', () => {
  let count = 0;
  /** Runs one with a program of bash (its last argument is the index), and a scontrol that is told to end, as SLURM does before it answers, and notes what it was asked. */
  async function run(program: string, signal?: NodeJS.Signals) {
    const own = join(folder, `run ${count++}`);
    mkdirSync(join(own, 'point'), { recursive: true });
    mkdirSync(join(own, 'bin'));
    writeFileSync(join(own, 'bin', 'scontrol'), '#!/bin/sh\nkill -TERM $$\necho "$@" >>"$0.asked"\n', { mode: 0o755 });
    const script = pointsScript({
      ...job(),
      folder: own,
      command: ['bash', '-c', program, 'program', "it's", join(own, 'point')],
      environment: { EPOCHNOISE_THREADS: '2', QUOTED: '$HOME "a" \'b\' \\' },
      foldersOf: () => [join(own, 'point')],
      workingFolder: own,
      logOf: () => join(own, 'point.log'),
    });
    const env = {
      PATH: `${join(own, 'bin')}:${process.env.PATH}`,
      SLURM_ARRAY_JOB_ID: '12',
      SLURM_ARRAY_TASK_ID: '7',
      SLURM_JOB_ID: '12',
    };
    const child = spawn('bash', ['-c', script], { cwd: own, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    if (signal) {
      while (!existsSync(join(own, 'point', 'ready'))) await sleep(20);
      child.kill(signal);
    }
    const code = await ended;
    const asked = join(own, 'bin', 'scontrol.asked');
    expect(out).toMatch(/^== task 7 on .*, restarts: 0: see .*point\.log\n$/);
    return {
      code,
      lines: readFileSync(join(own, 'point.log'), 'utf8').trimEnd().split('\n'),
      asked: existsSync(asked) ? readFileSync(asked, 'utf8') : '',
    };
  }

  /** What the program does until it is told to end, and then. */
  const untilTold = (then: string) =>
    `trap 'told="$told."' TERM; touch "$2/ready"; until [ -n "$told" ]; do sleep 0.05; done; sleep 0.3; echo "told$told"; ${then}`;

  it('hands the program its arguments, the index and the environment as they are, and ends as it does', async () => {
    const ended = await run('printf "%s\\n" "$1" "$3" "$#" "$EPOCHNOISE_THREADS" "$QUOTED"; exit 2');
    expect(ended).toEqual({ code: 2, lines: ["it's", '7', '3', '2', '$HOME "a" \'b\' \\'], asked: '' });
  });

  it('tries a program that fails once more, where its working folder is', async () => {
    const ended = await run('basename "$PWD" | cut -c 1-3; exit 5');
    expect(ended).toEqual({ code: 5, lines: ['run', '== it failed, and is tried once more', 'run'], asked: '' });
    const mended = await run('[ -e "$2/again" ] || { touch "$2/again"; exit 1; }');
    expect(mended).toEqual({ code: 0, lines: ['== it failed, and is tried once more'], asked: '' });
  });

  it('near its limit tells the program once, waits for it, and queues itself again: itself alone', async () => {
    const ended = await run(untilTold('echo 1 >"$2/state.safetensors"; exit 130'), 'SIGUSR1');
    expect(ended).toEqual({
      code: 130,
      lines: ['told.', '== the time limit is near: what was done is saved, and the point queues itself again'],
      asked: 'requeue 12_7\n',
    });
  });

  it('near its limit is not queued again where nothing was saved', async () => {
    const ended = await run(untilTold('echo 1 >"$2/environment.json"; exit 130'), 'SIGUSR1');
    expect(ended.lines[1]).toBe(
      '== nothing was saved within the time limit, and it would be in vain again: give more with --time',
    );
    expect(ended).toMatchObject({ code: 130, asked: '' });
  });

  it.each([
    [0, 'is done'],
    [1, 'fails'],
  ])('near its limit is not queued again where it ends with code %i: it %s', async (code) => {
    const ended = await run(untilTold(`echo 1 >"$2/a.csv"; exit ${code}`), 'SIGUSR1');
    expect(ended).toEqual({ code, lines: ['told.'], asked: '' });
  });

  it('that is cancelled waits for the program, which SLURM tells itself, and is not queued again', async () => {
    const program = `touch "$2/ready"; sleep 0.5; echo 1 >"$2/state.safetensors"; echo saved; exit 130`;
    expect(await run(program, 'SIGTERM')).toEqual({ code: 130, lines: ['saved'], asked: '' });
  });
});
