/** With programs of SLURM that only say what they were given: the real ones are in test/slurm/. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cancel } from '../../../../src/experiment/sweep/slurm/cancel.ts';
import { arrayStatus } from '../../../../src/experiment/sweep/slurm/status.ts';
import { parseJobId, submit } from '../../../../src/experiment/sweep/slurm/submit.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-submit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** An environment with programs of these names and texts of the shell. */
function programs(texts: Readonly<Record<string, string>>, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const bin = join(folder, `bin ${count++}`);
  mkdirSync(bin);
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return { PATH: `${bin}:/usr/bin:/bin`, ...more };
}
const script = '#!/bin/bash\n#SBATCH --partition=gpu\n#SBATCH --requeue\n';

it.each([
  ['12\n', { id: '12', cluster: null }],
  ['12;north\n', { id: '12', cluster: 'north' }],
  ['Welcome to the cluster!\n12\n', { id: '12', cluster: null }],
  ['Submitted batch job 12\n', null],
  ['', null],
])('the answer %j', (out, job) => expect(parseJobId(out)).toEqual(job));

it('hands in the script from its folder, which has one for logs, after the job that it waits for', async () => {
  const own = join(folder, 'sweep');
  const environment = programs(
    { sbatch: 'ls -d logs >&2; echo "$@" >given; env >>given; echo "13;north"' },
    {
      // A user's own defaults: of what the script says itself, and of what it leaves open.
      ...{ SBATCH_PARTITION: 'debug', SBATCH_ACCOUNT: 'physics', SBATCH_TIMELIMIT: '5', SBATCH_NO_REQUEUE: '1' },
    },
  );
  const after = { id: '12', cluster: 'north' };
  const job = await submit({ folder: own, file: 'collect.sh', script, after, environment });
  expect(job).toEqual({ id: '13', cluster: 'north' });
  expect(readFileSync(join(own, 'collect.sh'), 'utf8')).toBe(script);
  const [args, ...variables] = readFileSync(join(own, 'given'), 'utf8').split('\n');
  expect(args).toBe('--parsable --clusters=north --dependency=afterany:12 --kill-on-invalid-dep=yes collect.sh');
  expect(variables.filter((line) => line.startsWith('SBATCH_')).sort()).toEqual([
    'SBATCH_ACCOUNT=physics',
    'SBATCH_TIMELIMIT=5',
  ]);
});

it('tells what is missing, and what SLURM says', async () => {
  const asked = { folder, file: 'points.sh', script };
  // The search path of a machine that may have SLURM is not for this.
  const nothing = { PATH: join(folder, 'nowhere') };
  await expect(submit({ ...asked, environment: nothing })).rejects.toThrow(
    expect.objectContaining({
      message: 'sbatch was not found: go to a machine that hands jobs to SLURM, or choose the executor local',
      exitCode: 2,
    }),
  );
  const refusing = programs({ sbatch: 'echo "sbatch: error: Batch job submission failed: No way" >&2; exit 1' });
  await expect(submit({ ...asked, environment: refusing })).rejects.toThrow(
    expect.objectContaining({
      message: `sbatch refuses ${folder}/points.sh: Batch job submission failed: No way`,
      exitCode: 1,
    }),
  );
  const odd = programs({ sbatch: 'echo hello' });
  await expect(submit({ ...asked, environment: odd })).rejects.toThrow(
    `sbatch refuses ${folder}/points.sh: it says "hello\\n", which is no job number`,
  );
});

const job = { id: '5', cluster: null };

it('asks the accounts for what has left the queue, and the controller for what they do not know yet', async () => {
  const environment = programs(
    {
      squeue: '[ -z "$SQUEUE_STATES" ] && echo "2|RUNNING|0|0:05|n1|None"',
      sacct: 'echo "5_0|COMPLETED|0:0|00:00:06|n1"; echo "5_2|PENDING|0:0|00:00:00|n1"',
      scontrol:
        'echo "JobId=7 ArrayJobId=5 ArrayTaskId=1 JobName=a JobState=FAILED Reason=None Restarts=0 ExitCode=1:0 "',
    },
    { SQUEUE_STATES: 'PENDING' },
  );
  const { tasks, accounting } = await arrayStatus(job, [0, 1, 2, 3], { environment });
  expect(accounting).toBe(true);
  expect(tasks.map(({ index, state }) => [index, state])).toEqual([
    [0, 'done'],
    [1, 'failed'],
    [2, 'running'],
    [3, 'unknown'],
  ]);
});

it('asks nobody else while all are in the queue', async () => {
  const environment = programs({ squeue: 'echo "0|RUNNING|0|0:05|n1|None"' });
  expect(await arrayStatus(job, [0], { environment })).toMatchObject({
    accounting: null,
    tasks: [{ state: 'running' }],
  });
});

it('does without accounts, and without a job that is long forgotten', async () => {
  const forgotten = 'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1';
  const sacct = 'echo "Slurm accounting storage is disabled" >&2; exit 1';
  const environment = programs({ squeue: forgotten, sacct, scontrol: forgotten });
  expect(await arrayStatus(job, [0], { environment })).toMatchObject({
    accounting: false,
    tasks: [{ state: 'unknown' }],
  });
});

it('a controller that does not answer is no end of the jobs', async () => {
  const silent = 'echo "slurm_load_jobs error: Unable to contact slurm controller (connect failure)" >&2; exit 1';
  await expect(arrayStatus(job, [0], { environment: programs({ squeue: silent }) })).rejects.toThrow(
    expect.objectContaining({
      message:
        'squeue does not tell where the jobs stand: slurm_load_jobs error: Unable to contact slurm controller (connect failure)',
      exitCode: 1,
    }),
  );
});

it('cancels a job of the cluster that has it', async () => {
  const environment = programs({ scancel: 'echo "scancel: error: $*" >&2; exit 1' });
  await expect(cancel({ id: '5', cluster: 'north' }, { environment })).rejects.toThrow(
    'scancel refuses job 5: --clusters=north 5',
  );
});
