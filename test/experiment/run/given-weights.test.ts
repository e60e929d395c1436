/**
 * Runs that begin at weights which were trained elsewhere. Channels: state dicts and logits that PyTorch wrote; a run of this
 * program's own whose minimum another run takes over.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveExperiment, runExperiment } from '../../../src/experiment/index.ts';
import { randomStream } from '../../../src/random.ts';
import { readSafetensors, requireTensor, type Tensor, writeSafetensors } from '../../../src/store/safetensors.ts';
import { IMAGE, OUTPUTS, storedFile } from '../../oracle/state-dicts.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { fingerprints, quiet, run, SIZE, tiny } from './tiny.ts';

const folder = temporaryFolders();
type Tensors = Record<string, Tensor<'F32' | 'F64'>>;

/** Random images of the stored networks' shape, with labels. */
function images(): string {
  const path = join(folder(), 'images.safetensors');
  const random = randomStream(1, 'images');
  const x = new Float32Array(60 * 48).map(() => random.normal());
  const y = Int32Array.from({ length: 60 }, (_, n) => n % OUTPUTS);
  writeSafetensors(path, { x: { shape: [60, ...IMAGE], data: x }, y: { shape: [60], data: y } });
  return path;
}

/** A run on these images that takes stored weights as its minimum. */
const fromPytorch = (weights: Record<string, unknown>, model: Record<string, unknown>) =>
  resolveExperiment({
    data: { name: 'file', path: images(), task: 'classes' },
    model,
    loss: 'cross-entropy',
    train: { weights },
    polish: { method: 'none' },
    sgd: { learningRate: 0.01, batchSize: 10 },
    record: { burnInEpochs: 1, epochs: 2 },
  });

const MLP = { name: 'mlp', hidden: [5, 5, 5] };

/** The stored weights of `mlp` with some tensors changed. */
function changed(change: (tensors: Tensors) => void): string {
  const tensors = { ...(readSafetensors(storedFile('mlp')).tensors as Tensors) };
  change(tensors);
  const path = join(folder(), 'changed.safetensors');
  writeSafetensors(path, tensors);
  return path;
}

