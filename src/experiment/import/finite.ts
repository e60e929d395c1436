/** Whether all that was recorded elsewhere are numbers: one that is none would make all results none, and nobody would know why. */
import { indexText } from '../../data/tensors.ts';
import { DataError } from '../../errors.ts';
import { openSafetensors, type SafetensorsReader } from '../../store/safetensors.ts';
import type { Voice } from '../context.ts';
import type { Experiment } from '../schema.ts';
import { inspectRecording } from './recording.ts';

/** Tensors of a recording that are looked at, and of a file of eigenpairs; what else may stand there is not needed, or may be unknown. */
const STATES = ['opening_theta', 'opening_velocity', 'theta', 'velocity'];
const PAIRS = ['eigenvalues', 'eigenvectors', 'noise_variance', 'noise_variance_low', 'noise_variance_high'];

/** Values that are in memory at a time. */
const BLOCK_VALUES = 2 ** 21;

/** A tensor that is to be looked at. */
interface Place {
  readonly file: string;
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * Looks at every number of an import's files.
 *
 * @throws DataError for NaN or an infinity, naming file, tensor and index
 */
export async function refuseNotFinite({ import: given }: Experiment, voice: Voice): Promise<void> {
  if (given === null) return;
  const places = inspectRecording(given.recording).files.flatMap((file) => placesIn(file, STATES));
  if (given.eigenpairs !== null) places.push(...placesIn(given.eigenpairs, PAIRS));
  const total = places.reduce((sum, place) => sum + lengthOf(place), 0);
  const report = voice.begin('numbers looked at');
  let done = 0;
  for (const place of places) {
    const reader = openSafetensors(place.file);
    try {
      for (const { first, rows } of blocksOf(place)) {
        requireFinite(reader, place, first, rows);
        done += rows * widthOf(place);
        await report(done, total);
      }
    } finally {
      reader.close();
    }
  }
}

function placesIn(file: string, names: readonly string[]): Place[] {
  const { tensors, close } = openSafetensors(file);
  close();
  return names.flatMap((name) => (name in tensors ? [{ file, name, shape: tensors[name].shape }] : []));
}

const lengthOf = ({ shape }: Place): number => shape.reduce((product, length) => product * length, 1);
const widthOf = ({ shape: [, ...rest] }: Place): number => rest.reduce((product, length) => product * length, 1);

function* blocksOf(place: Place): Generator<{ readonly first: number; readonly rows: number }> {
  const [count = 0] = place.shape;
  const most = Math.max(1, Math.floor(BLOCK_VALUES / Math.max(1, widthOf(place))));
  for (let first = 0; first < count; first += most) yield { first, rows: Math.min(most, count - first) };
}

function requireFinite(reader: SafetensorsReader, { file, name, shape }: Place, first: number, rows: number): void {
  const values = reader.readRows(name, first, rows).data;
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const index = indexText(first * widthOf({ file, name, shape }) + at, shape);
  throw new DataError(`${file}: ${name} ${index} is ${values[at]}; expected a finite number`);
}
