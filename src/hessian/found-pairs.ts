/** What is taken from a Krylov space before it is freed, and kept on disk while it is put to the test. */
import { DataError } from '../errors.ts';
import type { Checkpoint } from '../store/checkpoint.ts';
import { type Counted, openRowFile } from '../store/row-file.ts';
import { requireTensor } from '../store/safetensors.ts';
import type { KrylovSpace, SpectralMeasure } from './krylov.ts';

/** The k leading pairs, and the lowest as the last. */
export interface FoundPairs {
  /** Ritz values [k+1]. */
  readonly values: Float64Array;
  /** [k+1, d] row-major, unit rows. */
  readonly vectors: Float32Array;
  /** Residuals |β·s| as the recurrence estimates them [k+1]. */
  readonly estimates: Float64Array;
  /** Residuals and Rayleigh quotients of the products that made the space [k+1]; NaN where these were forgotten. */
  readonly recorded: { readonly residuals: Float64Array; readonly rayleighQuotients: Float64Array };
  /** Ritz values after the k-th. */
  readonly beyond: Float64Array;
  readonly measure: SpectralMeasure;
  /** Dimension of the space. */
  readonly iterations: number;
  /** Products spent on it. */
  readonly products: number;
  readonly asymmetry: number;
}

/** Takes the pairs out of a space that holds them. */
export async function takePairs(space: KrylovSpace, wanted: number): Promise<FoundPairs> {
  const iterations = space.count;
  const chosen = [...Array(wanted).keys(), iterations - 1];
  const { values: all, residuals } = space.ritz();
  const { values, vectors, ...recorded } = await space.ritzVectors(chosen);
  return {
    values,
    vectors,
    recorded,
    estimates: Float64Array.from(chosen, (pair) => residuals[pair]),
    beyond: all.slice(wanted),
    measure: space.measure(),
    iterations,
    products: space.products,
    asymmetry: space.asymmetry,
  };
}

/** Fresh products' results so far: NaN where there is none yet. */
export interface FreshResults {
  readonly residuals: Float64Array;
  readonly rayleighQuotients: Float64Array;
}

const PHASE = 'found';
const VECTORS = 'vectors';

/** Keeps found pairs, and what fresh products have said of them so far. */
export class FoundStore {
  private readonly checkpoint: Checkpoint;
  private readonly found: FoundPairs;
  /** Of the vectors' file; null where it is not written yet. */
  private checksum: number | null;

  /** @param checksum of the vectors' file, where an earlier process has written it */
  constructor(checkpoint: Checkpoint, found: FoundPairs, checksum: number | null) {
    this.checkpoint = checkpoint;
    this.found = found;
    this.checksum = checksum;
  }

  /** @param share of the checkpoint's interval after which it is time to save */
  isDue(share = 1): boolean {
    return this.checkpoint.isDue(share);
  }

  save(fresh: FreshResults): void {
    const checksum = (this.checksum ??= this.saveVectors());
    const { values, vectors, estimates, recorded, beyond, measure, iterations, products, asymmetry } = this.found;
    const list = (data: Float64Array) => ({ shape: [data.length], data });
    this.checkpoint.save(
      {
        values: list(values),
        estimates: list(estimates),
        recordedResiduals: list(recorded.residuals),
        recordedQuotients: list(recorded.rayleighQuotients),
        beyond: list(beyond),
        nodes: list(measure.nodes),
        weights: list(measure.weights),
        freshResiduals: list(fresh.residuals),
        freshQuotients: list(fresh.rayleighQuotients),
      },
      { phase: PHASE, iterations, products, asymmetry, bytes: vectors.byteLength, checksum },
    );
  }

  private saveVectors(): number {
    const file = openRowFile(this.checkpoint.pathOf(VECTORS));
    try {
      file.append(this.found.vectors);
      file.sync();
      return file.checksum;
    } finally {
      file.close();
    }
  }
}

/** What an earlier process has found, or null. */
export function loadFound(
  checkpoint: Checkpoint,
): { readonly found: FoundPairs; readonly fresh: FreshResults; readonly checksum: number } | null {
  const file = checkpoint.load();
  if (!file || file.metadata.phase !== PHASE) return null;
  const list = (name: string) => requireTensor(file, name, 'F64').data;
  const { iterations, products, asymmetry, bytes, checksum } = file.metadata as Record<string, number>;
  const vectors = readVectors(checkpoint.pathOf(VECTORS), { bytes, checksum });
  if (!vectors) return null;
  return {
    found: {
      values: list('values'),
      vectors,
      estimates: list('estimates'),
      recorded: { residuals: list('recordedResiduals'), rayleighQuotients: list('recordedQuotients') },
      beyond: list('beyond'),
      measure: { nodes: list('nodes'), weights: list('weights') },
      iterations,
      products,
      asymmetry,
    },
    fresh: { residuals: list('freshResiduals'), rayleighQuotients: list('freshQuotients') },
    checksum,
  };
}

function readVectors(path: string, counted: Counted): Float32Array | null {
  try {
    const file = openRowFile(path, counted);
    try {
      const vectors = new Float32Array(counted.bytes / 4);
      file.read(vectors, 0);
      return vectors;
    } finally {
      file.close();
    }
  } catch (error) {
    // Damaged: the pairs are taken from the space once more.
    if (error instanceof DataError) return null;
    throw error;
  }
}
