/** `epochnoise train`, `record`, … `report`: one stage of an existing run. */
import { Command } from 'commander';
import { describeResult, runStage, STAGES } from '../../experiment/index.ts';
import { print, printJson } from '../output.ts';
import { progressVoice } from '../voice.ts';

export function stageCommands(): Command[] {
  return STAGES.map(({ name, title }) =>
    new Command(name)
      .description(`${title[0].toUpperCase()}${title.slice(1)}: one stage of a run.`)
      .argument('<run>', 'a run directory')
      .option('--json', 'print the result as JSON')
      .action(async (directory: string, { json }: { json?: boolean }) => {
        const voice = progressVoice();
        const result = await runStage(directory, name, voice);
        voice.end();
        const { document, text } = describeResult(result);
        if (json) printJson(document);
        else print(text);
      }),
  );
}
