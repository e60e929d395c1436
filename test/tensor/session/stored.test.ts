/** Values in sessions: where they lie, when they move, and that nobody ever waits for one that is not there. */
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Disposables } from '../../../src/disposables.ts';
import { ConfigurationError } from '../../../src/errors.ts';
import { heldByLibrary, nativeDevices } from '../../../src/tensor/backend.ts';
import { heldInSessions } from '../../../src/tensor/session/session.ts';
import { int32, real, type TensorFunction } from '../../../src/tensor/types.ts';
import { graphsInSessions, keepsState } from '../../../src/tensor/native-graphs.ts';
import { type KernelBackend, type NodeLibrary } from '../../../src/tensor/library.ts';
import { ownMemory } from '../../../src/tensor/stored.ts';
import { cpu, double, doubleInSession, single, singleInSession } from '../back-ends.ts';

/** As back ends see it. */
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-node') as NodeLibrary['tf'];
const native = tf.findBackend('tensorflow') as unknown as KernelBackend;
const library: NodeLibrary = {
  tf,
  binding: native.binding,
  backend: native,
  protobuf: require('@tensorflow/tfjs-node/dist/proto/api_pb.js'),
};

it('a copy in memory of its own is taken over by the library: its array is let go at once', () => {
  const { binding } = library;
  for (const length of [...Array.from({ length: 70 }, (_, i) => i + 1), 1e5, 1e6])
    for (const [values, precision] of [
      [Int32Array.of(), 'float32'],
      [Float64Array.of(), 'float32'],
      [Float32Array.of(), 'float64'],
    ] as const) {
      const array = values.constructor as Float64ArrayConstructor;
      const own = ownMemory(new array(length).fill(7), precision);
      const words = new Int32Array(own.buffer, own.byteOffset, own.byteLength / 4);
      const tensor = binding.createTensor([words.length], binding.TF_INT32, words);
      const before = binding.tensorDataSync(tensor);
      own.fill(9);
      expect(isDeepStrictEqual(binding.tensorDataSync(tensor), before)).toBe(true);
      expect(isDeepStrictEqual(words, before)).toBe(false);
      binding.deleteTensor(tensor);
    }
});

it('graphs keep state where there is a GPU, unless the environment or the caller says otherwise', () => {
  const build = { cudaBuild: true };
  expect([0, 1].map((gpus) => keepsState({ ...build, gpus }, {}))).toEqual([false, true]);
  for (const gpus of [0, 1])
    expect(
      ['0', '1', ''].map((wanted) => keepsState({ ...build, gpus }, { EPOCHNOISE_STATE_IN_SESSION: wanted })),
    ).toEqual([false, true, gpus > 0]);
  expect([single, double, singleInSession, doubleInSession, cpu].map((one) => one.stateInSession)).toEqual([
    ...[false, false],
    ...[true, true],
    false,
  ]);
});

it.each(['false', 'no', 'off', '2', 'true', ' 1'])('EPOCHNOISE_STATE_IN_SESSION=%j is refused', (wanted) => {
  for (const gpus of [0, 1])
    expect(() => keepsState({ cudaBuild: true, gpus }, { EPOCHNOISE_STATE_IN_SESSION: wanted })).toThrow(
      new ConfigurationError(`EPOCHNOISE_STATE_IN_SESSION is "${wanted}"; expected 1 or 0`),
    );
});

// Where there is none, TensorFlow refuses what is placed there by name.
it.runIf(nativeDevices().gpus === 0)('stages are on the GPU where there is one', () => {
  const before = heldByLibrary();
  const { compile, linearize } = graphsInSessions(library, 'float32', { cudaBuild: true, gpus: 1 });
  const refusal = /was explicitly assigned to \/device:GPU:0/;
  expect(() => compile((x) => [singleInSession.ops.exp(x)], [real(1)])).toThrow(refusal);
  expect(() => linearize((x, v) => [singleInSession.ops.mul(x, v)], [real(1)], [real(1)])).toThrow(refusal);
  expect(heldByLibrary()).toEqual(before);
});

