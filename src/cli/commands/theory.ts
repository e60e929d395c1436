/** `epochnoise theory`: predictions without a network. */
import { Command, Option } from 'commander';
import { SAMPLERS, theoryAsText, theoryTable, type TheoryTableOptions } from '../../experiment/theory-text.ts';
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
  readonly json?: boolean;
}

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
    .option('--json', 'print JSON, all digits')
    .action(({ eigenvalue, burnIn, json, ...rest }: TheoryCommandOptions) => {
      const table = theoryTable({ ...rest, eigenvalues: eigenvalue, burnInEpochs: burnIn });
      if (json) return printJson(table);
      print(theoryAsText(table));
      for (const { text } of table.warnings) process.stderr.write(`warning: ${text}\n`);
    });
}
