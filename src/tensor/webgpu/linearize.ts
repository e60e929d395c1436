/**
 * Runs recordings: what needs no input once, what needs static inputs alone whenever these are fixed, the rest every time.
 * A function without static inputs is compiled in the same way.
 */
import { checkInputs } from '../inputs.ts';
import {
  type Compiled,
  type Input,
  type Linearizable,
  type Linearized,
  sizeOf,
  type Spec,
  type Stored,
  type TensorFunction,
} from '../types.ts';
import type { Buffers } from './buffers.ts';
import { type Bound, encode, Groups } from './encode.ts';
import type { WebgpuLibrary } from './library.ts';
import { record, type Value } from './record.ts';
import { stagesOf } from './stages.ts';
import { KEEPER, StoredBuffer } from './stored.ts';

/** The part of the fastest call so far for which nobody asks whether the next has ended. */
const PATIENCE = 0.7;

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. */
export function linearizeOnGpu(
  library: WebgpuLibrary,
  buffers: Buffers,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const { gpu } = library;
  const { device } = gpu;
  const recording = record(library, fn, [...statics, ...dynamics]);
  const { sizes, inputs, outputs, shapes, constants } = recording;
  const { once, fixed, each } = stagesOf(recording, statics.length);
  const groups = new Groups(gpu, [...once.steps, ...fixed.steps, ...each.steps], sizes);
  const dynamicInputs = inputs.slice(statics.length);
  const owned: GPUBuffer[] = [];
  const own = (buffer: GPUBuffer) => {
    owned.push(buffer);
    return buffer;
  };
  const used = new Set([...groups.used, ...outputs]);

  const always = new Map<Value, GPUBuffer>();
  for (const [value, numbers] of constants) if (used.has(value)) always.set(value, own(buffers.hold(numbers)));
  for (const value of once.kept) always.set(value, own(buffers.create(sizes[value])));
  const first = buffers.lend(once.slots);
  const opening = device.createCommandEncoder();
  encode(opening, once, groups, new Map(), (value) => always.get(value) ?? first.buffers[once.slotOf.get(value)!]);
  device.queue.submit([opening.finish()]);
  first.release();

  const forFixed = buffers.lend(fixed.slots);
  const forEach = buffers.lend(each.slots);
  // Where numbers that are brought with a call go.
  const brought = new Map<number, GPUBuffer>();
  const bytes = fixed.kept.reduce((sum, value) => sum + 4 * sizes[value], 0);

  function at(...given: Stored[]): Linearized {
    checkInputs(statics, given, KEEPER);
    gpu.check();
    const saved = new Map(always);
    given.forEach((stored, index) => saved.set(inputs[index], (stored as StoredBuffer).buffer));
    const edges = fixed.kept.map((value) => {
      const buffer = buffers.create(sizes[value]);
      saved.set(value, buffer);
      return buffer;
    });
    if (fixed.steps.length > 0) {
      const encoder = device.createCommandEncoder();
      encode(encoder, fixed, groups, new Map(), (value) => saved.get(value) ?? forFixed.buffers[fixed.slotOf.get(value)!]);
      device.queue.submit([encoder.finish()]);
    }
    const bound: Bound = new Map();
    /** Milliseconds of the fastest call so far. */
    let shortest = 0;
    let open = true;

    /** All steps of a call on their way; where its outputs will be. */
    function start(call: readonly Input[]) {
      if (!open) throw new RangeError('a linearised function was disposed of before the run');
      checkInputs(dynamics, call, KEEPER);
      gpu.check();
      const taken = new Map<Value, GPUBuffer>();
      call.forEach((input, index) => taken.set(dynamicInputs[index], bring(input, index)));
      const bufferOf = (value: Value) =>
        taken.get(value) ?? saved.get(value) ?? forEach.buffers[each.slotOf.get(value)!];
      const encoder = device.createCommandEncoder();
      encode(encoder, each, groups, bound, bufferOf);
      return { encoder, results: outputs.map((value) => ({ buffer: bufferOf(value), numbers: sizes[value] })) };
    }

    return {
      bytes,
      async run(...call) {
        const { encoder, results } = start(call);
        const begun = performance.now();
        const values = await buffers.read(results, encoder, PATIENCE * shortest);
        shortest = Math.min(shortest || Infinity, performance.now() - begun);
        return values;
      },
      keep(...call) {
        const { encoder, results } = start(call);
        const kept = results.map(({ buffer, numbers }, index) => {
          const copy = buffers.create(numbers);
          encoder.copyBufferToBuffer(buffer, 0, copy, 0, 4 * numbers);
          return new StoredBuffer(buffers, copy, shapes[index], 'real');
        });
        device.queue.submit([encoder.finish()]);
        return kept;
      },
      dispose() {
        if (open) for (const edge of edges) buffers.free(edge);
        open = false;
      },
    };
  }

  function bring(input: Input, index: number): GPUBuffer {
    if (!ArrayBuffer.isView(input)) return (input as StoredBuffer).buffer;
    let buffer = brought.get(index);
    if (!buffer) {
      buffer = own(buffers.create(sizeOf(dynamics[index].shape)));
      brought.set(index, buffer);
    }
    buffers.write(buffer, input);
    return buffer;
  }

  let open = true;
  return {
    at,
    dispose() {
      if (!open) return;
      open = false;
      for (const buffer of owned) buffers.free(buffer);
      groups.dispose();
      forFixed.release();
      forEach.release();
    },
  };
}

/** Compiles `fn` for inputs of fixed shapes. */
export function compileOnGpu(
  library: WebgpuLibrary,
  buffers: Buffers,
  fn: TensorFunction,
  inputs: readonly Spec[],
): Compiled {
  const graph = linearizeOnGpu(library, buffers, fn, [], inputs);
  const whole = graph.at();
  return {
    run: (...given) => whole.run(...given),
    keep: (...given) => whole.keep(...given),
    dispose() {
      whole.dispose();
      graph.dispose();
    },
  };
}