describe('a state dict of PyTorch', () => {
  it('is taken as the minimum, its logits compared, and said where it comes from', async () => {
    const directory = join(folder(), 'run');
    const said: string[] = [];
    const weights = { path: storedFile('mlp'), check: storedFile('mlp-check') };
    const experiment = fromPytorch(weights, MLP);
    await runExperiment(directory, experiment, { ...quiet, say: (text) => void said.push(text) }, { until: 'record' });
    expect(said.find((text) => text.startsWith('model: '))).toMatch(
      /^model: passed {2}given logits {2}outputs are the logits of .*mlp-check\.safetensors for its 6 inputs to \d\.\de-\d of the largest$/,
    );
    const minimum = readSafetensors(join(directory, 'minimum.safetensors'));
    const theta = requireTensor(minimum, 'theta', 'F64').data;
    // The last layer: dense weights [5, 4] are PyTorch's [4, 5] transposed, then the bias.
    const { '7.weight': weight, '7.bias': bias } = readSafetensors(storedFile('mlp')).tensors as Tensors;
    const last = Array.from({ length: 20 }, (_, at) => weight.data[(at % 4) * 5 + Math.floor(at / 4)]);
    expect([...theta.subarray(-24)]).toEqual([...last, ...bias.data]);
    expect([...requireTensor(minimum, 'velocity', 'F64').data]).toEqual(new Array(theta.length).fill(0));
    expect(minimum.metadata.weights).toMatchObject({
      file: storedFile('mlp'),
      layout: 'pytorch',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      names: { 'dense1/weight': '1.weight', 'dense4/bias': '7.bias' },
    });
  });

  it('goes into a module’s model, where that declares what is flattened', async () => {
    const path = join(folder(), 'net.mjs');
    const net = (flattened: string) => `export const shapes = [
        { name: 'conv/kernel', shape: [3, 3, 2, 3] }, { name: 'conv/bias', shape: [3] },
        { name: 'hidden/weight', shape: [18, 5]${flattened} }, { name: 'hidden/bias', shape: [5] },
        { name: 'out/weight', shape: [5, 4] }, { name: 'out/bias', shape: [4] },
      ];
      export function forward(ops, [k, kb, h, hb, o, ob], x) {
        const image = ops.avgPool(ops.relu(ops.add(ops.conv2d(x, k, 1, 'same'), kb)), 2, 2, 'valid');
        const hidden = ops.tanh(ops.add(ops.matMul(ops.reshape(image, [-1, 18]), h), hb));
        return ops.add(ops.matMul(hidden, o), ob);
      }`;
    writeFileSync(path, net(', pytorch: { flattened: [2, 3, 3] }'));
    const weights = { path: storedFile('convnet'), check: storedFile('convnet-check') };
    const go = (model: string) =>
      runExperiment(join(folder(), 'run'), fromPytorch(weights, { name: 'module', path: model }), quiet, {
        until: 'train',
      });
    expect((await go(path)).ran).toEqual(['train']);
    const other = join(folder(), 'net.mjs');
    writeFileSync(other, net(''));
    expect(await problemOf(() => go(other))).toMatch(
      /^exit 2: model .*net\.mjs fails the check "given logits": outputs differ from the logits of .*convnet-check\.safetensors by up to [\d.]+: sample \d, output \d is \S+ here and \S+ there; /,
    );
  });

  it('that is another network, or the same in other order, is refused, and nothing is written', async () => {
    const directory = join(folder(), 'run');
    const problem = (weights: Record<string, unknown>, model: Record<string, unknown> = MLP) =>
      problemOf(() => runExperiment(directory, fromPytorch(weights, model), quiet, { until: 'train' }));
    const check = storedFile('mlp-check');
    expect(await problem({ path: storedFile('mlp') }, { name: 'mlp', hidden: [5, 5] })).toMatch(
      /^exit 2: .*mlp\.safetensors has 3 tensors of shape \[5\] called …bias \(1\.bias, 3\.bias, 5\.bias\); expected 2, for dense1\/bias, dense2\/bias /,
    );
    const names = ['1.weight', '1.bias', '5.weight', '3.bias', '3.weight', '5.bias', '7.weight', '7.bias'];
    expect(await problem({ path: storedFile('mlp'), names, check })).toMatch(
      /^exit 2: model mlp with the weights of .*mlp\.safetensors fails the check "given logits": .*\(activation, padding, pooling\)/,
    );
    expect(await problem({ path: storedFile('mlp'), check }, { ...MLP, activation: 'softplus' })).toMatch(
      /fails the check "given logits"/,
    );
    expect(listing(join(directory, '..'))).toEqual([]);
  });

  it('whose names do not tell the order is refused, unless its logits agree', async () => {
    const path = changed((tensors) => {
      for (const part of ['weight', 'bias']) {
        tensors[`a_second.${part}`] = tensors[`5.${part}`];
        tensors[`b_first.${part}`] = tensors[`3.${part}`];
        delete tensors[`3.${part}`];
        delete tensors[`5.${part}`];
      }
    });
    const go = (weights: Record<string, unknown>) =>
      runExperiment(join(folder(), 'run'), fromPytorch({ path, ...weights }, MLP), quiet, { until: 'train' });
    expect(await problemOf(() => go({}))).toMatch(
      /^exit 2: .*: 1\.bias, a_second\.bias, b_first\.bias are all of shape \[5\] called …bias, and their names do not tell which comes first: name all tensors .* in train\.weights\.names, or give .* in train\.weights\.check$/,
    );
    const check = storedFile('mlp-check');
    expect(await problemOf(() => go({ check }))).toMatch(/fails the check "given logits"/);
    const names = [
      '1.weight',
      '1.bias',
      'b_first.weight',
      'b_first.bias',
      'a_second.weight',
      'a_second.bias',
      '7.weight',
      '7.bias',
    ];
    expect((await go({ check, names })).ran).toEqual(['train']);
  });

  it.each<[string, (tensors: Tensors) => void, RegExp]>([
    [
      'a weight that is none',
      (tensors) => (tensors['7.bias'] = { ...tensors['7.bias'], data: Float32Array.of(1, NaN, 2, 3) }),
      /^exit 3: .*changed\.safetensors: weight 326 is NaN; expected a finite number$/,
    ],
    [
      'batch statistics that the model has no place for',
      (tensors) => (tensors['2.running_mean'] = tensors['1.bias']),
      /^exit 2: .* holds batch statistics \(2\.running_mean\), but the model of the configuration has no place for them: /,
    ],
    [
      'one vector',
      (tensors) => {
        for (const name of Object.keys(tensors)) delete tensors[name];
        tensors.theta = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
      },
      /^exit 2: .* holds one vector theta, no state dict: give train\.weights\.layout: epochnoise$/,
    ],
  ])('with %s is refused', async (_, change, sentence) => {
    const experiment = fromPytorch({ path: changed(change) }, MLP);
    expect(await problemOf(() => runExperiment(join(folder(), 'run'), experiment, quiet))).toMatch(sentence);
  });

  it('and a check that is none is refused', async () => {
    const directory = join(folder(), 'run');
    const problem = async (tensors: Parameters<typeof writeSafetensors>[1]) => {
      const check = join(folder(), 'check.safetensors');
      writeSafetensors(check, tensors);
      const weights = { path: storedFile('mlp'), check };
      return problemOf(() => runExperiment(directory, fromPytorch(weights, MLP), quiet));
    };
    const { x, logits } = readSafetensors(storedFile('mlp-check')).tensors as Tensors;
    expect(await problem({ x })).toMatch(
      /^exit 2: .*check\.safetensors has no tensor logits \(it has x\); expected x, inputs, and logits/,
    );
    expect(await problem({ x: { ...x, shape: [6, ...IMAGE] }, logits })).toMatch(
      /^exit 2: .*: x is \[6, 4, 6, 2\]; expected \[n, 2, 4, 6\], channels first$/,
    );
    expect(await problem({ x, logits: { ...logits, shape: [4, 6] } })).toMatch(
      /^exit 2: .*: logits is \[4, 6\]; expected \[6, 4\], the outputs for the 6 inputs of x$/,
    );
    expect(await problem({ x, logits: { ...logits, data: logits.data.map(() => NaN) } })).toMatch(
      /^exit 3: .*: logits is NaN at 0; expected finite numbers$/,
    );
    const missing = { path: storedFile('mlp'), check: 'none.safetensors' };
    expect(await problemOf(() => runExperiment(directory, fromPytorch(missing, MLP), quiet))).toMatch(
      /^exit 3: no file .*none\.safetensors: train\.weights\.check is none\.safetensors, /,
    );
  });
});

