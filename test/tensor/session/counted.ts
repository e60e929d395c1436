/** What crosses between this program and TensorFlow's sessions: tensors given to runs and taken from them, by their bytes. */
import { createRequire } from 'node:module';
import type { Binding } from '../../../src/tensor/library.ts';
import { setTensorFlow } from '../../../src/tensor/tensorflow-settings.ts';

const BYTES: Readonly<Record<number, number>> = { 1: 4, 2: 8, 3: 4, 9: 8, 10: 1 };
/** TensorFlow's numbers for types. Of those used here tfjs-node takes all but int32 to a GPU as soon as a tensor is made. */
export const [FLOAT, INT32] = [1, 3];
/** Numbers of values, shapes, the factors of an update: as long as they are, whatever the network is. */
const SMALL = 48;

/** Sizes in bytes of the tensors that are not small, in the order in which they crossed. */
export interface Crossings {
  readonly given: number[];
  readonly taken: number[];
}

const crossed: Crossings = { given: [], taken: [] };
/** Types of all tensors that were given, small ones too. */
const types = new Set<number>();
const sizes = new Map<number, number>();
const typeOf = new Map<number, number>();
const size = (dtype: number, shape: readonly number[]) =>
  shape.reduce((product, length) => product * length, BYTES[dtype]);
const note = (list: number[], tensors: readonly number[]) =>
  list.push(...tensors.map((id) => sizes.get(id)!).filter((bytes) => bytes > SMALL));

/** Puts a counting binding in the place of the library's own; to be called before a back end is opened. */
export function countCrossings(): void {
  setTensorFlow(1);
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as { backend(): { binding: Binding } };
  const { binding } = tf.backend();
  const createTensor: Binding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values);
    typeOf.set(id, dtype);
    sizes.set(id, size(dtype, shape));
    return id;
  };
  const runSavedModel: Binding['runSavedModel'] = (session, tensors, feeds, fetches) => {
    const results = binding.runSavedModel(session, tensors, feeds, fetches);
    // What a run gives is in the machine's memory already, whatever its type.
    for (const { id, dtype, shape } of results) {
      sizes.set(id, size(dtype, shape));
      typeOf.delete(id);
    }
    for (const tensor of tensors) if (typeOf.has(tensor)) types.add(typeOf.get(tensor)!);
    note(crossed.given, tensors);
    note(
      crossed.taken,
      results.map(({ id }) => id),
    );
    return results;
  };
  // Its own methods cannot be written over.
  tf.backend().binding = Object.create(binding, {
    createTensor: { value: createTensor },
    runSavedModel: { value: runSavedModel },
  }) as Binding;
}

/** What crossed during some work, and the types of all that was made and given to runs. */
export async function crossingsOf(work: () => unknown): Promise<Crossings & { readonly types: number[] }> {
  crossed.given.length = crossed.taken.length = 0;
  types.clear();
  await work();
  return { given: [...crossed.given], taken: [...crossed.taken], types: [...types] };
}
