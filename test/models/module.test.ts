/** Models of a user's own: the contract, what is refused, and the count of what a sample costs. */
import { createRequire } from 'node:module';
import type * as tfjs from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { lenet } from '../../src/models/lenet.ts';
import { mlp } from '../../src/models/mlp.ts';
import { modelOfModule, type ModuleSetting, type UncountedModel } from '../../src/models/module.ts';
import { resnet20 } from '../../src/models/resnet20.ts';
import { countUnits } from '../../src/models/units.ts';
import { randomStream } from '../../src/random.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import type { Ops } from '../../src/tensor/ops.ts';
import { real, type Tensor } from '../../src/tensor/types.ts';
import { problemOf } from '../store/scratch.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 1 });
const SETTING: ModuleSetting = { inputShape: [3], outputs: 2, options: { width: 4 } };
const SHAPES = [
  { name: 'w', shape: [3, 2] },
  { name: 'b', shape: [2], initial: 0.5 },
];
const forward = (ops: Ops, [w, b]: Tensor[], x: Tensor) => ops.add(ops.matMul(x as never, w as never), b);

const modelOf = (exported: Record<string, unknown>, setting = SETTING) => modelOfModule(exported, 'net.mjs', setting);

/** What a forward pass of so many samples of ones gives. */
async function outputs(model: UncountedModel, samples: number): Promise<number[]> {
  const compiled = backend.compile(
    (flat, x) => [model.forward(backend.ops, [backend.ops.reshape(flat, [3, 2]), backend.ops.zeros([2])], x)],
    [real(6), real(samples, 3)],
  );
  const [found] = await compiled.run(Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(3 * samples).fill(1));
  compiled.dispose();
  return [...found];
}

describe.each(['tensorflow', 'cpu'] as const)('computing past the ops on %s', (name) => {
  const here = openBackend({ name, precision: 'float32', threads: 1 });
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs-core') as typeof tfjs;
  const refused = async (pass: (x: tfjs.Tensor2D, w: tfjs.Tensor2D, ops: Ops) => unknown) => {
    const shapes = [{ name: 'w', shape: [3, 2] }];
    const model = await modelOf({
      shapes,
      forward: (ops: Ops, [w]: Tensor[], x: Tensor) => pass(x as never, w as never, ops),
    });
    return problemOf(() => countUnits(here, model, [3]));
  };

  it.each<[string, string, Parameters<typeof refused>[0]]>([
    ['a method of a tensor', 'matMul', (x, w) => x.matMul(w).relu()],
    ['after an op', 'relu', (x, w, ops) => ops.matMul(x, w).relu()],
    ['among the arguments of one', 'tanh', (x, w, ops) => ops.add(ops.matMul(x, w).tanh(), 1)],
    ['another import', 'logSoftmax', (x, w, ops) => tf.logSoftmax(ops.matMul(x, w))],
    ['a view', 'reshape', (x, w, ops) => ops.matMul(x.reshape([-1, 3]), w)],
  ])('%s is refused, with the spelling that is not', async (_, op, pass) => {
    expect(await refused(pass)).toBe(
      `exit 2: net.mjs: op ${op} is called past the ops that are given, as a method of a tensor or from another import, where its derivatives are not the checked ones: write ops.${op}(x) and not x.${op}()`,
    );
  });

  it.each<[string, string, Parameters<typeof refused>[0]]>([
    ['a method of a tensor', 'elu', (x, w, ops) => ops.matMul(x, w).elu()],
    ['a composed one of another import', 'softmax', (x, w, ops) => tf.softmax(ops.matMul(x, w))],
    [
      'a kernel',
      'Selu',
      (x, w, ops) => tf.engine().runKernel('Selu', { x: ops.matMul(x, w) as unknown as tfjs.Tensor }),
    ],
  ])('%s without a checked second derivative is refused by name', async (_, op, pass) => {
    expect(await refused(pass)).toMatch(
      new RegExp(
        `^exit 2: net\\.mjs: op ${op} has no checked second derivative, so that the Hessian would be wrong: use`,
      ),
    );
  });

  it('is heard within the forward pass alone, and again after a refusal', async () => {
    const fine = await refused((x, w, ops) => ops.maxPool(ops.reshape(ops.matMul(x, w), [-1, 1, 2, 1]), 1));
    expect(fine).toMatch(/forward gave a tensor \[\d, 1, 2, 1\]; expected/);
    expect([...tf.relu(tf.tensor1d([-1, 2])).dataSync()]).toEqual([0, 2]);
    expect(await refused((x, w) => x.matMul(w))).toContain('op matMul is called past');
  });
});

