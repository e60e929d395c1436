/** What is checked before it is used: inputs of a compiled function, which must not be read as other numbers, and stored values. */
import { type Input, type Spec, sizeOf, type Stored } from './types.ts';

/** Why a function is refused. */
export const MUST_BE_REAL = 'a compiled function must return real numbers; cast integers and booleans first';

const words = (dtype: Spec['dtype'], shape: Spec['shape']) => `${dtype} [${shape.join(', ')}]`;

/**
 * @param keeper the back end and precision that the function was compiled for, as its stored values name theirs
 * @throws RangeError when the number, kinds or shapes of the inputs are not those that the function was compiled for, or
 * when stored values are another back end's or no longer there
 */
export function checkInputs(specs: readonly Spec[], given: readonly Input[], keeper: string): void {
  if (given.length !== specs.length)
    throw new RangeError(`a compiled function of ${specs.length} inputs was given ${given.length}`);
  given.forEach((input, index) => {
    const { shape, dtype } = specs[index];
    const expected = `expected ${words(dtype, shape)}`;
    if (ArrayBuffer.isView(input)) {
      const kind = input instanceof Int32Array ? 'int32' : 'real';
      if (kind !== dtype || input.length !== sizeOf(shape))
        throw new RangeError(`input ${index} of a compiled function has ${input.length} ${kind} values, ${expected}`);
      return;
    }
    const stored: Stored = input;
    if (stored.dtype !== dtype || stored.shape.join() !== shape.join())
      throw new RangeError(
        `input ${index} of a compiled function is ${words(stored.dtype, stored.shape)}, ${expected}`,
      );
    if (stored.disposed) throw new RangeError(`input ${index} of a compiled function was disposed of before the run`);
    if (stored.keeper !== keeper)
      throw new RangeError(
        `input ${index} of a compiled function is stored on ${stored.keeper}, but the function runs on ${keeper}`,
      );
  });
}

/** @throws RangeError where stored values are whole numbers, or no longer there */
export function refuseReading({ dtype, disposed }: Pick<Stored, 'dtype' | 'disposed'>): void {
  if (disposed) throw new RangeError('stored values were disposed of before they were read');
  if (dtype !== 'real') throw new RangeError(`stored values are ${dtype}: only real numbers are read`);
}
