/** The test cluster itself: it needs no rights, and nothing of it outlives whoever started it. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { noCluster } from './cluster.ts';
import { jobProcesses } from './processes.mjs';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'epochnoise-keeper-')));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Before a command: what makes it another user's, where this one may do everything. */
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canBeNobody =
  process.getuid?.() === 0 && spawnSync(nobody[0], [...nobody.slice(1), process.execPath, '--version']).status === 0;

it.skipIf(noCluster)(`kill -9 of whoever started a cluster ends its daemons and jobs${noCluster}`, async () => {
  // Nobody may not read a repository in somebody's home; munge wants folders where none removes another's files.
  chmodSync(base, 0o1777);
  for (const file of ['keeper.mjs', 'configuration.mjs', 'processes.mjs'])
    copyFileSync(fileURLToPath(new URL(file, import.meta.url)), join(base, file));
  const folder = join(base, 'cluster');
  const starter = `
    const keeper = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'inherit', 'inherit'], detached: true });
    setInterval(() => {}, 1000);`;
  const command = [process.execPath, '-e', starter, join(base, 'keeper.mjs'), folder];
  const [program, ...args] = canBeNobody ? [...nobody, ...command] : command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const first = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
  expect(first).toBe('ok\n');

  const environment = { ...process.env, SLURM_CONF: join(folder, 'slurm.conf') };
  const submit = ['sbatch', '--output=/dev/null', `--chdir=${base}`, '--wrap=sleep 1000'];
  const [sbatch, ...given] = canBeNobody ? [...nobody, ...submit] : submit;
  expect(spawnSync(sbatch, given, { env: environment, encoding: 'utf8' }).stdout).toMatch(/^Submitted batch job/);
  // The job's own and SLURM's that watches it, at least.
  const ofJobs = () => jobProcesses(folder, 'n1');
  while (ofJobs().length < 2) await sleep(200);

  child.kill('SIGKILL');
  while (existsSync(folder)) await sleep(200);
  expect(ofJobs()).toEqual([]);
  const listed = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
  expect(listed.split('\n').filter((line) => line.includes(folder))).toEqual([]);
});
