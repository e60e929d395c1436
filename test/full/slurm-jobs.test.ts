/** A sweep's scripts on a real SLURM, with programs of a few lines in the place of experiments. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectScript, logOfJob, logOfTask, pointsScript } from '../../src/experiment/sweep/slurm/batch-script.ts';
import { cancel } from '../../src/experiment/sweep/slurm/cancel.ts';
import type { SlurmOptions } from '../../src/experiment/sweep/slurm/options.ts';
import type { Task } from '../../src/experiment/sweep/slurm/parse.ts';
import { arrayStatus } from '../../src/experiment/sweep/slurm/status.ts';
import { type JobId, submit } from '../../src/experiment/sweep/slurm/submit.ts';
import { type Cluster, noCluster, startCluster } from '../slurm/cluster.ts';

// SLURM looks after its jobs in steps of up to half a minute.
const LIMIT_MS = 300_000;

describe.skipIf(noCluster)(`on a real SLURM${noCluster}`, { timeout: LIMIT_MS }, () => {
  let cluster: Cluster;
  let environment: NodeJS.ProcessEnv;
  beforeAll(async () => {
    cluster = await startCluster({ cpus: 4, memory: 4000 });
    environment = { ...process.env, ...cluster.environment };
  });
  afterAll(() => cluster?.stop());

  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  /** A folder of a name that nobody would choose. */
  function newFolder(): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), `epochnoise "sweep" 'of' $HOME %a ö-`));
    folders.push(folder);
    return folder;
  }

  const options: SlurmOptions = { partition: 'main', memory: '500', threads: 1 };
  const linesOf = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []);

  /** What a point says. */
  const logOf = (folder: string, index: number) => join(folder, 'logs', `point ${index}.log`);

  /** Hands in an array of a program in bash, which gets the sweep's folder and the index as $1 and $2. */
  function submitPoints(folder: string, program: string, indices: readonly number[], own: Partial<SlurmOptions> = {}) {
    writeFileSync(join(folder, 'program.sh'), program);
    const foldersOf = (index: number) => {
      mkdirSync(join(folder, `point ${index}`), { recursive: true });
      return [join(folder, `point ${index}`)] as const;
    };
    const script = pointsScript({
      name: 'test "points"',
      folder,
      command: ['bash', join(folder, 'program.sh'), folder],
      environment: { GREETING: `it's "$HOME"` },
      options: { ...options, ...own },
      indices,
      foldersOf,
      workingFolder: folder,
      logOf: (index) => logOf(folder, index),
    });
    return submit({ folder, file: 'points.sh', script, environment });
  }

  function submitCollect(folder: string, after: JobId): Promise<JobId> {
    const command = ['sh', '-c', 'ls "$0"/ended-* | wc -l >"$0/collected"', folder];
    const script = collectScript({ name: 'test collect', folder, workingFolder: folder, command, options });
    return submit({ folder, file: 'collect.sh', script, after, environment });
  }

  const statusOf = async (job: JobId, indices: readonly number[]) =>
    (await arrayStatus(job, indices, { environment })).tasks;

  const hasEnded = ({ state }: Task) => !['pending', 'running'].includes(state);
  /** Waits until all tasks are as they should, and tells how they are. */
  async function until(
    job: JobId,
    indices: readonly number[],
    isAsItShould: (task: Task) => boolean,
  ): Promise<readonly Task[]> {
    for (let tasks: readonly Task[] = [], end = Date.now() + LIMIT_MS - 10_000; ; await sleep(500)) {
      if (Date.now() > end) throw new Error(`it never came: ${JSON.stringify(tasks)}`);
      tasks = await statusOf(job, indices);
      if (tasks.every(isAsItShould)) return tasks;
      if (tasks.every(hasEnded)) throw new Error(`it will never come: ${JSON.stringify(tasks)}`);
    }
  }

  async function untilThere(path: string): Promise<string[]> {
    for (const end = Date.now() + LIMIT_MS - 10_000; !existsSync(path); await sleep(500))
      if (Date.now() > end) throw new Error(`${path} never came`);
    await sleep(500);
    return linesOf(path);
  }

  it('points run on both nodes, a failing one leaves the others whole, and what collects runs when all have ended', async () => {
    const folder = newFolder();
    const indices = [0, 2, 3, 4];
    const program = 'echo "$GREETING"; sleep 3; touch "$1/ended-$2"; [ "$2" != 3 ] || exit 7';
    // Two of them fill a node.
    const job = await submitPoints(folder, program, indices, {
      memory: '2000',
      others: ['--comment="of a test"  --nice=5'],
    });
    const collecting = await submitCollect(folder, job);
    expect(collecting.cluster).toBeNull();

    const running = await until(job, indices, ({ state }) => state === 'running');
    expect(new Set(running.map(({ node }) => node))).toEqual(new Set(['n1', 'n2']));
    expect(existsSync(join(folder, 'collected'))).toBe(false);

    const ended = await until(job, indices, hasEnded);
    const outcome = ended.map(({ index, state, exitCode, restarts }) => [index, state, exitCode, restarts]);
    expect(outcome).toEqual([
      [0, 'done', 0, 0],
      [2, 'done', 0, 0],
      [3, 'failed', 7, 0],
      [4, 'done', 0, 0],
    ]);
    expect(await untilThere(join(folder, 'collected'))).toEqual(['4']);
    expect(readFileSync(join(folder, logOfJob(collecting.id)), 'utf8')).toBe('');
    for (const index of indices) {
      expect(linesOf(join(folder, logOfTask(job.id, index)))).toEqual([
        expect.stringMatching(new RegExp(`^== task ${index} on n[12], restarts: 0: see .*point ${index}\\.log$`)),
      ]);
      const said = `it's "$HOME"`;
      expect(linesOf(logOf(folder, index))).toEqual(
        index === 3 ? [said, '== it failed, and is tried once more', said] : [said],
      );
    }
  });

  it('the plug of a node is pulled: its task is queued again, the other goes on, and what collects waits for both', async () => {
    const folder = newFolder();
    const indices = [0, 1];
    const program =
      'echo "$SLURMD_NODENAME" >>"$1/starts-$2"; until [ -e "$1/go" ]; do sleep 0.2; done; touch "$1/ended-$2"';
    // Each of them fills a node.
    const job = await submitPoints(folder, program, indices, { memory: '4000' });
    await submitCollect(folder, job);
    const before = await until(job, indices, ({ state }) => state === 'running');
    const lost = before.find(({ node }) => node === 'n1')!.index;
    await untilThere(join(folder, `starts-${lost}`));

    await cluster.killNode('n1');
    await until(job, [lost], ({ state, reason }) => state === 'pending' && reason === 'BeginTime');
    expect((await statusOf(job, [1 - lost]))[0]).toMatchObject({ state: 'running', node: 'n2', restarts: 0 });
    await cluster.startNode('n1');
    await cluster.startSoon(`${job.id}_${lost}`);
    const again = await until(job, [lost], ({ state }) => state === 'running');
    expect(again[0]).toMatchObject({ restarts: 1 });
    expect(existsSync(join(folder, 'collected'))).toBe(false);

    writeFileSync(join(folder, 'go'), '');
    const ended = await until(job, indices, hasEnded);
    for (const task of ended)
      expect(task, linesOf(join(folder, logOfTask(job.id, task.index))).join('\n')).toMatchObject({
        state: 'done',
        exitCode: 0,
      });
    expect(linesOf(join(folder, `starts-${lost}`))).toHaveLength(2);
    expect(linesOf(join(folder, `starts-${1 - lost}`))).toEqual(['n2']);
    const log = linesOf(join(folder, logOfTask(job.id, lost))).filter((line) => line.startsWith('== task'));
    expect(log.map((line) => /restarts: \d/.exec(line)?.[0])).toEqual(['restarts: 0', 'restarts: 1']);
    expect(await untilThere(join(folder, 'collected'))).toEqual(['2']);
  });

  it('a sweep that is cancelled: what runs hears it once and saves, what waits never starts, and nothing is queued again', async () => {
    const folder = newFolder();
    const indices = [0, 1, 2];
    const program =
      'trap \'echo told >>"$1/told-$2"\' TERM; echo >"$1/started-$2"; for i in $(seq 300); do sleep 0.1; if [ -e "$1/told-$2" ]; then sleep 2; exit 130; fi; done';
    const job = await submitPoints(folder, program, indices, { arrayLimit: 2 });
    await until(job, [0, 1], ({ state }) => state === 'running');
    await untilThere(join(folder, 'started-1'));
    expect((await statusOf(job, [2]))[0]).toMatchObject({ state: 'pending', reason: 'JobArrayTaskLimit' });

    await cancel(job, { environment });
    const ended = await until(job, indices, hasEnded);
    expect(ended.map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    for (const index of [0, 1]) expect(linesOf(join(folder, `told-${index}`))).toEqual(['told']);
    expect(existsSync(join(folder, 'started-2'))).toBe(false);
    await sleep(3000);
    expect((await statusOf(job, indices)).map(({ state }) => state)).toEqual(ended.map(({ state }) => state));
    await cancel(job, { environment });
  });

  it('near its time limit a point saves and queues itself again, unless it has saved nothing', async () => {
    const folder = newFolder();
    const indices = [0, 1];
    // The second point, too, is busy, but with nothing that counts.
    const program = `
trap 'told=1' TERM
echo >>"$1/starts-$2"
if [ "$2" = 0 ]; then file="$1/point $2/state.safetensors"; else file="$1/point $2/environment.json"; fi
if [ "$2" = 0 ] && [ -e "$file" ]; then echo gone on with; touch "$1/ended-$2"; exit 0; fi
until [ -n "$told" ]; do sleep 0.2; done
echo saving; echo "$$" >>"$file"; exit 130`;
    const job = await submitPoints(folder, program, indices, { time: '1' });
    await submitCollect(folder, job);
    await until(job, [0], ({ state, reason }) => state === 'pending' && reason === 'BeginTime');
    expect(existsSync(join(folder, 'collected'))).toBe(false);
    await cluster.startSoon(`${job.id}_0`);
    const ended = await until(job, indices, hasEnded);
    const outcome = ended.map(({ index, state, exitCode, restarts }) => [index, state, exitCode, restarts]);
    expect(outcome, linesOf(join(folder, logOfTask(job.id, 0))).join('\n')).toEqual([
      [0, 'done', 0, 1],
      [1, 'failed', 130, 0],
    ]);
    const log = linesOf(join(folder, logOfTask(job.id, 0)));
    expect(log.filter((line) => !line.includes('slurmstepd'))).toEqual([
      expect.stringMatching(/^== task 0 on n[12], restarts: 0: /),
      expect.stringMatching(/^== task 0 on n[12], restarts: 1: /),
    ]);
    expect(linesOf(logOf(folder, 0))).toEqual([
      'saving',
      '== the time limit is near: what was done is saved, and the point queues itself again',
      'gone on with',
    ]);
    expect(linesOf(logOf(folder, 1)).at(-1)).toBe(
      '== nothing was saved within the time limit, and it would be in vain again: give more with --time',
    );
    expect(await untilThere(join(folder, 'collected'))).toEqual(['1']);
  });

  it('what SLURM refuses is told in its own words', async () => {
    const folder = newFolder();
    const refusal = async (own: Partial<SlurmOptions>, indices = [0]) =>
      await submitPoints(folder, 'exit', indices, own).then(
        () => 'taken',
        (error: Error) => `${error.name}: ${error.message.replaceAll(folder, '~')}`,
      );
    expect(await refusal({ partition: 'nowhere' })).toBe(
      'RunError: sbatch refuses ~/points.sh: Batch job submission failed: Invalid partition name specified',
    );
    expect(await refusal({ memory: '1T' })).toBe(
      'RunError: sbatch refuses ~/points.sh: Batch job submission failed: Requested node configuration is not available',
    );
    expect(await refusal({}, [5000])).toBe(
      'RunError: sbatch refuses ~/points.sh: Batch job submission failed: Invalid job array specification: the cluster takes fewer tasks in one array (MaxArraySize); divide the sweep',
    );
    expect(await refusal({ others: ['--nonsense'] })).toMatch(/^RunError: sbatch refuses ~\/points.sh: .*nonsense/);
    // Nobody knows a job that never was.
    const [task] = await statusOf({ id: '4711', cluster: null }, [3]);
    expect(task).toMatchObject({ index: 3, state: 'unknown' });
    await expect(cancel({ id: 'none', cluster: null }, { environment })).rejects.toThrow(
      'scancel refuses job none: Invalid job id none',
    );
  });
});
