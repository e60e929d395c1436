/** `epochnoise report`: the pictures and the page of a run, or one page of several. */
import { Command } from 'commander';
import { STAGE_TITLES } from '../../experiment/catalogue.ts';
import { ConfigurationError } from '../../errors.ts';
import { repairOption } from '../options.ts';
import { runAndPrint, type RunningOptions, withRunningOptions } from '../running.ts';

interface ReportOptions extends RunningOptions {
  readonly repair?: boolean;
  readonly out?: string;
}

const COMPARISON = 'comparison.html';

/** `report`. */
export function reportCommand(): Command {
  const title = STAGE_TITLES.report;
  const command = new Command('report')
    .description(`${title[0].toUpperCase()}${title.slice(1)}: the last stage of a run. Of several runs, one page.`)
    .argument('<runs...>', 'run directories')
    .option('--out <file>', `where the page of several runs goes; ${COMPARISON} unless said otherwise`);
  return withRunningOptions(command)
    .addOption(repairOption())
    .action(async (directories: string[], options: ReportOptions) => {
      const { memory: memoryBytes, repair, out } = options;
      if (directories.length === 1 && out !== undefined)
        throw new ConfigurationError('--out is for the page of several runs; that of one run is its report.html');
      if (directories.length > 1 && repair)
        throw new ConfigurationError('--repair is for one run; repair each, then ask for the page of all');
      await runAndPrint(options, async () => {
        const { describeResult, reportSideBySide, runStage } = await import('../../experiment/index.ts');
        return directories.length === 1
          ? async (voice) => describeResult(await runStage(directories[0], 'report', voice, { memoryBytes, repair }))
          : (voice) => reportSideBySide(directories, out ?? COMPARISON, voice);
      });
    });
}
