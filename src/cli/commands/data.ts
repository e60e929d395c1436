/** `epochnoise data`: what data there are, and getting, checking and exporting them. */
import { Command } from 'commander';
import { print, printJson } from '../output.ts';
import { progressVoice } from '../voice.ts';

interface DataOptions {
  readonly folder?: string;
  readonly json?: boolean;
}

const tasks = () => import('../../experiment/data-tasks.ts');

/** `data`, with its subcommands. */
export function dataCommand(): Command {
  const data = new Command('data').description('List, download, check and export data sets.');
  const withFolder = (name: string, description: string) =>
    new Command(name)
      .description(description)
      .option('--folder <folder>', "the data folder (default: EPOCHNOISE_DATA, else the user's data directory)")
      .option('--json', 'print JSON');

  data.addCommand(
    withFolder('list', 'List the data sets that can be used.').action(async ({ folder, json }: DataOptions) => {
      const { document, text } = (await tasks()).listData(folder ?? null);
      if (json) printJson(document);
      else print(text);
    }),
  );
  data.addCommand(
    withFolder('get', 'Download the official files of a data set.')
      .argument('<dataset>', 'mnist or cifar10')
      .action(async (name: string, { folder, json }: DataOptions) => {
        const voice = progressVoice();
        const { document, text } = await (await tasks()).downloadData(name, folder ?? null, voice);
        voice.end();
        if (json) printJson(document);
        else print(text);
      }),
  );
  data.addCommand(
    withFolder('verify', 'Compare the files of a data set with the official checksums.')
      .argument('[dataset]', 'mnist or cifar10; all where none is named')
      .action(async (name: string | undefined, { folder, json }: DataOptions) => {
        const { document, text, exitCode } = await (await tasks()).verifyData(name, folder ?? null);
        if (json) printJson(document);
        else print(text);
        process.exitCode = exitCode;
      }),
  );
  data.addCommand(
    new Command('export')
      .description('Write the data of a run exactly as they are fed to the model: x and y in a safetensors file.')
      .argument('<run>', 'a run directory')
      .requiredOption('--out <file>', 'the .safetensors file to write')
      .option('--json', 'print JSON')
      .action(async (run: string, { out, json }: { out: string; json?: boolean }) => {
        const { exportData } = await import('../../experiment/export-data.ts');
        const { document, text } = await exportData(run, out);
        if (json) printJson(document);
        else print(text);
      }),
  );
  return data;
}
