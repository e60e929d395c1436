/** `epochnoise train`, `record`, … `controls`: one stage of an existing run. */
import { Command } from 'commander';
import { STAGE_NAMES, STAGE_TITLES } from '../../experiment/catalogue.ts';
import { repairOption } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

/** One command a stage; `report` has one of its own. */
export function stageCommands(): Command[] {
  return STAGE_NAMES.filter((name) => name !== 'report').map((name) => {
    const command = new Command(name)
      .description(`${STAGE_TITLES[name][0].toUpperCase()}${STAGE_TITLES[name].slice(1)}: one stage of a run.`)
      .argument('<run>', 'a run directory');
    return withRunningOptions(command)
      .addOption(repairOption())
      .action(async (directory: string, options: RunningOptions & { readonly repair?: boolean }) => {
        await runAndPrint(options, async () => {
          const { describeResult, runStage } = await import('../../experiment/index.ts');
          const { memory: memoryBytes, repair } = options;
          return async (voice) => describeResult(await runStage(directory, name, voice, { memoryBytes, repair }));
        });
      });
  });
}
