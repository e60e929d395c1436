/** Channel: what SLURM 22.05.8 and 24.11.5 said of arrays whose fates were known; sacct with slurmdbd and MariaDB. */
import { describe, expect, it } from 'vitest';
import { parseSacct, parseScontrol, parseSqueue, type Task } from '../../../../src/experiment/sweep/slurm/parse.ts';

const states = (tasks: readonly Task[]) => Object.fromEntries(tasks.map(({ index, state }) => [index, state]));

describe('squeue', () => {
  it('tells of tasks that wait, run, were queued again and have ended', () => {
    const said = `1|COMPLETING|0|0:02|n2|None${' '.repeat(20)}
0|PENDING|1|0:00||BeginTime
2|RUNNING|0|1:00:18|n1|None
3|FAILED|0|0:07|n1|NonZeroExitCode
5|PENDING|0|0:00||JobArrayTaskLimit
6|PENDING|0|0:00||(ReqNodeNotAvail, UnavailableNodes:n[1-2])
`;
    const tasks = parseSqueue(said);
    expect(states(tasks)).toEqual({
      0: 'pending',
      1: 'running',
      2: 'running',
      3: 'failed',
      5: 'pending',
      6: 'pending',
    });
    expect(tasks[1]).toEqual({
      index: 0,
      state: 'pending',
      word: 'PENDING',
      reason: 'BeginTime',
      node: '',
      restarts: 1,
      exitCode: null,
      seconds: 0,
    });
    expect(tasks[2]).toMatchObject({ node: 'n1', restarts: 0, seconds: 3618, reason: '' });
    expect(tasks[5].reason).toBe('(ReqNodeNotAvail, UnavailableNodes:n[1-2])');
  });

  it.each(['JobHeldUser', 'JobHeldAdmin', 'launch failed requeued held', 'job requeued in held state'])(
    'a task that waits for a person is held: %s',
    (reason) => expect(parseSqueue(`0|PENDING|2|0:00||${reason}\n`)[0]).toMatchObject({ state: 'held', reason }),
  );

  it('passes over other jobs, names of clusters and nothing', () =>
    expect(parseSqueue('CLUSTER: north\nN/A|PENDING|0|0:00||Dependency\n\n')).toEqual([]));
});

describe('sacct', () => {
  it('tells of tasks that have ended, one line for many that wait', () => {
    const tasks = parseSacct(`5_0|COMPLETED|0:0|00:00:06|n1
5_1|FAILED|1:0|00:00:06|n1
10_2|CANCELLED by 0|0:0|00:00:18|n2
10_3|OUT_OF_MEMORY|0:125|1-00:00:01|n2
10_4|TIMEOUT|0:0|00:01:14|n2
10_5|PREEMPTED|0:15|00:01:14|n2
10_6|NODE_FAIL|0:0|00:01:14|n2
5_[7-9%2]|PENDING|0:0|00:00:00|None assigned
6|COMPLETED|0:0|00:00:06|n1
`);
    expect(tasks.map(({ index, state, word, exitCode }) => [index, state, word, exitCode])).toEqual([
      [0, 'done', 'COMPLETED', 0],
      [1, 'failed', 'FAILED', 1],
      [2, 'cancelled', 'CANCELLED', 0],
      [3, 'failed', 'OUT_OF_MEMORY', 253],
      [4, 'out of time', 'TIMEOUT', 0],
      [5, 'pre-empted', 'PREEMPTED', 143],
      [6, 'failed', 'NODE_FAIL', 0],
      [7, 'pending', 'PENDING', null],
      [8, 'pending', 'PENDING', null],
      [9, 'pending', 'PENDING', null],
    ]);
    expect(tasks[2]).toMatchObject({ node: 'n2', seconds: 18, restarts: null });
    expect(tasks[7].node).toBe('');
  });
});

describe('scontrol', () => {
  /** One line of its answer, as long as it is. */
  const line = (task: string, state: string, reason: string, exit: string, restarts = 0) =>
    `JobId=4 ArrayJobId=1 ArrayTaskId=${task} ArrayTaskThrottle=2 JobName=JobState=x UserId=root(0) GroupId=root(0) MCS_label=N/A Priority=4294901759 Nice=0 Account=(null) QOS=(null) JobState=${state} Reason=${reason} Dependency=(null) Requeue=1 Restarts=${restarts} BatchFlag=1 Reboot=0 ExitCode=${exit} RunTime=00:00:08 TimeLimit=UNLIMITED TimeMin=N/A SubmitTime=2026-11-28T07:08:39 EligibleTime=2026-11-28T07:08:39 AccrueTime=Unknown StartTime=2026-11-28T07:08:39 EndTime=2026-11-28T07:08:47 Deadline=N/A SuspendTime=None SecsPreSuspend=0 LastSchedEval=2026-11-28T07:08:39 Scheduler=Main Partition=main AllocNode:Sid=localhost:11969 ReqNodeList=(null) ExcNodeList=(null) NodeList=n1 BatchHost=n1 NumNodes=1 NumCPUs=1 NumTasks=1 CPUs/Task=1 ReqB:S:C:T=0:0:*:* TRES=cpu=1,mem=200M,node=1,billing=1 Command=/tmp/job.sh WorkDir=/tmp StdErr=/tmp/out_1_1.log StdIn=/dev/null StdOut=/tmp/out_1_1.log Power= `;

  it('tells of tasks that have ended, one line for many that wait', () => {
    const said = [
      line('2-3%2', 'PENDING', 'JobArrayTaskLimit', '0:0'),
      line('1', 'FAILED', 'NonZeroExitCode', '7:0'),
      line('0', 'COMPLETED', 'None', '0:0', 3),
      '',
    ].join('\n');
    const tasks = parseScontrol(said);
    expect(
      tasks.map(({ index, state, reason, exitCode, restarts }) => [index, state, reason, exitCode, restarts]),
    ).toEqual([
      [2, 'pending', 'JobArrayTaskLimit', null, 0],
      [3, 'pending', 'JobArrayTaskLimit', null, 0],
      [1, 'failed', 'NonZeroExitCode', 7, 0],
      [0, 'done', '', 0, 3],
    ]);
    expect(tasks[3]).toMatchObject({ node: 'n1', seconds: 8 });
  });
});
