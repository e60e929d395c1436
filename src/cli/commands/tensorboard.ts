/** `epochnoise tensorboard`: the training curve for TensorBoard. */
import { Command } from 'commander';
import { print, printJson } from '../output.ts';

/** `tensorboard`. */
export function tensorboardCommand(): Command {
  return new Command('tensorboard')
    .description('Write the training curve as event files for TensorBoard, into the run.')
    .argument('<run>', 'a run directory')
    .option('--json', 'print JSON')
    .action(async (run: string, { json }: { json?: boolean }) => {
      const { writeTensorboard } = await import('../../experiment/tensorboard.ts');
      const { document, text } = writeTensorboard(run);
      if (json) printJson(document);
      else print(text);
    });
}
