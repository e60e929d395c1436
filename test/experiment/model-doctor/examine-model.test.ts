/**
 * The doctor for models. Channel: models that are sound, and models each of which breaks one thing on purpose; the checks must
 * tell them apart.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { examineModel } from '../../../src/experiment/model-doctor/examine-model.ts';
import type { Finding } from '../../../src/experiment/model-doctor/finding.ts';
import { resolveExperiment } from '../../../src/experiment/load.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { randomStream } from '../../../src/random.ts';
import { writeSafetensors } from '../../../src/store/safetensors.ts';
import { scratchFolder } from '../../store/scratch.ts';

const PACKAGE = fileURLToPath(new URL('../../../package.json', import.meta.url));
const VOICE = { warn: () => {} };

async function examine(settings: Record<string, unknown>): Promise<Finding[]> {
  const experiment = resolveExperiment({
    data: { name: 'teacher', samples: 200, testSamples: 0, inputs: 4, hidden: [3], noise: 0.3 },
    sgd: { batchSize: 20 },
    ...settings,
  });
  return examineModel(experiment, await openWorkbench(experiment, { threads: 1 }, VOICE));
}

/** A network 4-3-1 with something in it. */
async function examineModule(code: { head?: string; hidden?: string; rest?: string; shapes?: string }, settings = {}) {
  const { head = '', hidden = 'ops.tanh(z)', rest = '', shapes = '' } = code;
  const path = join(scratchFolder(), 'net.mjs');
  writeFileSync(
    path,
    `${head}
    export const shapes = [
      { name: 'w1', shape: [4, 3] }, { name: 'b1', shape: [3] }, { name: 'w2', shape: [3, 1] }, { name: 'b2', shape: [1] }, ${shapes}
    ];
    export function forward(ops, [w1, b1, w2, b2], x) {
      const z = ops.add(ops.matMul(x, w1), b1);
      return ops.add(ops.matMul(${hidden}, w2), b2);
    }
    ${rest}`,
  );
  return examine({ model: { name: 'module', path }, ...settings });
}

/** The very tfjs that the program computes with, gradients of one's own for the ops that are given, and what hides a value from its gradient. */
const TFJS = `import { createRequire } from 'node:module';
  const tf = createRequire(${JSON.stringify(PACKAGE)})('@tensorflow/tfjs-node');
  const custom = (value, gradient) =>
    tf.customGrad((x, save) => (save([x]), { value: value(x), gradFunc: (dy, [x]) => gradient(dy, x) }));
  const hidden = custom((x) => tf.mul(x, 1), (dy) => tf.zerosLike(dy));`;

const statesOf = (findings: readonly Finding[]) =>
  Object.fromEntries(findings.map(({ check, state }) => [check, state]));
const found = (findings: readonly Finding[], check: string) => findings.find((one) => one.check === check)!;
const SOUND = {
  finite: 'passed',
  deterministic: 'passed',
  'samples apart': 'passed',
  'twice differentiable': 'passed',
  'weights in use': 'passed',
  gradient: 'passed',
  'Hessian products': 'passed',
  symmetric: 'passed',
};
const KINKED = { ...SOUND, 'twice differentiable': 'warned' };

/** Images, some of them black. */
function images(side: number, channels: number): string {
  const path = join(scratchFolder(), 'images.safetensors');
  const random = randomStream(1, 'images');
  const length = side * side * channels;
  const x = Float32Array.from({ length: 40 * length }, (_, at) => (at < 5 * length ? 0 : random.normal()));
  const y = Int32Array.from({ length: 40 }, (_, n) => n % 3);
  writeSafetensors(path, { x: { shape: [40, side, side, channels], data: x }, y: { shape: [40], data: y } });
  return path;
}

describe('a sound model passes', () => {
  it.each(['tanh', 'softplus'])('mlp with %s, all checks, with derivatives good to nine digits', async (activation) => {
    const findings = await examine({ model: { name: 'mlp', hidden: [3], activation } });
    expect(statesOf(findings)).toEqual(SOUND);
    for (const check of ['gradient', 'Hessian products']) expect(found(findings, check).value).toBeLessThan(1e-8);
  });

  it('a module with weights of its own making', async () => {
    const rest =
      'export const initialise = (shapes, random) => Array.from({ length: 19 }, () => 0.3 * random.normal());';
    expect(statesOf(await examineModule({ rest }))).toEqual({ initialise: 'passed', ...SOUND });
  });

  it('in plain JavaScript too, where float32 is all there is', async () => {
    const findings = await examine({ model: { name: 'mlp', hidden: [3] }, backend: 'cpu' });
    expect(statesOf(findings)).toEqual(SOUND);
    for (const check of ['gradient', 'Hessian products']) expect(found(findings, check).value).toBeGreaterThan(1e-8);
  });

  it.each([
    ['lenet', { name: 'lenet', activation: 'relu', pooling: 'max' }, 16, 'relu, maxPool'],
    ['resnet20 with group normalisation', { name: 'resnet20', width: 2, groups: 1 }, 8, 'relu'],
    ['resnet20 without', { name: 'resnet20', width: 2, normalisation: 'none' }, 8, 'relu'],
    [
      'resnet20 with frozen batch normalisation',
      { name: 'resnet20', width: 2, normalisation: 'frozen-batch' },
      8,
      'relu',
    ],
  ])('%s, with a warning of its kinks', async (_, model, side, ops) => {
    const data = { name: 'file', path: images(side, 1), task: 'classes' };
    const findings = await examine({ model, data, loss: 'cross-entropy', sgd: { batchSize: 10 } });
    expect(statesOf(findings)).toEqual(KINKED);
    const { text, value } = found(findings, 'twice differentiable');
    expect(text).toContain(`${ops} ha`);
    // Black images and biases of 0: relu is given nothing but zeros, and the derivatives are tried beside.
    expect(value).toBeGreaterThan(0);
    expect(found(findings, 'Hessian products').text).toMatch(/beside the starting weights$/);
    expect(found(findings, 'Hessian products').value).toBeLessThan(1e-5);
  });
});

