/** A real SLURM for tests, and what to do where there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onPath } from '../../scripts/setup/processes.mjs';

/** The nodes of the cluster: both are this machine. */
export type Node = 'n1' | 'n2';

export interface Cluster {
  /** State and logs of the daemons, until the cluster ends. */
  readonly folder: string;
  /** With this added to its environment a process finds this cluster. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends a node as when its plug is pulled: its daemon and all processes of its jobs. The controller notices in about twenty seconds. */
  killNode(node: Node): Promise<void>;
  /** Starts its daemon, and waits until the controller gives it jobs. */
  startNode(node: Node): Promise<void>;
  /**
   * What was queued again waits two minutes before it may start, which no setting changes; not so after this. The wait has a
   * reason, SLURM may still be ending the task where it ran before: for that a few seconds are left.
   *
   * @param task that waits, `<array>_<index>`
   */
  startSoon(task: string): Promise<void>;
  /** Ends all daemons and jobs and removes the folder. So does the end of this process, whatever ends it. */
  stop(): Promise<void>;
}

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'setpriv'];
const PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);
const absent = PROGRAMS.filter((program) => !onPath(program, { PATH }));

/** Why there can be no cluster here, to stand after the name of what is skipped; empty where there can. */
export const noCluster =
  absent.length === 0
    ? ''
    : ` (skipped: no ${absent.join(', ')} here; apt-get install --no-install-recommends slurm-wlm munge)`;

/**
 * Starts a controller and two nodes; takes about five seconds.
 *
 * @param size of each node, whatever the machine has; memory in MB
 */
export async function startCluster({ cpus = 2, memory = 2000 } = {}): Promise<Cluster> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'epochnoise-slurm-')));
  const keeper = fileURLToPath(new URL('./keeper.mjs', import.meta.url));
  const child = spawn(process.execPath, [keeper, folder, String(cpus), String(memory)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // In a group of its own: what ends this process's whole group must not end it, or it could not clean up.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answered = async () => {
    const { value } = (await answers.next()) as { value?: string };
    if (value !== 'ok') throw new Error(`the test cluster: ${value ?? 'has ended'}`);
  };
  const told = (command: string) => {
    child.stdin.write(`${command}\n`);
    return answered();
  };
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  try {
    await answered();
  } catch (error) {
    await stop();
    throw error;
  }
  const environment = { SLURM_CONF: join(folder, 'slurm.conf') };
  return {
    folder,
    environment,
    killNode: (node) => told(`kill ${node}`),
    startNode: (node) => told(`start ${node}`),
    async startSoon(task) {
      await sleep(5000);
      const args = ['update', `JobId=${task}`, 'StartTime=now'];
      const { status, stderr } = spawnSync('scontrol', args, {
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`${task} cannot start soon: ${stderr}`);
    },
    stop,
  };
}
