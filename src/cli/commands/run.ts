/** `epochnoise run`: a whole experiment. */
import { Command, Option } from 'commander';
import { join } from 'node:path';
import { experimentNames, STAGE_NAMES, type StageName } from '../../experiment/catalogue.ts';
import { gather, memoryOption } from '../options.ts';
import { print, printJson } from '../output.ts';
import { PROFILE_HELP, profileTo } from '../profile.ts';
import { progressVoice } from '../voice.ts';

interface RunOptions {
  readonly out?: string;
  readonly set?: string[];
  readonly until: StageName;
  readonly json?: boolean;
  readonly profile?: boolean;
  readonly memory?: number;
}

export function runCommand(): Command {
  return new Command('run')
    .description('Run an experiment: train, record, find the eigendirections, compare with theory, draw.')
    .argument('<experiment>', `a name (${experimentNames().join(', ')}) or a YAML file`)
    .option('--out <folder>', 'where the results go (default: results/<name of the experiment>)')
    .option('--set <key.path=value>', 'change a setting; may be given several times', gather(String))
    .addOption(new Option('--until <stage>', 'the last stage to run').choices(STAGE_NAMES).default('report'))
    .option('--json', 'print the result as JSON')
    .option('--profile', PROFILE_HELP)
    .addOption(memoryOption())
    .action(async (nameOrFile: string, { out, set = [], until, json, profile, memory }: RunOptions) => {
      const report = profile ? await profileTo(process.stderr) : null;
      const { loadExperiment } = await import('../../experiment/load.ts');
      const { name, experiment } = loadExperiment(nameOrFile, set);
      const { describeResult, runExperiment } = await import('../../experiment/index.ts');
      const voice = progressVoice();
      const result = await runExperiment(out ?? join('results', name), experiment, report?.listen(voice) ?? voice, {
        until,
        memoryBytes: memory,
      });
      voice.end();
      report?.print();
      const { document, text } = describeResult(result);
      if (json) printJson(document);
      else print(text);
    });
}
