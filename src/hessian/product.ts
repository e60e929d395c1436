/** What every product of an operator must be. */
import { RunError } from '../errors.ts';

/**
 * The norm of a product.
 *
 * @param number which product this is, for the message
 * @throws RunError if it is not finite or not of the operator's size
 */
export function checkedNorm(product: Float64Array, size: number, number: number): number {
  if (product.length !== size)
    throw new RunError(`product ${number} of the operator has ${product.length} entries; its size says ${size}`);
  let square = 0;
  for (let i = 0; i < size; i++) square += product[i] * product[i];
  if (Number.isFinite(square)) return Math.sqrt(square);
  const entry = product.findIndex((value) => !Number.isFinite(value));
  const found = entry < 0 ? 'overflows when squared' : `has ${product[entry]} as entry ${entry}`;
  throw new RunError(
    `product ${number} of the Hessian ${found}: the loss or its derivatives are not finite at these weights; ` +
      'look at the training loss, and lower the learning rate if it diverged',
  );
}
