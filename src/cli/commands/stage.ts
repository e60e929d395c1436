/** `epochnoise train`, `record`, … `report`: one stage of an existing run. */
import { Command } from 'commander';
import { STAGE_NAMES, STAGE_TITLES } from '../../experiment/catalogue.ts';
import { print, printJson } from '../output.ts';
import { progressVoice } from '../voice.ts';

export function stageCommands(): Command[] {
  return STAGE_NAMES.map((name) =>
    new Command(name)
      .description(`${STAGE_TITLES[name][0].toUpperCase()}${STAGE_TITLES[name].slice(1)}: one stage of a run.`)
      .argument('<run>', 'a run directory')
      .option('--json', 'print the result as JSON')
      .action(async (directory: string, { json }: { json?: boolean }) => {
        const { describeResult, runStage } = await import('../../experiment/index.ts');
        const voice = progressVoice();
        const result = await runStage(directory, name, voice);
        voice.end();
        const { document, text } = describeResult(result);
        if (json) printJson(document);
        else print(text);
      }),
  );
}