describe('a module', () => {
  it.each([
    ['exports by name', { shapes: SHAPES, forward }],
    ['exports one object', { default: { shapes: SHAPES, forward }, other: 1 }],
    [
      'exports a function of the setting',
      { default: ({ outputs: o }: ModuleSetting) => ({ shapes: [{ name: 'w', shape: [3, o] }, SHAPES[1]], forward }) },
    ],
    ['exports such a function that takes its time', { default: async () => ({ shapes: SHAPES, forward }) }],
    [
      'has shapes that are a function of the setting',
      { shapes: ({ inputShape }: ModuleSetting) => [{ name: 'w', shape: [...inputShape, 2] }, SHAPES[1]], forward },
    ],
  ])('%s', async (_, exported) => {
    const model = await modelOf(exported);
    expect(model.shapes).toEqual(SHAPES);
    expect(await outputs(model, 2)).toEqual([9, 12, 9, 12]);
    expect(model.initialise).toBeUndefined();
  });

  it('is told input shape, outputs and its options', async () => {
    let told: unknown;
    await modelOf({ shapes: (setting: ModuleSetting) => ((told = setting), SHAPES), forward });
    expect(told).toEqual(SETTING);
  });

  it.each([
    ['in one array', (_: unknown, random: { normal(): number }) => Array.from({ length: 8 }, () => random.normal())],
    [
      'parameter by parameter',
      (shapes: typeof SHAPES, random: { normal(): number }) =>
        shapes.map(({ shape }) => new Float64Array(shape.reduce((a, b) => a * b)).map(() => random.normal())),
    ],
  ])('may make its own weights, %s, from the stream that it is given', async (_, initialise) => {
    const model = await modelOf({ shapes: SHAPES, forward, initialise });
    const expected = randomStream(7, 'own');
    expect(model.initialise!(randomStream(7, 'own'))).toEqual(
      Float64Array.from({ length: 8 }, () => expected.normal()),
    );
  });
});

describe('what is refused', () => {
  const EXPECTED =
    'expected shapes (an array, or a function that gives one), forward (a function) and, where wanted, initialise (a function)';
  it.each<[string, Record<string, unknown>, string]>([
    ['nothing', {}, `net.mjs exports nothing; ${EXPECTED}`],
    [
      'no forward',
      { shapes: SHAPES, forwrad: forward },
      `net.mjs exports shapes (array), forwrad (function); ${EXPECTED}`,
    ],
    [
      'an initialise that is no function',
      { shapes: SHAPES, forward, initialise: 1 },
      `net.mjs exports shapes (array), forward (function), initialise (number); ${EXPECTED}`,
    ],
    [
      'a function that throws',
      {
        default: () => {
          throw new RangeError('no');
        },
      },
      'net.mjs: the default export failed: RangeError: no',
    ],
    ['no shapes', { shapes: [], forward }, 'net.mjs: shapes is empty; expected at least one parameter'],
    [
      'a length of 0',
      { shapes: [{ name: 'w', shape: [3, 0] }], forward },
      'net.mjs: entry 0 of shapes is {"name":"w","shape":[3,0]}; expected { name, shape: [whole numbers from 1 on] } and, where wanted, initial: a number, pytorch: { name, axes, flattened: [height, width, channels] }',
    ],
    [
      'a misspelt key',
      { shapes: [SHAPES[0], { name: 'b', shape: [2], inital: 0 }], forward },
      'net.mjs: entry 1 of shapes is {"name":"b","shape":[2],"inital":0}; expected',
    ],
    [
      'a name twice',
      { shapes: [SHAPES[0], SHAPES[0]], forward },
      'net.mjs: two parameters are called w; expected a name for each',
    ],
    [
      'axes that are none',
      { shapes: [{ name: 'w', shape: [3, 2], pytorch: { axes: [1, 1] } }], forward },
      'net.mjs: pytorch.axes is [1, 1] of w [3, 2]; expected an order of the 2 axes from 0 on',
    ],
    [
      'an image of another size',
      { shapes: [{ name: 'w', shape: [3, 2], pytorch: { flattened: [2, 2, 1] } }], forward },
      'net.mjs: pytorch.flattened is [2, 2, 1] of w [3, 2]; expected [height, width, channels] of the inputs',
    ],
  ])('%s', async (_, exported, sentence) => {
    expect(await problemOf(() => modelOf(exported))).toContain(`exit 2: ${sentence}`);
  });

  it.each<[string, (ops: Ops, parameters: Tensor[], x: Tensor) => unknown, string]>([
    ['a promise', async () => 0, 'net.mjs: forward gave a promise; expected a tensor [2, 2] for 2 samples'],
    ['nothing', () => undefined, 'net.mjs: forward gave undefined; expected a tensor [2, 2] for 2 samples'],
    [
      'other outputs',
      (_ops, _p, x) => x,
      'net.mjs: forward gave a tensor [2, 3]; expected a tensor [2, 2] for 2 samples',
    ],
    [
      'an error of tfjs',
      (ops, [w]) => ops.matMul(w as never, w as never),
      'net.mjs: op matMul of w [3, 2] and w [3, 2] failed: Matrix size-incompatible',
    ],
    [
      'an error of its own',
      () => (undefined as never as { a: number }).a,
      'net.mjs: forward failed: TypeError: Cannot read properties of undefined',
    ],
    [
      'an op with a slip of the pen',
      (ops, _p, x) => (ops as never as { tahn(x: Tensor): Tensor }).tahn(x),
      'net.mjs: forward failed: TypeError: ops.tahn is not a function; did you mean tanh?',
    ],
    [
      'an op that is not checked',
      (ops, _p, x) => (ops as never as { elu(x: Tensor): Tensor }).elu(x),
      'net.mjs: op elu has no checked second derivative',
    ],
    [
      'a reading of values',
      (ops, [w, b], x) => ops.mul(forward(ops, [w, b], x), ops.scalar(x.dataSync()[0])),
      'net.mjs: a function reads the values of a tensor while it is compiled',
    ],
  ])('a forward pass that gives %s', async (_, wrong, sentence) => {
    const model = await modelOf({ shapes: SHAPES, forward: wrong });
    expect(await problemOf(() => outputs(model, 2))).toContain(`exit 2: ${sentence}`);
  });

  it.each<[string, unknown, string]>([
    [
      'too few',
      [1, 2, 3],
      'net.mjs: initialise gave an array of 3 numbers; expected 8 numbers in one array, or an array of 2 arrays of 6, 2 numbers',
    ],
    [
      'arrays of other lengths',
      [
        [1, 2],
        [1, 2, 3, 4, 5, 6],
      ],
      'net.mjs: initialise gave arrays of 2, 6 numbers; expected 8 numbers',
    ],
    ['words', 'random', 'net.mjs: initialise gave something else than arrays of numbers; expected 8 numbers'],
    [
      'numbers that are none',
      [0, 0, 0, NaN, 0, 0, 0, 0],
      'net.mjs: initialise gave NaN for weight 3; expected finite numbers',
    ],
  ])('weights: %s', async (_, given, sentence) => {
    const model = await modelOf({ shapes: SHAPES, forward, initialise: () => given });
    expect(await problemOf(() => model.initialise!(randomStream(1, 'x')))).toContain(`exit 2: ${sentence}`);
  });
});

