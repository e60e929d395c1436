// @ts-check
/** Configuration of a SLURM that needs no rights: two nodes that are this machine, everything below one folder. */
import os from 'node:os';
import path from 'node:path';

/** Names of the nodes. */
export const NODES = ['n1', 'n2'];

/**
 * @typedef {object} Shape
 * @property {string} folder absolute; state, logs and sockets of all daemons
 * @property {number[]} ports of the controller and of each node
 * @property {number} cpus of each node, whatever the machine has
 * @property {number} memory of each node, in MB
 */

/** @param {string} folder */
export const mungeSocket = (folder) => path.join(folder, 'munge', 'socket');

/**
 * Text of slurm.conf. A node whose daemon is silent for twenty seconds counts as down, and its jobs are queued again; it
 * counts as up again when its daemon is back. All nodes are asked together, and what they answer counts when the last one
 * has, or was given up: the limit of silence has to be longer than that of messages by far.
 *
 * @param {Shape} shape
 */
export function slurmConfiguration({ folder, ports: [controller, ...ports], cpus, memory }) {
  const user = os.userInfo().username;
  const host = os.hostname().split('.')[0];
  const nodes = NODES.map(
    (node, i) =>
      `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=${cpus} RealMemory=${memory}`,
  );
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${mungeSocket(folder)}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/%n.log
JobCompType=jobcomp/filetxt
JobCompLoc=${folder}/ended-jobs
MailProg=/bin/true
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,bf_interval=2,sched_interval=2
JobRequeue=1
ReturnToService=2
MessageTimeout=5
SlurmdTimeout=20
KillWait=10
SlurmdParameters=config_overrides
${nodes.join('\n')}
PartitionName=main Nodes=${NODES.join(',')} Default=YES MaxTime=INFINITE State=UP
PartitionName=short Nodes=${NODES.join(',')} MaxTime=1 State=UP
`;
}
