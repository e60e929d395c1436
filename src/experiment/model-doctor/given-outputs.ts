/** Whether weights from elsewhere give here what they gave there. */
import { resolve } from 'node:path';
import { ConfigurationError, DataError } from '../../errors.ts';
import { modelOutputs } from '../../models/outputs.ts';
import type { Problem } from '../../models/problem.ts';
import { inputsInOrder, type StateTensor } from '../../models/pytorch/convert.ts';
import { requireNamedFile } from '../../named-file.ts';
import { readSafetensors, type SafetensorsFile } from '../../store/safetensors.ts';
import { sizeOf } from '../../tensor/types.ts';
import type { GivenWeights } from '../schema.ts';
import { brief, type Finding, within } from './finding.ts';

/**
 * The other program computes at float32: its logits are good to some 1e-6 of the largest, more for deep networks. Whatever is
 * wrong (layout, order, activation) changes them altogether.
 */
const LIMIT = 1e-4;

/**
 * Compares the model's outputs with logits that were computed elsewhere at the same weights and inputs.
 *
 * @param theta the weights [d] as they were converted
 * @throws DataError for a missing or damaged file; ConfigurationError where it holds no `x` and `logits` of the right shapes
 */
export async function compareGivenOutputs(
  { check: path, layout }: GivenWeights & { readonly check: string },
  problem: Problem,
  theta: Float64Array,
): Promise<Finding> {
  requireNamedFile('train.weights.check', path);
  const file = readSafetensors(resolve(path));
  const { inputShape, outputs } = problem;
  const given = tensor(file, 'x', path);
  const { data: logits, shape } = tensor(file, 'logits', path);
  const [samples] = given.shape;
  const x = inputsInOrder(given, inputShape, layout === 'pytorch', `${path}: x`);
  const isColumn = outputs === 1 && shape.join() === String(samples);
  if (!isColumn && shape.join() !== `${samples},${outputs}`)
    throw new ConfigurationError(
      `${path}: logits is [${shape.join(', ')}]; expected [${samples}, ${outputs}], the outputs for the ${samples} inputs of x`,
    );
  const found = await modelOutputs(problem, theta, x, samples);
  let at = 0;
  for (let i = 0; i < found.length; i++)
    if (!(Math.abs(found[i] - logits[i]) <= Math.abs(found[at] - logits[at]))) at = i;
  let largest = Number.MIN_VALUE;
  for (let i = 0; i < found.length; i++) largest = Math.max(largest, Math.abs(logits[i]));
  const error = Math.abs(found[at] - logits[at]) / largest;
  const shown = (value: number) => value.toPrecision(6);
  return within(
    'given logits',
    error,
    LIMIT,
    `outputs are the logits of ${path} for its ${samples} inputs to ${brief(error)} of the largest`,
    `outputs differ from the logits of ${path} by up to ${shown(Math.abs(found[at] - logits[at]))}: sample ${Math.floor(at / outputs)}, output ${at % outputs} is ${shown(found[at])} here and ${shown(logits[at])} there; the model of the configuration is another (activation, padding, pooling), the tensors were taken in another order (train.weights.names), or the logits were not computed with model.eval()`,
  );
}

function tensor({ tensors }: SafetensorsFile, name: string, path: string): StateTensor {
  const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  const rows = found?.shape[0] ?? 0;
  if (!found || rows === 0 || typeof found.data[0] === 'bigint')
    throw new ConfigurationError(
      `${path} has ${found ? `${name}, ${found.dtype} [${found.shape.join(', ')}]` : `no tensor ${name} (it has ${Object.keys(tensors).join(', ') || 'none'})`}; expected x, inputs, and logits, the outputs for them`,
    );
  const data = found.data as ArrayLike<number>;
  for (let i = 0; i < sizeOf(found.shape); i++)
    if (!Number.isFinite(data[i]))
      throw new DataError(`${path}: ${name} is ${data[i]} at ${i}; expected finite numbers`);
  return { shape: found.shape, data };
}
