/**
 * Runs recordings: what needs no input once, what needs static inputs alone whenever these are fixed, the rest every time.
 * A function without static inputs is compiled in the same way.
 */
import { type Disposables, openTogether } from '../../disposables.ts';
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
import { record, type Recording, type Value } from './record.ts';
import { type Stage, type Stages, stagesOf } from './stages.ts';
import { KEEPER, StoredBuffer } from './stored.ts';

/** The part of the fastest call so far for which nobody asks whether the next has ended. */
const PATIENCE = 0.7;

/** Where values that do not change between calls lie. */
type Places = ReadonlyMap<Value, GPUBuffer>;

/** What all calls of a recording share. */
interface Shared {
  readonly library: WebgpuLibrary;
  readonly buffers: Buffers;
  readonly recording: Recording;
  readonly stages: Stages;
  readonly groups: Groups;
  readonly always: Places;
  /** Slots of the stages that are run again. */
  readonly fixed: readonly GPUBuffer[];
  readonly each: readonly GPUBuffer[];
  /** The buffer for numbers that are brought with a call as this dynamic input. */
  brought(index: number): GPUBuffer;
}

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. */
export function linearizeOnGpu(
  library: WebgpuLibrary,
  buffers: Buffers,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const recording = record(library, fn, [...statics, ...dynamics]);
  const stages = stagesOf(recording, statics.length);
  return openTogether((held) => {
    const { once, fixed, each } = stages;
    const groups = held.add(new Groups(library.gpu, [once, fixed, each], recording.sizes));
    const always = new Map<Value, GPUBuffer>();
    for (const [value, numbers] of recording.constants)
      if (groups.used.has(value) || recording.outputs.includes(value))
        always.set(value, buffers.own(held, buffers.hold(numbers)));
    makePlaces(buffers, held, recording, once, always);
    const passing = buffers.lend(once.slots);
    submit(library, groups, once, always, passing.buffers);
    passing.dispose();

    const brought = new Map<number, GPUBuffer>();
    const shared: Shared = {
      library,
      buffers,
      recording,
      stages,
      groups,
      always,
      fixed: held.add(buffers.lend(fixed.slots)).buffers,
      each: held.add(buffers.lend(each.slots)).buffers,
      brought(index) {
        const known = brought.get(index) ?? buffers.own(held, buffers.create(sizeOf(dynamics[index].shape)));
        brought.set(index, known);
        return known;
      },
    };
    return {
      at(...given) {
        checkInputs(statics, given, KEEPER);
        library.gpu.check();
        return fixedAt(shared, given, dynamics);
      },
      dispose: () => held.dispose(),
    };
  });
}

/** Fixes the static inputs. */
function fixedAt(shared: Shared, given: readonly Stored[], dynamics: readonly Spec[]): Linearized {
  const { library, buffers, recording, groups } = shared;
  const { fixed, each } = shared.stages;
  const { inputs, outputs, shapes, sizes } = recording;
  const { gpu } = library;
  return openTogether((held) => {
    const saved = new Map(shared.always);
    given.forEach((stored, index) => saved.set(inputs[index], (stored as StoredBuffer).buffer));
    makePlaces(buffers, held, recording, fixed, saved);
    submit(library, groups, fixed, saved, shared.fixed);
    const bound: Bound = new Map();
    let open = true;
    /** Milliseconds of the fastest call so far. */
    let shortest = 0;

    /** The commands of a call, and where its outputs will be. */
    function start(call: readonly Input[]) {
      if (!open) throw new RangeError('a function was disposed of before the run');
      checkInputs(dynamics, call, KEEPER);
      gpu.check();
      const taken = new Map<Value, GPUBuffer>();
      call.forEach((input, index) => taken.set(inputs[given.length + index], bring(input, index)));
      const bufferOf = (value: Value) => taken.get(value) ?? saved.get(value) ?? shared.each[each.slotOf.get(value)!];
      const encoder = gpu.device.createCommandEncoder();
      encode(encoder, each, groups, bound, bufferOf);
      return { encoder, results: outputs.map((value) => ({ buffer: bufferOf(value), numbers: sizes[value] })) };
    }

    function bring(input: Input, index: number): GPUBuffer {
      if (!ArrayBuffer.isView(input)) return (input as StoredBuffer).buffer;
      const buffer = shared.brought(index);
      // In the order of the calls: a call before this one still finds its own numbers there.
      buffers.write(buffer, input);
      return buffer;
    }

    return {
      bytes: fixed.kept.reduce((sum, value) => sum + 4 * sizes[value], 0),
      async run(...call) {
        const { encoder, results } = start(call);
        const begun = performance.now();
        const values = await buffers.read(results, encoder, PATIENCE * shortest);
        shortest = Math.min(shortest || Infinity, performance.now() - begun);
        return values;
      },
      keep: (...call) =>
        openTogether((kept) => {
          const { encoder, results } = start(call);
          const copies = results.map(({ buffer, numbers }, index) => {
            const copy = buffers.create(numbers);
            encoder.copyBufferToBuffer(buffer, 0, copy, 0, 4 * numbers);
            return kept.add(new StoredBuffer(buffers, copy, shapes[index], 'real'));
          });
          gpu.device.queue.submit([encoder.finish()]);
          return copies;
        }),
      dispose() {
        open = false;
        held.dispose();
      },
    };
  });
}

/** Makes buffers for what a stage keeps. */
function makePlaces(
  buffers: Buffers,
  held: Disposables,
  { sizes }: Recording,
  { kept }: Stage,
  places: Map<Value, GPUBuffer>,
): void {
  for (const value of kept) places.set(value, buffers.own(held, buffers.create(sizes[value])));
}

function submit(
  { gpu: { device } }: WebgpuLibrary,
  groups: Groups,
  stage: Stage,
  places: Places,
  slots: readonly GPUBuffer[],
) {
  if (stage.steps.length === 0) return;
  const encoder = device.createCommandEncoder();
  encode(encoder, stage, groups, new Map(), (value) => places.get(value) ?? slots[stage.slotOf.get(value)!]);
  device.queue.submit([encoder.finish()]);
}

/** Compiles `fn` for inputs of fixed shapes. */
export function compileOnGpu(
  library: WebgpuLibrary,
  buffers: Buffers,
  fn: TensorFunction,
  inputs: readonly Spec[],
): Compiled {
  return openTogether((held) => {
    const { run, keep } = held.add(held.add(linearizeOnGpu(library, buffers, fn, [], inputs)).at());
    return { run, keep, dispose: () => held.dispose() };
  });
}