describe('a model that breaks one thing fails that check', () => {
  it('random numbers in the forward pass: they would be constants of a compiled graph', async () => {
    const findings = await examineModule({ hidden: 'ops.mul(ops.tanh(z), ops.scalar(1 + 0.01 * Math.random()))' });
    expect(found(findings, 'deterministic')).toMatchObject({
      state: 'failed',
      text: expect.stringMatching(
        /^the same samples have outputs that differ by up to \S+ from one time to the next: forward must/,
      ),
    });
  });

  it('memory of earlier calls', async () => {
    const findings = await examineModule({
      head: 'let calls = 0;',
      hidden: 'ops.add(ops.tanh(z), ops.scalar(calls++))',
    });
    expect(found(findings, 'deterministic').state).toBe('failed');
  });

  it('batch normalisation: samples depend on each other, and nothing else is wrong', async () => {
    const findings = await examineModule({ hidden: 'ops.tanh(ops.sub(z, ops.mean(z, 0)))' });
    expect(statesOf(findings)).toMatchObject({ ...SOUND, 'samples apart': 'failed', 'weights in use': 'warned' });
    // What is taken off does not depend on the bias.
    expect(found(findings, 'weights in use').text).toMatch(/^b1 has no gradient/);
  });

  it('a second derivative that is wrong: symmetry does not notice, differences do', async () => {
    const tanh = `custom(ops.tanh, (dy, x) => tf.mul(dy, tf.sub(1, hidden(tf.square(tf.tanh(x))))))(z)`;
    const findings = await examineModule({ head: TFJS, hidden: tanh });
    expect(statesOf(findings)).toEqual({ ...SOUND, 'Hessian products': 'failed' });
    expect(found(findings, 'Hessian products').value).toBeGreaterThan(1e-3);
  });

  it('a gradient that is wrong', async () => {
    const half = `custom(ops.tanh, (dy, x) => tf.mul(dy, tf.mul(0.5, tf.sub(1, tf.square(tf.tanh(x))))))(z)`;
    expect(statesOf(await examineModule({ head: TFJS, hidden: half }))).toMatchObject({ gradient: 'failed' });
  });

  it('a gradient of nothing: its derivative is not symmetric', async () => {
    const turned = `custom(ops.square, (dy, x) =>
      tf.mul(dy, tf.matMul(x, tf.tensor2d([0, 1, 0, 0, 0, 1, 1, 0, 0], [3, 3]))))(z)`;
    const findings = await examineModule({ head: TFJS, hidden: turned });
    expect(statesOf(findings)).toMatchObject({ symmetric: 'failed', gradient: 'failed' });
  });

  it('numbers that overflow, and nothing more is asked', async () => {
    const findings = await examineModule({ hidden: 'ops.log(ops.sub(ops.tanh(z), ops.scalar(2)))' });
    expect(findings).toEqual([
      {
        check: 'finite',
        state: 'failed',
        value: 32,
        text: expect.stringMatching(/^32 of the 32 numbers of the outputs are not finite: /),
      },
    ]);
  });

  it('weights that are others every time', async () => {
    const rest = 'export const initialise = () => Array.from({ length: 19 }, Math.random);';
    expect(await examineModule({ rest })).toEqual([
      {
        check: 'initialise',
        state: 'failed',
        value: 19,
        text: expect.stringMatching(/^called twice, it gives 19 of 19 weights anew: /),
      },
    ]);
  });

  it('a parameter that is not used is warned of', async () => {
    const findings = await examineModule({ shapes: `{ name: 'idle', shape: [2, 2] }` });
    expect(statesOf(findings)).toEqual({ ...SOUND, 'weights in use': 'warned' });
    expect(found(findings, 'weights in use').text).toMatch(/^idle has no gradient: /);
  });
});

it('tells the same twice', async () => {
  const [first, second] = [await examine({}), await examine({})];
  expect(second).toEqual(first);
});
