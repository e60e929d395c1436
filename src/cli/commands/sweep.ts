/** `epochnoise sweep`: many runs of one experiment, on this machine's cores or on a cluster. */
import { Command, Option } from 'commander';
import type { BackendWord } from '../../experiment/back-ends/option.ts';
import { sweepNames } from '../../experiment/catalogue.ts';
import type { OpenedSweep, Plan, SlurmOptions } from '../../experiment/sweep/index.ts';
import { ConfigurationError } from '../../errors.ts';
import { fromHere, typed } from '../../typed.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import { backendOption, count, gather, memoryOption, wholeNumber } from '../options.ts';
import { print, printJson } from '../output.ts';
import { showSweep } from '../sweep-view.ts';
import { tellingVoice } from '../telling-voice.ts';
import { type ProgressVoice, progressVoice } from '../voice.ts';

interface SweepOptions {
  readonly out?: string;
  readonly set?: string[];
  readonly backend?: BackendWord;
  readonly dryRun?: boolean;
  readonly executor: 'local' | 'slurm';
  readonly processes?: number;
  readonly threads?: number;
  readonly memory?: number;
  readonly partition?: string;
  readonly time?: string;
  readonly mem?: string;
  readonly gres?: string;
  readonly arrayLimit?: number;
  readonly sbatch?: string[];
  readonly status?: boolean;
  readonly cancel?: boolean;
  readonly collect?: boolean;
  readonly task?: number;
  readonly json?: boolean;
}

/** `sweep`. */
export function sweepCommand(): Command {
  return new Command('sweep')
    .description('Run an experiment at many settings, and put the results side by side.')
    .argument('<sweep>', `a name (${sweepNames().join(', ')}), a YAML file, or the folder of a sweep to go on with`)
    .option('--out <folder>', 'where the results go (default: results/<name of the sweep>)')
    .option('--set <key.path=value>', 'change a setting of all points; may be given several times', gather(String))
    .addOption(backendOption())
    .option('--dry-run', 'show what would run and what it would take, and end')
    .addOption(
      new Option('--executor <name>', 'this machine, or a cluster').choices(['local', 'slurm']).default('local'),
    )
    .option('--processes <n>', 'points that run at the same time (default: as many as cores and memory allow)', count)
    .option('--threads <n>', 'threads of each (default: the cores divided among the processes; 1 on a cluster)', count)
    .addOption(memoryOption())
    .option('--partition <name>', 'of SLURM: where the jobs run')
    .option('--time <limit>', 'of SLURM: time limit of a point, which goes on in another job where it is too short')
    .option('--mem <size>', 'of SLURM: memory of a point (default: what is expected at most)')
    .option('--gres <list>', 'of SLURM: devices of a point, e.g. gpu:1')
    .option('--array-limit <n>', 'of SLURM: most points that run at the same time', count)
    .option('--sbatch <options>', 'other options of sbatch, as there; may be given several times', gather(String))
    .option('--status', 'say how the points stand, in the queue too')
    .option('--cancel', "take the sweep's jobs back from SLURM; what was computed stays")
    .option('--collect', 'run nothing: put together what is done, and write the page')
    .option('--task <index>', 'run one task of the folder of a sweep, in this process', wholeNumber)
    .option('--json', 'print the result as JSON')
    .action(async (nameOrFile: string, options: SweepOptions) => {
      if (options.task === undefined) await runSweep(nameOrFile, options);
      else await runOneTask(nameOrFile, options.task, options);
    });
}

async function runSweep(nameOrFile: string, options: SweepOptions): Promise<void> {
  const { out, set: assignments = [], backend, dryRun, executor, threads, processes, json } = options;
  refuseMismatches(options);
  const sweeps = await import('../../experiment/sweep/index.ts');
  const voice = progressVoice();
  const asBegun = options.status || options.cancel || options.collect;
  const opened = await sweeps.openSweep(nameOrFile, { assignments, backend, out, asBegun }, voice);
  const { folder, sweep, tasks } = opened;
  if (options.status) {
    const points = await sweeps.sweepStatus(folder, sweep, tasks);
    return json ? printJson({ folder, points }) : print(sweeps.statusText(sweep, points, fromHere));
  }
  if (options.cancel) {
    const cancelled = await sweeps.cancelSweep(folder);
    return json ? printJson({ folder, cancelled }) : print(`${cancelled} tasks were waiting or running`);
  }
  if (options.collect) {
    if (!opened.begun)
      throw new ConfigurationError(`${fromHere(folder)} holds no sweep yet: there is nothing to collect`);
    return await collect(opened, voice, json);
  }
  const isHere = executor === 'local';
  const wanted = isHere ? { processes, threads } : { processes: 1, threads: threads ?? 1 };
  const report = process.stderr.isTTY ? voice.begin('estimating') : async () => throwIfInterrupted();
  const plan = await sweeps
    .planSweep(opened, { ...wanted, memoryBytes: options.memory, isHere }, report)
    .finally(() => voice.stop());
  const text = sweeps.planText(sweep, plan, isHere);
  if (dryRun) return json ? printJson({ folder, ...plan }) : print(text);
  const release = sweeps.lockSweep(folder);
  try {
    await leaveJobsAlone(opened, isHere, voice);
    voice.say(text);
    sweeps.beginSweep(opened, voice);
    if (isHere) await runHere(opened, plan, options, voice);
    else await runThere(opened, plan, options);
  } finally {
    release();
  }
}

