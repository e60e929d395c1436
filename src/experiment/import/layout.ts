/** The order of the weights in a recording. */
import type { ParameterShape } from '../../models/model.ts';
import { shapeInPytorch, weightsOfStateDict } from '../../models/pytorch/convert.ts';
import { sizeOf } from '../../tensor/types.ts';
import type { Experiment } from '../schema.ts';

/** Brings a row of weights [d] into this program's order. */
export type InOurOrder = (row: Float64Array) => Float64Array;

/**
 * @param shapes of the model's parameters, in the order in which PyTorch's are recorded too
 */
export function orderOf({ import: given }: Experiment, shapes: readonly ParameterShape[]): InOurOrder {
  if (given!.layout === 'epochnoise') return (row) => row;
  const from = placesInPytorch(shapes);
  return (row) => Float64Array.from(from, (place) => row[place]);
}

/** Where each of our weights stands among PyTorch's, laid end to end [d]. */
export function placesInPytorch(shapes: readonly ParameterShape[]): Int32Array {
  let next = 0;
  // Numbers that say where they were, read as a state dict is read.
  const state = Object.fromEntries(
    shapes.map((parameter, i) => {
      const data = Array.from({ length: sizeOf(parameter.shape) }, () => next++);
      return [String(i), { shape: shapeInPytorch(parameter), data }];
    }),
  );
  const names = shapes.map((_, i) => String(i));
  return Int32Array.from(weightsOfStateDict(shapes, state, names));
}
