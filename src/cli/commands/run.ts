/** `epochnoise run`: a whole experiment. */
import { Command, Option } from 'commander';
import { join } from 'node:path';
import { type BackendWord, withBackend } from '../../experiment/back-ends/option.ts';
import { experimentNames, STAGE_NAMES, type StageName } from '../../experiment/catalogue.ts';
import { backendOption, gather, repairOption } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

interface RunOptions extends RunningOptions {
  readonly out?: string;
  readonly set?: string[];
  readonly backend?: BackendWord;
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
    .addOption(backendOption())
    .addOption(new Option('--until <stage>', 'the last stage to run').choices(STAGE_NAMES).default('report'));
  return withRunningOptions(command)
    .addOption(repairOption())
    .action(async (nameOrFile: string, options: RunOptions) => {
      const { out, set = [], backend, until, memory: memoryBytes, repair } = options;
      await runAndPrint(options, async () => {
        const { loadExperiment } = await import('../../experiment/load.ts');
        const { name, experiment } = loadExperiment(nameOrFile, withBackend(set, backend));
        const { describeResult, runExperiment, withChosenBackend } = await import('../../experiment/index.ts');
        const directory = out ?? join('results', name);
        const settings = { until, memoryBytes, repair };
        return async (voice) => {
          const chosen = backend === 'auto' ? await withChosenBackend(experiment, voice, { directory }) : experiment;
          return describeResult(await runExperiment(directory, chosen, voice, settings));
        };
      });
    });
}
