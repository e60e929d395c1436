/** Growing a Krylov space until it holds all wanted pairs, or is complete; every step is a place to go on from. */
import type { KrylovSpace, RitzPairs } from './krylov.ts';
import { stepsAtFirst } from './memory.ts';
import { AT_THE_END } from '../store/checkpoint.ts';
import type { SpaceLog } from './space-log.ts';

/** What is searched for, and what a search is told. */
export interface SearchPlan {
  readonly wanted: number;
  /** Residual to reach, in units of the largest |λ|. */
  readonly tolerance: number;
  /** Throws where the next step does not fit into memory. */
  readonly makeSureOfMemory: (steps: number) => void;
  readonly tell: (
    stage: 'growing' | 'checking',
    iteration: number,
    expected: number,
    converged: number,
  ) => Promise<void>;
}

/** Where a search stands between two steps. Plain numbers, so that it can be stored beside the space. */
export interface SearchState {
  readonly lookAt: number;
  readonly converged: number;
  /** The look into the complement that is under way. */
  readonly probe: Probe | null;
  readonly done: boolean;
}

/** A second Lanczos in the orthogonal complement of a converged space. */
interface Probe {
  /** Dimension of the space that is looked beside. */
  readonly before: number;
  readonly expected: number;
  /** Eigenvalues above it would have been missed. */
  readonly level: number;
  readonly goal: number;
  /** The smallest Ritz value of the space. */
  readonly smallest: number;
}

export const SEARCH_BEGINS: SearchState = { lookAt: 1, converged: 0, probe: null, done: false };

/** Growing stops at this part of the tolerance: the recomputed residual holds the products' rounding as well. */
const STOP = 0.5;
/** Between two looks at the Ritz pairs the space grows by this part of its dimension. */
const LOOK_EVERY = 1 / 32;
/** Chance of overlooking a missing copy of an eigenvalue. */
const OVERSIGHT = 0.01;

/**
 * Goes on with a search to its end.
 *
 * @param log saved whenever it is due
 */
export async function search(
  space: KrylovSpace,
  plan: SearchPlan,
  from: SearchState = SEARCH_BEGINS,
  log: SpaceLog | null = null,
): Promise<void> {
  const { wanted, tell, makeSureOfMemory } = plan;
  const expectedAtFirst = stepsAtFirst(wanted, space.size);
  let state = from;
  while (!state.done) {
    if (space.count >= expectedAtFirst) makeSureOfMemory(space.count + 1);
    await space.step();
    const { probe } = state;
    state = probe ? await afterProbing(space, probe, state) : afterGrowing(space, plan, state);
    if (log?.isDue(state.done ? AT_THE_END : 1)) log.save(space.state, state);
    if (probe) {
      const done = space.count - probe.before;
      await tell('checking', done, Math.max(done, probe.expected), state.converged);
    } else
      await tell(
        'growing',
        space.count,
        expectedSteps(space.count, state.converged, wanted, space.size),
        state.converged,
      );
  }
}

/** Looks at the pairs where it is time, and begins to look beside the space where all are there. */
function afterGrowing(space: KrylovSpace, { wanted, tolerance }: SearchPlan, state: SearchState): SearchState {
  const { size, isComplete } = space;
  let { lookAt, converged } = state;
  if (space.count >= lookAt || isComplete) {
    lookAt = space.count + Math.max(1, Math.floor(space.count * (wanted === size ? 4 : 1) * LOOK_EVERY));
    const pairs = space.ritz();
    const goal = STOP * tolerance * largestMagnitude(pairs);
    converged = leadingConverged(pairs, wanted, goal);
    if (converged === wanted && wanted < size && !isComplete) {
      const level = pairs.values[wanted - 1] + 2 * goal;
      const smallest = pairs.values[pairs.values.length - 1];
      const above = lookAbove(space, { level, goal, smallest });
      if (above === 'nothing') return { lookAt, converged, probe: null, done: true };
      if (above === 'something') {
        const { dimensionLeft, count } = space;
        const expected = Math.min(stepsToExclude(1 / 2, dimensionLeft), dimensionLeft);
        space.startPart();
        return { lookAt, converged, probe: { before: count, expected, level, goal, smallest }, done: false };
      }
    }
  }
  return { lookAt, converged, probe: null, done: isComplete };
}

/** What a step beside the space has shown; in the end the space is as it was before, or holds its converged pairs only. */
async function afterProbing(space: KrylovSpace, probe: Probe, state: SearchState): Promise<SearchState> {
  const found = lookAbove(space, probe);
  if (found === 'unknown') return state;
  await space.dropPart();
  if (found === 'nothing') return { ...state, probe: null, done: true };
  await space.keepConverged(probe.goal);
  return { ...state, lookAt: space.count + 1, probe: null, done: space.isComplete };
}

/**
 * Whether the complement in which the growing part started holds an eigenvalue above a level. Nothing: its largest Ritz value has converged
 * below, or is so far below that after m steps from a random vector in D dimensions an eigenvalue λ at the level would have shown:
 * P(λ − θ > ε(λ − λ_min)) ≤ 1.648 √D exp(−√ε(2m−1)).
 */
function lookAbove(
  space: KrylovSpace,
  { level, goal, smallest: smallestOfSpace }: Pick<Probe, 'level' | 'goal' | 'smallest'>,
): 'nothing' | 'something' | 'unknown' {
  const part = space.ritz(space.partStart);
  const top = part.values[0];
  if (top > level) return 'something';
  if (part.residuals[0] <= goal || space.isInvariant || space.isComplete) return 'nothing';
  const steps = part.values.length;
  const epsilon = (logOversight(space.dimensionLeft + steps) / (2 * steps - 1)) ** 2;
  const smallest = Math.min(smallestOfSpace, part.values[steps - 1]);
  return epsilon < 1 && (top - epsilon * smallest) / (1 - epsilon) <= level ? 'nothing' : 'unknown';
}

/** √ε(2m−1) at which the chance of the bound above falls to {@link OVERSIGHT}. */
function logOversight(dimension: number): number {
  return Math.log((1.648 * Math.sqrt(dimension)) / OVERSIGHT);
}

/** Steps after which the bound above excludes what lies a fraction ε of the spectrum's width higher. */
function stepsToExclude(epsilon: number, dimension: number): number {
  return Math.ceil((logOversight(dimension) / Math.sqrt(epsilon) + 1) / 2);
}

function largestMagnitude({ values }: RitzPairs): number {
  return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
}

/** How many of the leading pairs are converged, up to the first that is not. */
function leadingConverged({ residuals }: RitzPairs, wanted: number, goal: number): number {
  const last = Math.min(wanted, residuals.length);
  for (let i = 0; i < last; i++) if (residuals[i] > goal) return i;
  return last;
}

/** A guess: four steps a pair at first, then the rate seen so far. */
function expectedSteps(count: number, converged: number, wanted: number, size: number): number {
  if (wanted === size) return size;
  if (converged === wanted) return count;
  const steps = converged < wanted / 8 ? stepsAtFirst(wanted, size) : (count * wanted) / converged;
  return Math.min(size, Math.max(count + 1, Math.ceil(steps)));
}
