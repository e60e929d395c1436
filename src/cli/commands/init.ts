/** `epochnoise init`: begins an experiment of one's own. */
import { Command } from 'commander';
import { print, printJson } from '../output.ts';

/** `init`. */
export function initCommand(): Command {
  return new Command('init')
    .description('Write a commented experiment file to start from. Overwrites nothing.')
    .argument('<name>', 'what to call it: my-study makes my-study.yaml')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: { json?: boolean }) => {
      const { writeStudy } = await import('../../experiment/init.ts');
      const { document, text } = writeStudy(name);
      if (json) printJson(document);
      else print(text);
    });
}
