/** What a user asks of SLURM, as lines at the head of a batch script. */
import { ConfigurationError } from '../../../errors.ts';
import { oneLine, sbatchLine } from './quote.ts';

/** Options of the command line that SLURM is handed; what is absent is left to the cluster. */
export interface SlurmOptions {
  readonly partition?: string;
  /** Time limit of one point, as `sbatch --time` takes it. */
  readonly time?: string;
  /** Memory of one point, as `sbatch --mem` takes it. */
  readonly memory?: string;
  /** Devices of one point, as `sbatch --gres` takes it. */
  readonly gres?: string;
  /** Most points that run at once. */
  readonly arrayLimit?: number;
  /** Cores of one point. */
  readonly threads: number;
  /** Options of sbatch as a user writes them, one or more in each text: `--account=physics --qos=long`. They come last, and win. */
  readonly others?: readonly string[];
}

/** Lines that the points and what collects them have in common. @throws ConfigurationError for values that no line can hold */
export const sharedLines = ({ partition, time, memory }: SlurmOptions): string[] => [
  ...given('--partition', partition),
  ...given('--time', time),
  ...given('--mem', memory),
];

/** A line, where there is a value. */
export const given = (name: string, value?: string): string[] => (value === undefined ? [] : [sbatchLine(name, value)]);

/** The user's own text, quoted as sbatch wants it by the user. @throws ConfigurationError for text that is no option */
export const otherLines = ({ others = [] }: SlurmOptions): string[] =>
  others.map((text) => {
    if (!/^\s*-/.test(text))
      throw new ConfigurationError(
        `${JSON.stringify(text)} is no option of sbatch: give it as you would there, such as --sbatch "--account=physics"`,
      );
    return `#SBATCH ${oneLine('--sbatch', text).trim()}`;
  });
