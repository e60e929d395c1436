/** `epochnoise train`, `record`, … `report`: one stage of an existing run. */
import { Command } from 'commander';
import { STAGE_NAMES, STAGE_TITLES } from '../../experiment/catalogue.ts';
import { memoryOption } from '../options.ts';
import { print, printJson } from '../output.ts';
import { PROFILE_HELP, profileTo } from '../profile.ts';
import { progressVoice } from '../voice.ts';

interface StageOptions {
  readonly json?: boolean;
  readonly profile?: boolean;
  readonly memory?: number;
}

export function stageCommands(): Command[] {
  return STAGE_NAMES.map((name) =>
    new Command(name)
      .description(`${STAGE_TITLES[name][0].toUpperCase()}${STAGE_TITLES[name].slice(1)}: one stage of a run.`)
      .argument('<run>', 'a run directory')
      .option('--json', 'print the result as JSON')
      .option('--profile', PROFILE_HELP)
      .addOption(memoryOption())
      .action(async (directory: string, { json, profile, memory }: StageOptions) => {
        const report = profile ? await profileTo(process.stderr) : null;
        const { describeResult, runStage } = await import('../../experiment/index.ts');
        const voice = progressVoice();
        const result = await runStage(directory, name, report?.listen(voice) ?? voice, { memoryBytes: memory });
        voice.end();
        report?.print();
        const { document, text } = describeResult(result);
        if (json) printJson(document);
        else print(text);
      }),
  );
}
