// @ts-check
/**
 * A SLURM of its own for tests: munge, a controller and two node daemons on this machine, as whatever user starts it.
 *
 *     node test/slurm/keeper.mjs FOLDER [CPUS MEMORY]
 *
 * FOLDER is a new one, which goes with the keeper. Every line of standard input is a command, `kill n1` (the daemon and all
 * jobs of that node, as when the plug is pulled) or `start n1`; every line of standard output is the answer to one, `ok` or
 * what went wrong; the first says that the cluster is up. When standard input ends, however its other end died, all ends.
 */
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { mungeSocket, NODES, slurmConfiguration } from './configuration.mjs';
import { killJobs } from './processes.mjs';

const [folder, cpus = '2', memory = '2000'] = process.argv.slice(2);
const LIMIT_MS = 60_000;
const configuration = path.join(folder, 'slurm.conf');
// Daemons lie where a user's search path may not lead.
process.env.PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(':');
process.env.SLURM_CONF = configuration;

/** @type {Map<string, import('node:child_process').ChildProcess>} */
const daemons = new Map();

/**
 * @param {string} name
 * @param {string[]} command
 * @param {string} [cwd]
 */
function startDaemon(name, [program, ...args], cwd = folder) {
  const output = fs.openSync(path.join(folder, `${name}.out`), 'a');
  // Should the keeper itself be killed, the system kills them.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    cwd,
    stdio: ['ignore', output, output],
  });
  fs.closeSync(output);
  child.on('error', () => {});
  daemons.set(name, child);
}

/** @param {string} name */
async function killDaemon(name) {
  const child = daemons.get(name);
  daemons.delete(name);
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** @param {string} node */
async function startNode(node) {
  startDaemon(node, ['slurmd', '-D', '-N', node, '-f', configuration], path.join(folder, node));
  await until(node, () => isUp(node));
}

/** @param {string} node */
async function killNode(node) {
  await killDaemon(node);
  killJobs(folder, node);
}

/** Ports of this machine that nobody listens on. */
async function freePorts(/** @type {number} */ count) {
  const servers = Array.from({ length: count }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => /** @type {net.AddressInfo} */ (server.address()).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function startAll() {
  for (const part of ['munge', 'state', ...NODES]) fs.mkdirSync(path.join(folder, part), { recursive: true });
  // Everyone may ask munge, nobody may change what it keeps.
  for (const open of [folder, path.join(folder, 'munge')]) fs.chmodSync(open, 0o755);
  fs.writeFileSync(path.join(folder, 'munge', 'key'), crypto.randomBytes(128), { mode: 0o600 });
  const ports = await freePorts(1 + NODES.length);
  fs.writeFileSync(configuration, slurmConfiguration({ folder, ports, cpus: Number(cpus), memory: Number(memory) }));
  const [, year] = /(\d+)\.\d+/.exec(spawnSync('slurmctld', ['-V'], { encoding: 'utf8' }).stdout) ?? [];
  // Since version 23 every node has control groups, which take rights, unless it is told not to; earlier ones know no such word.
  if (Number(year) >= 23) fs.writeFileSync(path.join(folder, 'cgroup.conf'), 'CgroupPlugin=disabled\n');
  const own = ['key', 'seed', 'pid'].map((what) => `--${what}-file=${path.join(folder, 'munge', what)}`);
  startDaemon('munged', ['munged', '--foreground', '--num-threads=10', `--socket=${mungeSocket(folder)}`, ...own]);
  await until('munged', () => fs.existsSync(mungeSocket(folder)));
  startDaemon('slurmctld', ['slurmctld', '-D', '-f', configuration]);
  await until('slurmctld', () => spawnSync('scontrol', ['ping']).status === 0);
  await Promise.all(NODES.map(startNode));
}

/** Whether the controller gives jobs to a node. */
function isUp(/** @type {string} */ node) {
  const { stdout } = spawnSync('sinfo', ['-h', '-p', 'main', '-n', node, '-o', '%t'], { encoding: 'utf8' });
  return /^(idle|mix|alloc)$/.test(stdout.trim());
}

/**
 * @param {string} name of the daemon that is waited for
 * @param {() => boolean} isReady
 */
async function until(name, isReady) {
  for (const end = Date.now() + LIMIT_MS; !isReady(); await sleep(200)) {
    const child = daemons.get(name);
    if (Date.now() < end && child?.exitCode === null && child.signalCode === null) continue;
    const said = fs
      .readFileSync(path.join(folder, `${name}.out`), 'utf8')
      .trim()
      .split('\n')
      .slice(-5);
    throw new Error(`${name} did not start: ${said.join('; ')}`);
  }
}

let ending = false;
async function endAll() {
  if (ending) return;
  ending = true;
  for (const node of NODES) await killNode(node);
  for (const name of [...daemons.keys()].reverse()) await killDaemon(name);
  fs.rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

/** @param {string} text */
const answer = (text) => process.stdout.write(`${text.replaceAll('\n', ' ')}\n`);
/** @param {() => Promise<void> | void} work */
const answering = async (work) => {
  try {
    await work();
    answer('ok');
  } catch (error) {
    answer(error instanceof Error ? error.message : String(error));
  }
};

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void endAll());
// The other end may be gone.
process.stdout.on('error', () => {});
const lines = readline.createInterface({ input: process.stdin });
let done = answering(startAll);
lines.on('line', (line) => {
  const [command, node] = line.split(' ');
  done = done.then(() => answering(() => (command === 'kill' ? killNode(node) : startNode(node))));
});
lines.on('close', () => void endAll());
