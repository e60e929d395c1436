/** `epochnoise theory`: predictions without a network. */
import { Command, Option } from 'commander';
import { SAMPLERS, theoryAsText, theoryTable, type TheoryTableOptions } from '../../experiment/theory-text.ts';
import type { drawTheory } from '../../experiment/theory-picture.ts';
import { gather, number, wholeNumber } from '../options.ts';
import { print, printJson } from '../output.ts';

interface TheoryCommandOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly batchesPerEpoch: number;
  readonly eigenvalue: number[];
  readonly noiseVariance: number;
  readonly sampler: TheoryTableOptions['sampler'];
  readonly window?: number;
  readonly start?: TheoryTableOptions['start'];
  readonly burnIn?: number;
  readonly samplingFraction?: number;
  readonly positions?: boolean;
  readonly plot?: string;
  readonly json?: boolean;
}

/** What draws is loaded only where there is something to draw. */
async function draw(...[options, table, file]: Parameters<typeof drawTheory>): Promise<string> {
  return (await import('../../experiment/theory-picture.ts')).drawTheory(options, table, file);
}

/** `theory`. */
export function theoryCommand(): Command {
  return new Command('theory')
    .description('Exact predictions along directions of given curvature.')
    .requiredOption('--learning-rate <number>', 'learning rate η', number)
    .requiredOption('--momentum <number>', 'momentum β', number)
    .requiredOption('--batches-per-epoch <number>', 'updates per epoch M', number)
    .requiredOption('--eigenvalue <number>', 'eigenvalue λ; may be given several times', gather(number))
    .option('--noise-variance <number>', 'variance C of one batch gradient along the direction', number, 1)
    .addOption(new Option('--sampler <sampler>', 'how batches are drawn').choices([...SAMPLERS]).default('reshuffle'))
    .option('--window <updates>', 'also the variance about the mean of a window of so many updates', wholeNumber)
    .addOption(new Option('--start <start>', 'how the window begins').choices(['stationary', 'rest']))
    .option('--burn-in <epochs>', 'epochs between rest and the window', wholeNumber)
    .option('--sampling-fraction <f>', 'S/N where a last incomplete batch is dropped', number)
    .option('--positions', 'also the variance at every position in the epoch (reshuffle)')
    .option('--plot <file.png>', 'also draw the weight variance against the eigenvalue, for all samplers')
    .option('--json', 'print JSON, all digits')
    .action(async ({ eigenvalue, burnIn, json, plot, ...rest }: TheoryCommandOptions) => {
      const options = { ...rest, eigenvalues: eigenvalue, burnInEpochs: burnIn };
      const table = theoryTable(options);
      const picture = plot === undefined ? [] : [`Picture: ${await draw(options, table, plot)}`];
      if (json) {
        printJson(table);
        for (const line of picture) process.stderr.write(`${line}\n`);
        return;
      }
      print([theoryAsText(table), ...picture].join('\n'));
      for (const { text } of table.warnings) process.stderr.write(`warning: ${text}\n`);
    });
}
