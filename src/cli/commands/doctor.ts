/** `epochnoise doctor`: whether this machine can run experiments, and what to do where it cannot. */
import { Command } from 'commander';
import { print, printJson } from '../output.ts';

/** `doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Try the back ends, look for data, and say what to do.')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { examine } = await import('../../experiment/doctor.ts');
      const { document, text, exitCode } = await examine();
      if (json) printJson(document);
      else print(text);
      process.exitCode = exitCode;
    });
}
