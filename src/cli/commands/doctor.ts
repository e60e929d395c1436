/** `epochnoise doctor`: whether this machine can run experiments, or whether the theory holds for an experiment's model. */
import { Command } from 'commander';
import { Interrupted } from '../../errors.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import { gather } from '../options.ts';
import { print, printJson } from '../output.ts';
import { progressVoice } from '../voice.ts';

/** `doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Try the back ends, look for data, and say what to do; or examine the model of an experiment.')
    .argument('[experiment]', 'a name or a YAML file, whose model is examined instead of the machine')
    .option('--set <key.path=value>', 'change a setting of the experiment; may be given several times', gather(String))
    .option('--json', 'print JSON')
    .action(async (experiment: string | undefined, { json, set = [] }: { json?: boolean; set?: string[] }) => {
      const { examineExperiment } = await import('../../experiment/index.ts');
      const warn = (text: string) => void process.stderr.write(`warning: ${text}\n`);
      const { document, text, exitCode } = experiment
        ? await examineExperiment(experiment, set, { warn })
        : await examineMachine();
      if (json) printJson(document);
      else print(text);
      process.exitCode = exitCode;
    });
}

/** It takes some seconds: a bar on a terminal, nothing else on standard error. */
async function examineMachine() {
  const { examine } = await import('../../experiment/index.ts');
  const voice = progressVoice();
  try {
    return await examine(process.stderr.isTTY ? voice.begin('Trying the back ends') : async () => throwIfInterrupted());
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted('nothing was written') : error;
  } finally {
    voice.stop();
  }
}
