/** `epochnoise sweep`: many runs of one experiment, on this machine's cores. */
import { Command } from 'commander';
import type { BackendWord } from '../../experiment/back-ends/option.ts';
import { sweepNames } from '../../experiment/catalogue.ts';
import { backendOption, count, gather, memoryOption, wholeNumber } from '../options.ts';
import { print, printJson } from '../output.ts';
import { tellingVoice } from '../telling-voice.ts';
import { showSweep } from '../sweep-view.ts';
import { type ProgressVoice, progressVoice } from '../voice.ts';

interface SweepOptions {
  readonly out?: string;
  readonly set?: string[];
  readonly backend?: BackendWord;
  readonly dryRun?: boolean;
  readonly collect?: boolean;
  readonly processes?: number;
  readonly threads?: number;
  readonly memory?: number;
  readonly json?: boolean;
  readonly task?: number;
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
    .option('--collect', 'run nothing: put together what is done, and write the page')
    .option('--processes <n>', 'points that run at the same time (default: as many as cores and memory allow)', count)
    .option('--threads <n>', 'threads of each (default: the cores divided among the processes)', count)
    .addOption(memoryOption())
    .option('--json', 'print the result as JSON')
    .option('--task <index>', 'run one task of the folder of a sweep, in this process', wholeNumber)
    .action(async (nameOrFile: string, options: SweepOptions) => {
      if (options.task === undefined) await runSweep(nameOrFile, options);
      else await runOneTask(nameOrFile, options.task, options);
    });
}

async function runSweep(
  nameOrFile: string,
  { out, set = [], backend, dryRun, collect: collectOnly, processes, threads, memory, json }: SweepOptions,
): Promise<void> {
  const sweeps = await import('../../experiment/sweep/index.ts');
  const voice = progressVoice();
  const opened = await sweeps.openSweep(nameOrFile, { assignments: set, backend, out }, voice);
  const { folder, sweep, tasks } = opened;
  if (collectOnly) return await collect(opened, voice, json);
  const plan = await sweeps.planSweep(opened, { processes, threads });
  const text = sweeps.planText(sweep, plan);
  if (dryRun) {
    if (json) printJson({ folder, ...plan });
    else print(text);
    return;
  }
  voice.say(text);
  sweeps.beginSweep(opened, voice);
  const names = tasks.map(({ point, until }) => {
    const isWhole = until === sweep.until;
    return sweep.points[point].name + (isWhole ? '' : ` (${until})`);
  });
  const view = showSweep(names, plan.taskSeconds);
  const more = memory === undefined ? [] : ['--memory', `${memory / 1e6}MB`];
  const command = [process.argv[1], 'sweep', folder, ...more, '--task'] as const;
  try {
    await sweeps.runLocally(folder, sweep, tasks, { processes: plan.processes, threads: plan.threads, command, view });
  } finally {
    view.stop();
  }
  await collect(opened, voice, json);
}

/** Collects, prints, and ends with 1 where a point has failed. */
async function collect(
  opened: Parameters<typeof import('../../experiment/sweep/index.ts').endSweep>[0],
  voice: ProgressVoice,
  json: boolean | undefined,
): Promise<void> {
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
