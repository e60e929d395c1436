/**
 * When the steps of a recording are run: once for all, when static inputs are fixed, or every time; and where their
 * results lie. Buffers are used again as soon as what they held is not needed any more.
 */
import type { Recording, Step, Value } from './record.ts';

/** Steps that are run together. */
export interface Stage {
  readonly steps: readonly Step[];
  /** Results that later stages, or the caller, need; they get buffers of their own. */
  readonly kept: readonly Value[];
  /** Numbers that the buffers for all other results have room for. */
  readonly slots: readonly number[];
  /** The buffer of a result that is not kept. */
  readonly slotOf: ReadonlyMap<Value, number>;
}

/** A recording in three stages; `each` keeps nothing: its outputs lie in slots of their own, which nothing overwrites. */
export interface Stages {
  readonly once: Stage;
  readonly fixed: Stage;
  readonly each: Stage;
}

const ONCE = 0;
const FIXED = 1;
const EACH = 2;

/** @param statics how many of the first inputs are fixed */
export function stagesOf(recording: Recording, statics: number): Stages {
  const { inputs, outputs } = recording;
  const steps = alive(recording);
  const level = new Map<Value, number>();
  inputs.forEach((value, index) => level.set(value, index < statics ? FIXED : EACH));
  // What needs no input at all is cheaper to fill again than to keep.
  const filled = new Map<Value, Step>();
  for (const step of steps)
    if (step.inputs.length === 0) filled.set(step.output, step);
    else level.set(step.output, Math.max(ONCE, ...step.inputs.map((value) => level.get(value) ?? ONCE)));

  const stepsOf = (stage: number): Step[] => {
    const written = new Set<Value>();
    return steps.flatMap((step) => {
      if (level.get(step.output) !== stage) return [];
      const before = step.inputs.filter((value) => filled.has(value) && !written.has(value));
      for (const value of before) written.add(value);
      return [...[...new Set(before)].map((value) => filled.get(value)!), step];
    });
  };
  const [once, fixed, each] = [stepsOf(ONCE), stepsOf(FIXED), stepsOf(EACH)];
  // An output may be nothing but a fill.
  const bare = outputs.filter((value) => filled.has(value) && !each.some(({ output }) => output === value));
  each.push(...[...new Set(bare)].map((value) => filled.get(value)!));
  const needed = (...later: (readonly Step[])[]) =>
    new Set([...later.flat().flatMap((step) => step.inputs), ...outputs]);
  const keptBy = (own: readonly Step[], after: ReadonlySet<Value>) =>
    own.map(({ output }) => output).filter((value) => after.has(value) && !filled.has(value));
  return {
    once: placed(recording, once, keptBy(once, needed(fixed, each)), []),
    fixed: placed(recording, fixed, keptBy(fixed, needed(each)), []),
    each: placed(recording, each, [], outputs),
  };
}

/** The steps that the outputs need. */
function alive({ steps, outputs }: Recording): Step[] {
  const needed = new Set(outputs);
  return steps
    .toReversed()
    .filter(({ inputs, output }) => {
      if (!needed.has(output)) return false;
      for (const value of inputs) needed.add(value);
      return true;
    })
    .toReversed();
}

/**
 * Gives each result a slot: the smallest free one that has room, else the largest, which is made larger.
 *
 * @param last results that are read after the last step
 */
function placed({ sizes }: Recording, steps: readonly Step[], kept: readonly Value[], last: readonly Value[]): Stage {
  const lastUse = new Map<Value, number>();
  steps.forEach(({ inputs, output }, index) => {
    for (const value of [...inputs, output]) lastUse.set(value, index);
  });
  for (const value of last) lastUse.set(value, Infinity);
  const own = new Set(kept);
  const slots: number[] = [];
  const slotOf = new Map<Value, number>();
  const free = new Set<number>();
  steps.forEach(({ inputs, output }, index) => {
    if (!own.has(output)) {
      const slot = choose(free, slots, sizes[output]);
      slots[slot] = Math.max(slots[slot] ?? 0, sizes[output]);
      free.delete(slot);
      slotOf.set(output, slot);
    }
    for (const value of new Set([...inputs, output]))
      if (lastUse.get(value) === index && slotOf.has(value)) free.add(slotOf.get(value)!);
  });
  return { steps, kept, slots, slotOf };
}

function choose(free: ReadonlySet<number>, slots: readonly number[], size: number): number {
  let best: number | undefined;
  for (const slot of free) {
    const better =
      best === undefined ||
      (slots[slot] >= size
        ? slots[best] < size || slots[slot] < slots[best]
        : slots[best] < size && slots[slot] > slots[best]);
    if (better) best = slot;
  }
  return best ?? slots.length;
}