describe('one vector theta', () => {
  it('of a finished run gives the run that follows it there', async () => {
    const [first, second] = [join(folder(), 'first'), join(folder(), 'second')];
    await run(first, {}, 'compare');
    const weights = { path: join(first, 'minimum.safetensors'), layout: 'epochnoise' };
    const taken = tiny({
      train: { weights },
      polish: { method: 'none' },
      model: { initialisation: { from: 'random' } },
    });
    await runExperiment(second, taken, quiet, { until: 'compare' });
    const [expected, found] = [first, second].map(fingerprints);
    for (const name of ['weights.safetensors', 'mean.safetensors', 'spectrum.safetensors', 'directions.csv'])
      expect(found[name], name).toBe(expected[name]);
  });

  it('of another network is refused', async () => {
    const first = join(folder(), 'first');
    await run(first, {}, 'record');
    const problem = (file: string, model: Record<string, unknown>) => {
      const weights = { path: file, layout: 'epochnoise' };
      const directory = join(folder(), 'second');
      return problemOf(() =>
        run(directory, { model: { initialisation: { from: 'random' }, ...model }, train: { weights } }),
      );
    };
    expect(await problem(join(first, 'minimum.safetensors'), { hidden: [4] })).toMatch(
      new RegExp(
        `^exit 2: .*: theta is F64 \\[${SIZE}\\]; expected theta, floats \\[25\\], the model's parameters one after the other$`,
      ),
    );
    // As many weights, in other layers.
    expect(await problem(join(first, 'weights.safetensors'), { name: 'mlp', hidden: [1, 6] })).toMatch(
      /^exit 2: .*weights\.safetensors: theta is/,
    );
    expect(await problem(join(first, 'mean.safetensors'), { name: 'linear' })).toMatch(/theta is F64/);
    expect(await problem(join(first, 'batches.safetensors'), {})).toMatch(
      /: it has no tensor theta; expected theta, floats/,
    );
  });

  it('says itself of which parameters it is made, where it does', async () => {
    const path = join(folder(), 'theta.safetensors');
    const parameters = [{ name: 'all', shape: [SIZE], offset: 0 }];
    writeSafetensors(path, { theta: { shape: [SIZE], data: new Float32Array(SIZE) } }, { parameters });
    const weights = { path, layout: 'epochnoise' };
    expect(
      await problemOf(() =>
        run(join(folder(), 'run'), { model: { initialisation: { from: 'random' } }, train: { weights } }),
      ),
    ).toMatch(
      /^exit 2: .*theta\.safetensors says that its theta is made of all \[19\]; expected dense1\/weight \[4, 3\], dense1\/bias \[3\], dense2\/weight \[3, 1\], dense2\/bias \[1\]: /,
    );
  });
});