/** Options of one executor mean nothing to the other, and what is only looked at is looked at in one way. */
function refuseMismatches(options: SweepOptions): void {
  const { executor, backend } = options;
  const flag = (name: string) => `--${name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}`;
  const modes = (['dryRun', 'status', 'cancel', 'collect'] as const).filter((name) => options[name]);
  if (modes.length > 1)
    throw new ConfigurationError(`${modes.map(flag).join(' and ')} do not go together: give one of them`);
  const ofSlurm = (['partition', 'time', 'mem', 'gres', 'arrayLimit', 'sbatch'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (executor === 'local' && ofSlurm)
    throw new ConfigurationError(`${flag(ofSlurm)} is for SLURM: give --executor slurm with it`);
  if (executor === 'slurm' && options.processes !== undefined)
    throw new ConfigurationError(
      '--processes is for this machine: on a cluster --array-limit says how many points run at a time',
    );
  // The back ends of this machine are not those of the nodes.
  if (executor === 'slurm' && backend === 'auto')
    throw new ConfigurationError(
      '--backend auto tries what this machine has, not what the nodes have: name a back end',
    );
}

/** Nothing is run or changed while jobs of the sweep wait or run; what those that have ended left behind is taken away. */
async function leaveJobsAlone({ folder, sweep }: OpenedSweep, isHere: boolean, voice: ProgressVoice): Promise<void> {
  const { dropDeadClaims, readJobs, refuseWhileQueued } = await import('../../experiment/sweep/index.ts');
  if (!readJobs(folder)) return;
  try {
    await refuseWhileQueued(folder);
    await dropDeadClaims(folder, sweep);
  } catch (error) {
    // A machine without SLURM may end what a cluster has begun.
    if (!isHere || !(error instanceof ConfigurationError)) throw error;
    voice.warn(`jobs of this sweep were handed to SLURM, which cannot be asked here: be sure that none is left`);
  }
}

/** On this machine, to the end. */
async function runHere(opened: OpenedSweep, plan: Plan, options: SweepOptions, voice: ProgressVoice): Promise<void> {
  const { folder, sweep, tasks } = opened;
  const { runLocally } = await import('../../experiment/sweep/index.ts');
  const names = tasks.map(({ point, until }) => {
    const isWhole = until === sweep.until;
    return sweep.points[point].name + (isWhole ? '' : ` (${until})`);
  });
  const view = showSweep(names, plan.taskSeconds);
  const command = [...programOf(folder, options), '--task'] as const;
  try {
    await runLocally(folder, sweep, tasks, { ...plan, command, view });
  } finally {
    view.stop();
  }
  await collect(opened, voice, options.json);
}

/** On a cluster: the jobs are handed in, and that is all. */
async function runThere({ folder, sweep, tasks }: OpenedSweep, plan: Plan, options: SweepOptions): Promise<void> {
  const { handIn } = await import('../../experiment/sweep/index.ts');
  const { partition, time, gres, arrayLimit, sbatch: others, json } = options;
  const memory = options.mem ?? `${Math.ceil(plan.memoryBytes / 2 ** 20)}M`;
  const slurm: SlurmOptions = { partition, time, memory, gres, arrayLimit, threads: plan.threads, others };
  const command = [process.execPath, ...programOf(folder, options)];
  const jobs = await handIn(folder, sweep, tasks, { slurm, command, workingFolder: process.cwd() });
  if (json) return printJson({ folder, jobs });
  const again = (option: string) => `\`${typed('sweep', fromHere(folder), option)}\``;
  if (!jobs) return print(`nothing is left to be run; ${again('--collect')} writes the page again`);
  const arrays = jobs.arrays.map(({ id, indices }) => `array ${id} of ${indices.length} tasks`).join(', then ');
  print(
    `handed to SLURM: ${arrays}, then job ${jobs.collect!.id}, which collects; ${again('--status')} tells how they stand, ${again('--cancel')} takes them back`,
  );
}

/** This program with the arguments that everything which belongs to a sweep has in common. */
const programOf = (folder: string, { memory }: SweepOptions): [program: string, ...args: string[]] => [
  process.argv[1],
  'sweep',
  folder,
  ...(memory === undefined ? [] : ['--memory', `${memory / 1e6}MB`]),
];

/** Collects, prints, and ends with 1 where a point has failed. */
async function collect(opened: OpenedSweep, voice: ProgressVoice, json: boolean | undefined): Promise<void> {
  const { endSweep } = await import('../../experiment/sweep/index.ts');
  const { document, text, failed } = await endSweep(opened, voice);
  voice.end();
  if (json) printJson(document);
  else print(text);
  if (failed > 0) process.exitCode = 1;
}

/** A process of a sweep: what it says goes to its log, and its progress to whoever started it. */
async function runOneTask(folder: string, task: number, { memory: memoryBytes }: SweepOptions): Promise<void> {
  const { runTask } = await import('../../experiment/sweep/index.ts');
  const voice = tellingVoice(progressVoice());
  try {
    await runTask(folder, task, voice, { memoryBytes });
    voice.end();
  } finally {
    voice.stop();
  }
}
