/**
 * The library fails at any of its calls, once or from then on: nothing stays held, graphs can be closed, and work goes on or
 * fails in a sentence. Channel: the library's own count of tensors and sessions.
 */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { Disposables } from '../../../src/disposables.ts';
import { heldByLibrary, openBackend } from '../../../src/tensor/backend.ts';
import type { Binding } from '../../../src/tensor/library.ts';
import { setTensorFlow } from '../../../src/tensor/tensorflow-settings.ts';
import { real, type Stored } from '../../../src/tensor/types.ts';

const FAILURE = 'the library failed';
const none = () => false;
let calls = 0;
let fails: (call: number) => boolean = none;

function guarded<Args extends unknown[], Result>(work: (...args: Args) => Result) {
  return {
    value: (...args: Args): Result => {
      if (fails(++calls)) throw new Error(FAILURE);
      return work(...args);
    },
  };
}

setTensorFlow(1);
const tf = createRequire(import.meta.url)('@tensorflow/tfjs-node') as { backend(): { binding: Binding } };
const { binding } = tf.backend();
// Its own methods cannot be written over.
tf.backend().binding = Object.create(binding, {
  createTensor: guarded<Parameters<Binding['createTensor']>, number>((...given) => binding.createTensor(...given)),
  runSavedModel: guarded<Parameters<Binding['runSavedModel']>, ReturnType<Binding['runSavedModel']>>((...given) =>
    binding.runSavedModel(...given),
  ),
}) as Binding;

const VALUES = [1, -2, 0.5, 3];
const SPEC = real(VALUES.length);
const doubled = VALUES.map((value) => 2 * value);
const LOST = `stored values could not be read before their graph was closed (${FAILURE}): resume the run`;

it.each([
  ['float32', 'once'],
  ['float32', 'from then on'],
  ['float64', 'once'],
  ['float64', 'from then on'],
] as const)('at %s, where any call fails %s, nothing is left', async (precision, when) => {
  const backend = openBackend({ name: 'tensorflow', precision, threads: 1, stateInSession: true });
  const { ops } = backend;
  const array = () => (precision === 'float32' ? Float32Array.from(VALUES) : Float64Array.from(VALUES));
  const before = heldByLibrary();
  let [thrown, passed, lost] = [0, 0, 0];
  for (let failing = 1; ; failing++) {
    fails = none;
    const held = new Disposables();
    const twice = held.add(backend.compile((x) => [ops.add(x, x)], [SPEC]));
    const [short, square] = backend.compileTogether([
      { fn: (x) => [ops.neg(x)], inputs: [SPEC] },
      { fn: (x) => [ops.square(x)], inputs: [SPEC] },
    ]);
    for (const graph of [short, square]) held.add(graph);
    const family = held.add(backend.linearize((x, v) => [ops.mul(ops.exp(x), v)], [SPEC], [SPEC]));
    const kept = (...those: Stored[]) => those.map((one) => held.add(one));
    let made: Stored | undefined;

    calls = 0;
    fails = (call) => (when === 'once' ? call === failing : call >= failing);
    try {
      const [x] = kept(backend.store(array(), SPEC.shape));
      [made] = kept(...twice.keep(x));
      // In the place of a value that lies there.
      await twice.run(array());
      await square.run(made);
      const fixed = held.add(family.at(x));
      const [along] = kept(...fixed.keep(made));
      // The graph that has made them is no longer there.
      twice.dispose();
      await made.read();
      fixed.dispose();
      along.dispose();
      const [again] = kept(...short.keep(made));
      for (const graph of [short, square, family]) graph.dispose();
      expect([...(await again.read())]).toEqual(doubled.map((value) => -value));
      passed++;
    } catch (error) {
      expect([FAILURE, LOST]).toContain((error as Error).message);
      thrown++;
      if ((error as Error).message === LOST) lost++;
    }
    const isDone = calls < failing;
    if (when === 'once') {
      fails = none;
      // Other work is none the worse, nor are values that were made before.
      const other = held.add(backend.compile((x) => [ops.add(x, x)], [SPEC]));
      expect((await other.run(array())).map((one) => [...one])).toEqual([doubled]);
      const values = made?.read().then((read) => [...read]);
      expect([undefined, LOST, String(doubled)]).toContain(
        await values?.then(String, (error: unknown) => (error as Error).message),
      );
    }
    held.dispose();
    expect(heldByLibrary(), `call ${failing} fails`).toEqual(before);
    if (isDone) break;
  }
  expect(thrown).toBeGreaterThan(20);
  // What could not be let go does not stop anybody; what could not be taken out is missed by whoever asks for it.
  expect(passed).toBeGreaterThan(when === 'once' ? 4 : 0);
  expect(lost).toBeGreaterThan(0);
});
