/** `epochnoise import`: a window that was recorded elsewhere. */
import { Command } from 'commander';
import { basename, join } from 'node:path';
import { type BackendWord, withBackend } from '../../experiment/back-ends/option.ts';
import { backendOption, gather } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

interface ImportOptions extends RunningOptions {
  readonly experiment?: string;
  readonly eigenpairs?: string;
  readonly out?: string;
  readonly set?: string[];
  readonly backend?: BackendWord;
}

/** `import`. */
export function importCommand(): Command {
  const command = new Command('import')
    .description('Compare a window that was recorded elsewhere with theory, and draw it.')
    .argument(
      '<recording>',
      'safetensors with the states of the window, or a folder of them in the order of their names',
    )
    .option(
      '--experiment <file>',
      'the model, the loss and the data that were trained: eigenpairs and noise are computed',
    )
    .option('--eigenpairs <file>', 'eigenpairs of the Hessian and the noise along them, where there is no such model')
    .option('--out <folder>', 'where the results go (default: results/<name of the recording>)')
    .option(
      '--set <key.path=value>',
      'a setting that the recording does not tell; may be given several times',
      gather(String),
    )
    .addOption(backendOption());
  return withRunningOptions(command).action(async (recording: string, options: ImportOptions) => {
    const { experiment: file = null, eigenpairs = null, out, set = [], backend, memory: memoryBytes } = options;
    await runAndPrint(options, async () => {
      const { loadImport, describeResult, runExperiment, withChosenBackend } =
        await import('../../experiment/index.ts');
      const experiment = loadImport(recording, { file, eigenpairs, assignments: withBackend(set, backend) });
      const directory = out ?? join('results', basename(recording).replace(/\.safetensors$/, ''));
      return async (voice) => {
        const chosen = backend === 'auto' ? await withChosenBackend(experiment, voice, { directory }) : experiment;
        return describeResult(await runExperiment(directory, chosen, voice, { memoryBytes }));
      };
    });
  });
}
