/** Multi-layer perceptron; without hidden layers a linear model. Inputs of any shape are flattened. */
import { type Shape, sizeOf } from '../tensor/types.ts';
import { activate, type Activation, dense, type Model, type ParameterShape } from './model.ts';

/** Widths of the hidden layers, and what follows each of them. */
export interface MlpOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
}

/** Dense layers; the last one has no activation. */
export function mlp(inputShape: Shape, outputs: number, { hidden, activation }: MlpOptions): Model {
  const widths = [sizeOf(inputShape), ...hidden, outputs];
  const layers = widths.length - 1;
  const shapes: ParameterShape[] = [];
  for (let layer = 0; layer < layers; layer++)
    shapes.push(
      {
        name: `dense${layer + 1}/weight`,
        shape: [widths[layer], widths[layer + 1]],
        ...(layer === 0 && inputShape.length === 3 && { pytorch: { flattened: inputShape } }),
      },
      { name: `dense${layer + 1}/bias`, shape: [widths[layer + 1]] },
    );
  return {
    name: hidden.length ? 'mlp' : 'linear',
    shapes,
    unitsPerSample: widths.slice(1).reduce((sum, width) => sum + width, 0),
    forward(ops, parameters, x) {
      let h = ops.reshape(x, [-1, widths[0]]);
      for (let layer = 0; layer < layers; layer++) {
        h = dense(ops, h, parameters[2 * layer], parameters[2 * layer + 1]);
        if (layer < layers - 1) h = activate(ops, activation, h);
      }
      return h;
    },
  };
}
