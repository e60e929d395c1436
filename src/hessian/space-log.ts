/**
 * A Krylov space on disk: its vectors, appended step by step, and what else its growth depends on, so that Lanczos goes on
 * after an interruption as if there had been none. The vectors' file also serves a basis that memory does not hold.
 */
import { rmSync } from 'node:fs';
import { DataError } from '../errors.ts';
import type { Checkpoint } from '../store/checkpoint.ts';
import { type Counted, openRowFile, type RowFile } from '../store/row-file.ts';
import { requireTensor, type SafetensorsFile } from '../store/safetensors.ts';
import type { RowsOnDisk, RowStorage } from './basis.ts';
import type { SpectralMeasure } from './krylov.ts';

/** What a space is beside its vectors. */
export interface SpaceState {
  /** Three numbers a row [n]. */
  readonly diagonal: Float64Array;
  readonly offDiagonal: Float64Array;
  readonly remainder: Float64Array;
  /** The last step's remainder, and its vector [d]. */
  readonly vector: Float64Array;
  readonly previous: Float64Array;
  /** What the first start vector saw of the spectrum, where the space was made anew. */
  readonly firstMeasure: SpectralMeasure | null;
  readonly scalars: SpaceScalars;
}

/** Single numbers of a space. */
export interface SpaceScalars {
  readonly partStart: number;
  readonly firstPartEnd: number | null;
  readonly scale: number;
  readonly products: number;
  readonly startsAnew: boolean;
  readonly asymmetry: number;
  /** Random start vectors drawn so far. */
  readonly startVectors: number;
  /** Whether columns of the products were lost, because the space was made anew of its Ritz vectors. */
  readonly rebuilt: boolean;
}

/** What is found of an earlier process. */
export interface SpaceFound {
  readonly state: SpaceState;
  /** What the search for pairs had come to, as {@link SpaceLog.save} was told. */
  readonly search: unknown;
}

/** The files of one space. */
export class SpaceLog implements RowsOnDisk {
  private readonly checkpoint: Checkpoint;
  private readonly size: number;
  private readonly storage: RowStorage;
  private generation = 0;
  private rows: RowFile | null = null;
  private columns: RowFile | null = null;

  constructor(checkpoint: Checkpoint, size: number, storage: RowStorage) {
    this.checkpoint = checkpoint;
    this.size = size;
    this.storage = storage;
  }

  /** What an earlier process has left, or null; the next row is appended to its rows. */
  restore(): SpaceFound | null {
    const file = this.checkpoint.load();
    if (!file || file.metadata.phase !== 'growing') return null;
    const { generation, rows, columns } = file.metadata as unknown as Saved;
    try {
      this.open(generation, rows, columns);
      return { state: stateOf(file), search: file.metadata.search };
    } catch (error) {
      // Damaged files: the space is grown again.
      if (!(error instanceof DataError)) throw error;
      this.close();
      return null;
    }
  }

  /** Files for a new space; those of the one before stay until the next save, which no longer counts on them. */
  begin(): void {
    const { generation } = this;
    this.close();
    this.open(generation + 1);
  }

  /** Appends the next row of the space [d], rounded to its storage already. */
  appendRow(vector: Float64Array): void {
    this.rows!.append(this.storage === 'float32' ? Float32Array.from(vector) : vector);
  }

  /** Appends what a product has along earlier rows, beyond the recurrence. */
  appendColumn(column: Float32Array): void {
    this.columns!.append(column);
  }

  /** Rows from `count` on do not count any more, nor do their columns of `count` … numbers. */
  truncate(count: number): void {
    this.rows?.truncate(count * this.rowBytes);
    this.columns?.truncate(2 * count * (count - 1));
  }

  /** {@link RowsOnDisk.readRows} */
  readRows(first: number, into: Float32Array | Float64Array): void {
    this.rows!.read(into, first * this.rowBytes);
  }

  /** All columns of the first `count` rows, column j of j numbers. */
  readColumns(count: number): Float32Array[] {
    return Array.from({ length: count }, (_, column) => {
      const values = new Float32Array(column);
      if (column > 0) this.columns!.read(values, 2 * column * (column - 1));
      return values;
    });
  }

  /** Whether it is time to save. @param share of the interval that is waited for */
  isDue(share = 1): boolean {
    return this.checkpoint.isDue(share);
  }

  /** Everything up to here is on the disk when this returns. */
  save({ firstMeasure, scalars, ...lists }: SpaceState, search: unknown): void {
    this.rows!.sync();
    this.columns!.sync();
    const list = (data: Float64Array) => ({ shape: [data.length], data });
    this.checkpoint.save(
      {
        diagonal: list(lists.diagonal),
        offDiagonal: list(lists.offDiagonal),
        remainder: list(lists.remainder),
        vector: list(lists.vector),
        previous: list(lists.previous),
        nodes: list(firstMeasure?.nodes ?? new Float64Array(0)),
        weights: list(firstMeasure?.weights ?? new Float64Array(0)),
      },
      {
        phase: 'growing',
        generation: this.generation,
        rows: countedOf(this.rows!),
        columns: countedOf(this.columns!),
        scalars,
        search,
      },
    );
    for (const name of namesOf(this.generation - 1)) rmSync(this.checkpoint.pathOf(name), { force: true });
  }

  close(): void {
    this.rows?.close();
    this.columns?.close();
    this.rows = this.columns = null;
  }

  private get rowBytes(): number {
    return this.size * (this.storage === 'float32' ? 4 : 8);
  }

  private open(generation: number, rows?: Counted, columns?: Counted): void {
    const [rowsPath, columnsPath] = namesOf(generation).map((name) => this.checkpoint.pathOf(name));
    this.generation = generation;
    this.rows = openRowFile(rowsPath, rows);
    this.columns = openRowFile(columnsPath, columns);
  }
}

const countedOf = ({ bytes, checksum }: Counted): Counted => ({ bytes, checksum });

/** What the state says of the files beside it. */
interface Saved {
  readonly generation: number;
  readonly rows: Counted;
  readonly columns: Counted;
}

const namesOf = (generation: number): readonly [string, string] => [`rows-${generation}`, `columns-${generation}`];

function stateOf(file: SafetensorsFile): SpaceState {
  const list = (name: string) => requireTensor(file, name, 'F64').data;
  return {
    diagonal: list('diagonal'),
    offDiagonal: list('offDiagonal'),
    remainder: list('remainder'),
    vector: list('vector'),
    previous: list('previous'),
    firstMeasure: list('nodes').length > 0 ? { nodes: list('nodes'), weights: list('weights') } : null,
    scalars: file.metadata.scalars as SpaceScalars,
  };
}