describe.each([singleInSession, doubleInSession])('values in sessions at $precision', (backend) => {
  const { ops } = backend;
  const VALUES = [1, -2, 0.1, 3e4];
  const array = () => (backend.precision === 'float32' ? Float32Array.from(VALUES) : Float64Array.from(VALUES));
  const twice: TensorFunction = (x) => [ops.add(x, x)];
  const doubled = array().map((value) => 2 * value);

  let held: Disposables;
  let before: ReturnType<typeof heldByLibrary>;
  beforeEach(() => {
    before = heldByLibrary();
    held = new Disposables();
  });
  afterEach(() => {
    held.dispose();
    expect(heldByLibrary()).toEqual(before);
  });
  const compiled = (fn = twice) => held.add(backend.compile(fn, [real(4)]));
  const stored = () => held.add(backend.store(array(), [4]));

  it('are a tensor until they are used, and then lie in the session only', async () => {
    const graph = compiled();
    const values = stored();
    expect(heldInSessions()).toBe(0);
    expect(await values.read()).toEqual(array());
    for (let again = 0; again < 3; again++) expect(await graph.run(values)).toEqual([doubled]);
    expect(heldInSessions()).toBe(1);
    // A number's own tensor has taken the place of the values'.
    expect(heldByLibrary().tensors).toBe(before.tensors + 1);
    expect(await values.read()).toEqual(array());
    values.dispose();
    expect(heldInSessions()).toBe(0);
  });

  it('go along to other sessions, and from one that is closed to the next', async () => {
    const graphs = [compiled(), compiled(), compiled()];
    const [made] = graphs[0].keep(array());
    held.add(made);
    graphs[0].dispose();
    expect(heldInSessions()).toBe(0);
    expect(await made.read()).toEqual(doubled);
    for (const graph of graphs.slice(1)) expect(await graph.run(made)).toEqual([doubled.map((value) => 2 * value)]);
    expect(heldInSessions()).toBe(2);
    graphs[1].dispose();
    expect(heldInSessions()).toBe(1);
    graphs[2].dispose();
    expect(heldInSessions()).toBe(0);
    expect(await made.read()).toEqual(doubled);
  });

  it('leave sessions that have not used them for long', async () => {
    const [once, often] = [compiled(), compiled()];
    const values = stored();
    await once.run(values);
    await often.run(values);
    expect(heldInSessions()).toBe(2);
    const manyTimes = async () => {
      for (let use = 0; use < 300; use++) await often.run(values);
    };
    await manyTimes();
    expect(heldInSessions()).toBe(1);
    // What is asked for once in a while does not come and go each time.
    expect(await once.run(values)).toEqual([doubled]);
    await manyTimes();
    expect(heldInSessions()).toBe(2);
  });

  it('lie once for functions that are compiled together, each of which runs until it is disposed of', async () => {
    const square: TensorFunction = (x) => [ops.mul(x, x), x];
    const inputs = [real(4)];
    const [first, second] = backend.compileTogether([
      { fn: twice, inputs },
      { fn: square, inputs: [real(4)] },
    ]);
    const values = stored();
    const kept = [first, second].flatMap((graph) => graph.keep(values));
    kept.forEach((one) => held.add(one));
    expect(heldInSessions()).toBe(4);
    expect(heldByLibrary().sessions).toBe(before.sessions + 1);
    for (const _ of [1, 2]) first.dispose();
    const separately = compiled(square);
    expect(await second.run(values)).toEqual(await separately.run(array()));
    expect(await Promise.all(kept.map((one) => one.read()))).toEqual([doubled, ...(await separately.run(array()))]);
    second.dispose();
    expect(heldByLibrary().sessions).toBe(before.sessions + 1);
  });

  it('of whole numbers move as well', async () => {
    const gather: TensorFunction = (x, i) => [ops.gather(x, i as never)];
    const graphs = [1, 2].map(() => held.add(backend.compile(gather, [real(4), int32(2)])));
    const indices = held.add(backend.store(Int32Array.of(3, 0), [2]));
    const expected = array();
    for (const graph of [...graphs, ...graphs])
      expect((await graph.run(array(), indices))[0]).toEqual(expected.slice(0, 2).map((_, i) => expected[i ? 0 : 3]));
  });

  it('that were disposed of are refused, as inputs and where they were fixed', async () => {
    const graph = compiled();
    const values = stored();
    await graph.run(values);
    values.dispose();
    await expect(graph.run(values)).rejects.toThrow('input 0 of a compiled function was disposed of before the run');
    const family = held.add(backend.linearize((a, v) => [ops.mul(ops.add(a, ops.exp(a)), v)], [real(4)], [real(4)]));
    const added = held.add(backend.linearize((a, v) => [ops.add(a, v)], [real(4)], [real(4)]));
    const point = stored();
    const [fixed, itself] = [family, added].map((one) => held.add(one.at(point)));
    point.dispose();
    // What was saved of it is there as long as it is wanted; the point itself is not.
    expect((await fixed.run(array()))[0][0]).toBeCloseTo(1 + Math.E, 6);
    await expect(itself.run(array())).rejects.toThrow('stored values were disposed of before the run');
    family.dispose();
    await expect(fixed.run(array())).rejects.toThrow();
  });

  it('of the other kind of back end are refused', async () => {
    const graph = compiled();
    for (const other of [single, double, cpu]) {
      const values = held.add(other.store(Float32Array.from(VALUES), [4]));
      await expect(graph.run(values)).rejects.toThrow('is stored on ');
    }
    const elsewhere = held.add((backend.precision === 'float32' ? single : double).compile(twice, [real(4)]));
    await expect(elsewhere.run(stored())).rejects.toThrow(', in its sessions, but the function runs on ');
  });

  it('keep the shapes of outputs of functions that were recorded on examples', async () => {
    const graph = held.add(backend.compile((x) => [ops.exp(x), ops.sum(x)], [real(2, 3)], [real(1, 1)]));
    const kept = graph.keep(new Float32Array(6));
    kept.forEach((one) => held.add(one));
    expect(kept.map(({ shape }) => shape)).toEqual([[2, 3], []]);
    expect((await kept[0].read()).length).toBe(6);
  });
});
