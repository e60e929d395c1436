/** What a page holds as data: written by the program, read by the page's own script. */
import type { Figure } from '../figure.ts';
import type { Sampler } from '../../theory/index.ts';

/** Numbers as base64 of little-endian float32: what a page's JSON has in place of a long list. */
export interface PackedNumbers {
  readonly float32: string;
}

/** A quantity of every direction, and how a reader is told of it. */
export interface PageQuantity {
  /** Heading under which it stands. */
  readonly group: string;
  /** `_` makes the next character a subscript. */
  readonly label: string;
  readonly values: readonly number[];
  /** Ends of its 95 % interval. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Whether it is told where the reader picks a direction too. */
  readonly brief?: true;
}

/** Paths along all directions, thinned out, and how long each remembers where it was. */
export interface PageTraces {
  /** After how many updates each point of a path was taken. */
  readonly updates: readonly number[];
  /** [k, points], each path in units of its `scale`, −32767 … 32767, as base64 of little-endian int16; likewise `replayed`. */
  readonly measured: string;
  readonly replayed: string;
  readonly scale: readonly number[];
  readonly lags: readonly number[];
  /** [k, lags], in units of 1/32767, as base64 of little-endian int16. */
  readonly autocorrelation: string;
}

/** One run of a page. */
export interface PageRun {
  /** What it is told by on the page. */
  readonly label: string;
  readonly learningRate: number;
  readonly momentum: number;
  readonly batchesPerEpoch: number;
  readonly sampler: Sampler;
  readonly crossoverEigenvalue: number;
  /** Whether an epoch's batches use up the data: the predicted autocorrelation supposes it. */
  readonly usesAllData: boolean;
  readonly directions: number;
  readonly regime: readonly string[];
  readonly quantities: readonly PageQuantity[];
  readonly traces: PageTraces | null;
}

/** A figure's place on the page: its name, and the figure of each run that has it. */
export interface PageFigure {
  readonly name: string;
  /** In the order of the runs; null where a run has none. */
  readonly figures: readonly (Figure | null)[];
}

/** Ids of the blocks of data within a page. */
export const BLOCKS = { runs: 'data-runs', figure: (name: string) => `data-figure-${name}` } as const;
