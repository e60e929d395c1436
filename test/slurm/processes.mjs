// @ts-check
/** The processes of a node: those that a node's daemon has started are no children of it, and live on without it. */
import fs from 'node:fs';
import path from 'node:path';

/**
 * Numbers of the processes of jobs that run on a node, and of the daemons that watch each of them.
 *
 * @param {string} folder of the cluster
 * @param {string} node
 * @returns {number[]}
 */
export function jobProcesses(folder, node) {
  const configuration = `SLURM_CONF=${path.join(folder, 'slurm.conf')}`;
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((process) => {
      const of = path.join('/proc', process);
      // Its environment can be read no more: it writes its title there. It works where the node's daemon was started.
      if (read(() => fs.readFileSync(path.join(of, 'cmdline'), 'utf8')).startsWith('slurmstepd'))
        return read(() => fs.readlinkSync(path.join(of, 'cwd'))) === path.join(folder, node);
      const environment = read(() => fs.readFileSync(path.join(of, 'environ'), 'utf8')).split('\0');
      return environment.includes(configuration) && environment.includes(`SLURMD_NODENAME=${node}`);
    })
    .map(Number);
}

/**
 * Kills all of them, those that they start meanwhile too.
 *
 * @param {string} folder
 * @param {string} node
 */
export function killJobs(folder, node) {
  for (let found; (found = jobProcesses(folder, node).filter(isAlive)).length > 0;) found.forEach(kill);
}

/** @param {number} process */
function isAlive(process) {
  const state = read(() => fs.readFileSync(`/proc/${process}/stat`, 'utf8')).replace(/^.*\) /s, '')[0];
  return state !== undefined && !'ZX'.includes(state);
}

/** @param {number} number */
function kill(number) {
  try {
    process.kill(number, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * @param {() => string} reading of a process that may be gone, or another user's
 * @returns {string}
 */
function read(reading) {
  try {
    return reading();
  } catch {
    return '';
  }
}
