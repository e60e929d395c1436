/** `epochnoise probe`: which learning rate to record at. */
import { Command } from 'commander';
import { Interrupted } from '../../errors.ts';
import { count } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

interface ProbeCommandOptions extends RunningOptions {
  readonly samples: number;
  readonly iterations: number;
}

const SAMPLES = 2000;
const ITERATIONS = 90;

/** `probe`. */
export function probeCommand(): Command {
  const command = new Command('probe')
    .description(
      'Say, after training, which learning rate shows the law, what it needs and what it costs. Writes nothing.',
    )
    .argument('<run>', 'a run directory whose training is done')
    .option('--samples <number>', 'samples of the Hessian whose eigenpairs are sought', count, SAMPLES)
    .option('--iterations <number>', 'Lanczos iterations; about half as many eigenpairs converge', count, ITERATIONS);
  return withRunningOptions(command).action(async (directory: string, options: ProbeCommandOptions) => {
    const { samples, iterations, memory } = options;
    try {
      await runAndPrint(options, async () => {
        const { probeRun } = await import('../../experiment/index.ts');
        return (voice) => probeRun(directory, voice, { samples, iterations, memoryBytes: memory });
      });
    } catch (error) {
      throw error instanceof Interrupted ? new Interrupted('a probe keeps nothing, and nothing was written') : error;
    }
  });
}
