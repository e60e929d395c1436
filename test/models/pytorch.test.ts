/**
 * State dicts of PyTorch: which tensor is which, and where its numbers go. Channel: logits that PyTorch gave at the same
 * weights, on images of two channels that are not square.
 */
import { describe, expect, it } from 'vitest';
import { lenet } from '../../src/models/lenet.ts';
import { modelOutputs } from '../../src/models/outputs.ts';
import type { Model, ParameterShape } from '../../src/models/model.ts';
import { defineProblem } from '../../src/models/problem.ts';
import { lossFor } from '../../src/models/losses.ts';
import { inputsInOrder, shapeInPytorch, type StateDict, weightsOfStateDict } from '../../src/models/pytorch/convert.ts';
import { batchStatisticsOf, matchStateDict } from '../../src/models/pytorch/match.ts';
import { resnet20 } from '../../src/models/resnet20.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { convnet, IMAGE, OUTPUTS, sequential, storedTensors } from '../oracle/state-dicts.ts';
import { problemOf } from '../store/scratch.ts';
import { largestDifference } from '../tensor/finite-differences.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float64', threads: 1 });

/** Outputs at the converted weights against the logits, in units of the largest. */
async function disagreement(
  model: Model,
  kind: string,
  shapes = model.shapes,
  given: string[] | null = null,
): Promise<number> {
  const state = storedTensors(kind);
  const theta = weightsOfStateDict(shapes, state, matchStateDict(shapes, state, given, kind).names);
  const { x, logits } = storedTensors(`${kind}-check`);
  const loss = lossFor('half-mean-squared-error', 'classes');
  const problem = defineProblem({ backend, model, loss, inputShape: IMAGE, outputs: OUTPUTS, weightDecay: 0 });
  const outputs = await modelOutputs(problem, theta, inputsInOrder(x, IMAGE, true, 'x'), 6);
  const largest = Math.max(...Array.from(logits.data, Math.abs));
  return largestDifference(outputs, Float64Array.from(logits.data)) / largest;
}

describe('weights that PyTorch wrote', () => {
  // PyTorch computes at float32, whose rounding is 6e-8 an operation.
  it('give its logits here: convolution, a flattened image, dense layers', async () =>
    expect(await disagreement(convnet, 'convnet')).toBeLessThan(1e-6));

  it('give its logits here: an image that is flattened at once, tensors alike in shape', async () =>
    expect(await disagreement(sequential, 'mlp')).toBeLessThan(1e-6));

  it('are told by what a model declares of them', async () => {
    const renamed = convnet.shapes.map((one, at) => ({
      ...one,
      pytorch: {
        ...one.pytorch,
        name: ['conv.weight', 'conv.bias', 'hidden.weight', 'hidden.bias', 'out.weight', 'out.bias'][at],
      },
    }));
    expect(await disagreement(convnet, 'convnet', renamed)).toBeLessThan(1e-6);
  });

  it('do not, where anything is in another order: the check would notice', async () => {
    const without = convnet.shapes.map(({ name, shape }) => ({ name, shape }));
    expect(await disagreement(convnet, 'convnet', without)).toBeGreaterThan(0.05);
    const untransposed = convnet.shapes.map((one) =>
      one.name === 'kernel' ? { ...one, pytorch: { axes: [3, 2, 1, 0] } } : one,
    );
    expect(await disagreement(convnet, 'convnet', untransposed)).toBeGreaterThan(0.05);
    const swapped = ['1.weight', '1.bias', '5.weight', '3.bias', '3.weight', '5.bias', '7.weight', '7.bias'];
    expect(await disagreement(sequential, 'mlp', sequential.shapes, swapped)).toBeGreaterThan(0.05);
  });
});