describe('what a sample costs', () => {
  // Channel: what the models that come with the program say of themselves.
  it.each([
    ['mlp', mlp([7], 3, { hidden: [5, 4], activation: 'tanh' }), [7]],
    ['linear', mlp([7], 3, { hidden: [], activation: 'tanh' }), [7]],
    ['lenet valid', lenet([16, 16, 2], 10, { padding: 'valid', activation: 'tanh', pooling: 'average' }), [16, 16, 2]],
    ['lenet same', lenet([8, 8, 1], 10, { padding: 'same', activation: 'relu', pooling: 'max' }), [8, 8, 1]],
  ])('is counted as %s counts its layers', (_, model, inputShape) => {
    expect(countUnits(backend, model, inputShape)).toBe(model.unitsPerSample);
  });

  it('is of the size of what a residual network says of itself, whose layers have more than a bias and a bend', () => {
    for (const normalisation of ['group', 'none', 'frozen-batch'] as const) {
      const model = resnet20([8, 8, 3], 10, { width: 4, activation: 'relu', normalisation, groups: null });
      const counted = countUnits(backend, model, [8, 8, 3]);
      expect(counted / model.unitsPerSample).toBeGreaterThan(0.7);
      expect(counted / model.unitsPerSample).toBeLessThan(1.5);
    }
  });

  it('counts layers that are none of products too, but nothing that is made of weights alone', async () => {
    const model = await modelOf({
      shapes: [
        { name: 'w', shape: [3, 1000] },
        { name: 'v', shape: [1000, 2] },
      ],
      // 3 values a sample six times; thousands in products of weights.
      forward: (ops: Ops, [w, v]: Tensor[], x: Tensor) => {
        const product = ops.matMul(ops.tanh(w) as never, ops.tanh(v) as never);
        let h = x;
        for (let layer = 0; layer < 20; layer++) h = ops.tanh(h);
        return ops.matMul(h as never, product as never);
      },
    });
    // (20·3 + 2)/3 of all values, against 2 of layers.
    expect(countUnits(backend, model, [3])).toBe(21);
  });

  it('is counted in plain JavaScript too', () => {
    const plain = openBackend({ name: 'cpu', precision: 'float32', threads: 1 });
    expect(countUnits(plain, mlp([7], 3, { hidden: [5, 4], activation: 'tanh' }), [7])).toBe(12);
  });
});
