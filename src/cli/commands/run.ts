/** `epochnoise run`: a whole experiment. */
import { Command, Option } from 'commander';
import { join } from 'node:path';
import { experimentNames, STAGE_NAMES, type StageName } from '../../experiment/catalogue.ts';
import { gather, repairOption } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

interface RunOptions extends RunningOptions {
  readonly out?: string;
  readonly set?: string[];
  readonly until: StageName;
  readonly repair?: boolean;
}

/** `run`. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Run an experiment: train, record, find the eigendirections, compare with theory, draw.')
    .argument('<experiment>', `a name (${experimentNames().join(', ')}), a YAML file, or a run's experiment.json`)
    .option('--out <folder>', 'where the results go (default: results/<name of the experiment>)')
    .option('--set <key.path=value>', 'change a setting; may be given several times', gather(String))
    .addOption(new Option('--until <stage>', 'the last stage to run').choices(STAGE_NAMES).default('report'));
  return withRunningOptions(command)
    .addOption(repairOption())
    .action(async (nameOrFile: string, options: RunOptions) => {
      const { out, set = [], until, memory: memoryBytes, repair } = options;
      await runAndPrint(options, async () => {
        const { loadExperiment } = await import('../../experiment/load.ts');
        const { name, experiment } = loadExperiment(nameOrFile, set);
        const { describeResult, runExperiment } = await import('../../experiment/index.ts');
        const directory = out ?? join('results', name);
        const settings = { until, memoryBytes, repair };
        return async (voice) => describeResult(await runExperiment(directory, experiment, voice, settings));
      });
    });
}