describe('numbers', () => {
  const places = (parameter: ParameterShape, count: number) => [
    ...weightsOfStateDict([parameter], { t: { shape: [], data: Array.from({ length: count }, (_, i) => i) } }, ['t']),
  ];

  // Written out by hand: number 0 … n−1 of PyTorch's, in our order.
  it('of a kernel [out 2, in 3, height 1, width 2] are put [height, width, in, out]', () => {
    const kernel = { name: 'k', shape: [1, 2, 3, 2] };
    expect(shapeInPytorch(kernel)).toEqual([2, 3, 1, 2]);
    expect(places(kernel, 12)).toEqual([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
  });

  it('of dense weights [out 2, in 3] are put [in, out]; vectors stay', () => {
    expect(shapeInPytorch({ name: 'w', shape: [3, 2] })).toEqual([2, 3]);
    expect(places({ name: 'w', shape: [3, 2] }, 6)).toEqual([0, 3, 1, 4, 2, 5]);
    expect(places({ name: 'b', shape: [3] }, 3)).toEqual([0, 1, 2]);
  });

  it('behind an image [height 1, width 2, channels 2] go from channels first to channels last', () => {
    const weights = { name: 'w', shape: [4, 1], pytorch: { flattened: [1, 2, 2] } };
    expect(shapeInPytorch(weights)).toEqual([1, 4]);
    // PyTorch: channel 0 at 0 1, channel 1 at 2 3; here: place 0 has both channels first.
    expect(places(weights, 4)).toEqual([0, 2, 1, 3]);
  });

  it('with axes that a model declares are put as it says', () =>
    expect(places({ name: 'e', shape: [3, 2], pytorch: { axes: [0, 1] } }, 6)).toEqual([0, 1, 2, 3, 4, 5]));

  it('of inputs are put channels last; vectors stay; other shapes are refused', async () => {
    const x = { shape: [1, 2, 1, 2], data: [0, 1, 2, 3] };
    expect([...inputsInOrder(x, [1, 2, 2], true, 'x')]).toEqual([0, 2, 1, 3]);
    expect([...inputsInOrder({ shape: [2, 2], data: x.data }, [2], true, 'x')]).toEqual([0, 1, 2, 3]);
    expect([...inputsInOrder({ shape: [1, 1, 2, 2], data: x.data }, [1, 2, 2], false, 'x')]).toEqual([0, 1, 2, 3]);
    expect(await problemOf(() => inputsInOrder({ shape: [9, 4, 6, 2], data: [] }, [4, 6, 2], true, 'c: x'))).toBe(
      'exit 2: c: x is [9, 4, 6, 2]; expected [n, 2, 4, 6], channels first',
    );
  });
});

/** A state dict of zeros. */
const stateOf = (shapes: Record<string, number[]>): StateDict =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  );

describe('which tensor is which', () => {
  const net = lenet([16, 16, 3], 10, { padding: 'valid', activation: 'tanh', pooling: 'average' });
  const LENET = {
    'fc1.weight': [120, 16],
    'fc1.bias': [120],
    'fc2.weight': [84, 120],
    'fc2.bias': [84],
    'fc3.weight': [10, 84],
    'fc3.bias': [10],
    'conv1.weight': [6, 3, 5, 5],
    'conv1.bias': [6],
    'conv2.weight': [16, 6, 5, 5],
    'conv2.bias': [16],
  };

  it('is told by shape and ending, whatever they are called and in whatever order they come', () => {
    const { names, doubt } = matchStateDict(net.shapes, stateOf(LENET), null, 'f');
    expect(names).toEqual(['conv1', 'conv2', 'fc1', 'fc2', 'fc3'].flatMap((one) => [`${one}.weight`, `${one}.bias`]));
    expect(doubt).toBeNull();
  });

  it('is told by the numbers in names alike, counted as numbers', () => {
    const layers = Array.from({ length: 11 }, (_, layer) => layer);
    const shapes = layers.flatMap((layer) => [
      { name: `dense${layer}/weight`, shape: [5, 5] },
      { name: `dense${layer}/bias`, shape: [5] },
    ]);
    const state = stateOf(
      Object.fromEntries(
        layers.flatMap((layer) => [
          [`net.${2 * layer}.bias`, [5]],
          [`net.${2 * layer}.weight`, [5, 5]],
        ]),
      ),
    );
    const { names, doubt } = matchStateDict(shapes, state, null, 'f');
    expect(names).toEqual(layers.flatMap((layer) => [`net.${2 * layer}.weight`, `net.${2 * layer}.bias`]));
    expect(doubt).toBeNull();
  });

  it('is doubtful where names alike in shape differ in more than numbers', () => {
    const shapes = ['a', 'b'].map((name) => ({ name: `${name}/weight`, shape: [5, 5] }));
    expect(
      matchStateDict(shapes, stateOf({ 'encoder.weight': [5, 5], 'decoder.weight': [5, 5] }), null, 'f').doubt,
    ).toBe(
      'decoder.weight, encoder.weight are all of shape [5, 5] called …weight, and their names do not tell which comes first',
    );
    const given = ['encoder.weight', 'decoder.weight'];
    const state = stateOf({ 'encoder.weight': [5, 5], 'decoder.weight': [5, 5], 'head.weight': [1, 5] });
    // Whoever names them may leave some out.
    expect(matchStateDict(shapes, state, given, 'f')).toEqual({ names: given, doubt: null });
  });

  it('of a residual network, whose first normalisation has another name than the others', () => {
    const shapes = resnet20([16, 16, 3], 10, {
      width: 4,
      activation: 'relu',
      normalisation: 'frozen-batch',
      groups: null,
    }).shapes;
    const convolutions = ['', ...[1, 2, 3].flatMap((stage) => [0, 1, 2].map((block) => `layer${stage}.${block}.`))];
    const layers = convolutions.flatMap((prefix) => (prefix === '' ? [1] : [1, 2]).map((i) => [prefix, i] as const));
    const channels = (prefix: string) => 4 * 2 ** (Number(/layer(\d)/.exec(prefix)?.[1] ?? 1) - 1);
    const state: Record<string, number[]> = { 'fc.weight': [10, 16], 'fc.bias': [10] };
    layers.forEach(([prefix, i], at) => {
      const before = at === 0 ? 3 : channels(layers[at - 1][0]);
      state[`${prefix}conv${i}.weight`] = [channels(prefix), before, 3, 3];
      for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
        state[`${prefix}bn${i}.${part}`] = [channels(prefix)];
      state[`${prefix}bn${i}.num_batches_tracked`] = [];
    });
    const { names, doubt } = matchStateDict(shapes, stateOf(state), null, 'f');
    expect(names).toEqual([
      ...layers.flatMap(([prefix, i]) => [
        `${prefix}conv${i}.weight`,
        `${prefix}bn${i}.weight`,
        `${prefix}bn${i}.bias`,
      ]),
      'fc.weight',
      'fc.bias',
    ]);
    expect(doubt).toMatch(/^bn1\.weight, layer1\.0\.bn1\.weight, .* do not tell which comes first$/);

    const filled = stateOf(state) as Record<string, { shape: number[]; data: Float32Array }>;
    layers.forEach(([prefix, i], at) => {
      filled[`${prefix}bn${i}.running_mean`].data.fill(at);
      filled[`${prefix}bn${i}.running_var`].data.fill(100 + at);
    });
    const expected = [0, 100].flatMap((first) =>
      layers.flatMap(([prefix], at) => Array.from({ length: channels(prefix) }, () => first + at)),
    );
    expect([...batchStatisticsOf(shapes, filled, names, 'f')]).toEqual(expected);
  });

  it.each<[string, Record<string, number[] | undefined>, string]>([
    [
      'a layer of another width',
      { 'fc2.weight': [80, 120], 'fc2.bias': [80], 'fc3.weight': [10, 80] },
      'f has 0 tensors of shape [84, 120] called …weight; expected 1, for dense2/weight (it has conv1.bias [6], conv1.weight [6, 3, 5, 5], ',
    ],
    [
      'a layer more',
      { 'fc4.weight': [10, 10], 'fc4.bias': [10] },
      'f has 2 tensors of shape [10] called …bias (fc3.bias, fc4.bias); expected 1, for dense3/bias (it has ',
    ],
    [
      'another tensor',
      { log_temperature: [1] },
      'f has tensors that are no parameters of the model: log_temperature [1]; expected [6, 3, 5, 5] for conv1/kernel, [6] for conv1/bias, ',
    ],
  ])('is refused with %s', async (_, changes, sentence) => {
    const state = stateOf({ ...LENET, ...(changes as Record<string, number[]>) });
    expect(await problemOf(() => matchStateDict(net.shapes, state, null, 'f'))).toContain(`exit 2: ${sentence}`);
  });

  it('is refused where names that are given are too few, unknown, twice there, or of another shape', async () => {
    const [kernel, bias] = net.shapes;
    const problem = (given: string[]) => problemOf(() => matchStateDict([kernel, bias], stateOf(LENET), given, 'f'));
    expect(await problem(['conv1.weight'])).toBe(
      'exit 2: train.weights.names has 1 names; expected 2, for conv1/kernel, conv1/bias',
    );
    expect(await problem(['conv1.weight', 'conv1.bais'])).toMatch(
      /^exit 2: f has no tensor conv1\.bais for conv1\/bias; it has conv1\.bias \[6\], conv1\.weight/,
    );
    expect(await problem(['conv1.weight', 'conv1.weight'])).toBe(
      'exit 2: train.weights.names has conv1.weight twice; expected a tensor for each parameter',
    );
    expect(await problem(['conv1.weight', 'fc1.bias'])).toBe(
      'exit 2: f: fc1.bias is [120]; expected [6] for conv1/bias',
    );
  });
});
