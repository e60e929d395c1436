/** A session that keeps values: graphs that find their inputs in its stages and leave their outputs there. */
import { ownMemory } from '../stored.ts';
import { loadGraph, type LoadedGraph, type NativeTensor, type NodeSpec, TYPE } from '../graph.ts';
import type { NodeLibrary } from '../library.ts';
import type { Precision, Spec } from '../types.ts';
import { bringBits } from './crossing.ts';
import {
  broughtNodes,
  countNodes,
  dropNodes,
  keyOf,
  type Stage,
  stagedNodes,
  stagesAt,
  type ValueNodes,
  whenDone,
} from './stages.ts';

/** What a session computes with: the library, a precision, and the device on which its stages are. */
export interface Place {
  readonly library: NodeLibrary;
  readonly precision: Precision;
  readonly device: string;
}

/** A port and the tensor that a run feeds to it. */
export type Feed = readonly [port: string, tensor: number];

/** Values that lie in a session, and may have to leave it. */
export interface Resident {
  /** The session is being closed. Must not throw. */
  moveOut(session: StageSession): void;
}

const sessions = new Set<StageSession>();

/** Values in the stages of all sessions: the tests see to it that none leak. */
export const heldInSessions = (): number => [...sessions].reduce((sum, session) => sum + session.count(), 0);

/**
 * Nodes as a session with stages. A number that is asked for and not there would be waited for, for ever: none is fed that
 * has not come from here, and who has one gives it back by `drop`.
 */
export class StageSession {
  /** Told before the session is closed. */
  readonly residents = new Set<Resident>();
  private readonly place: Place;
  private readonly graph: LoadedGraph;
  private readonly stages: readonly Stage[];
  private readonly brought: Readonly<Record<Spec['dtype'], ValueNodes>>;
  private readonly read: Readonly<Record<Spec['dtype'], ValueNodes>>;
  /** See `feedsOf`. */
  private readonly standIns = new Map<Spec['dtype'], number>();
  private last = 0;
  private open = true;

  /** @param more stages beside those of stored values */
  constructor(place: Place, nodes: readonly NodeSpec[], more: readonly Stage[] = []) {
    const { library, precision, device } = place;
    const { real, int32 } = stagesAt(precision);
    this.place = place;
    this.stages = [real, int32, ...more];
    this.brought = { real: broughtNodes('put_real', real, device), int32: broughtNodes('put_int32', int32, device) };
    this.read = { real: stagedNodes('read_real', real, device), int32: stagedNodes('read_int32', int32, device) };
    this.graph = loadGraph(library, [
      ...nodes,
      ...[this.brought, this.read].flatMap((both) => [...both.real.nodes, ...both.int32.nodes]),
      ...['put_real', 'put_int32'].map((name) => whenDone(`${name}_done`, [name])),
      ...this.stages.flatMap((stage) => [
        ...dropNodes(`drop_${stage.name}`, stage, device),
        whenDone(`drop_${stage.name}_done`, [`drop_${stage.name}`]),
        ...countNodes(`count_${stage.name}`, stage, device),
      ]),
    ]);
    sessions.add(this);
  }

  /** A number that no value has yet, as a tensor: int64 by its bits. */
  private newKey(): number {
    // Of its own memory: the map holds on to it, and lets it go on a thread of TensorFlow's.
    const words = ownMemory(Int32Array.of(++this.last, 0), this.place.precision) as Int32Array;
    return this.place.library.binding.createTensor([2], TYPE.int32, words);
  }

  /** Runs what the fetched ports need. Whoever gets the tensors must delete them. */
  run(feeds: readonly Feed[], fetches: readonly string[]): NativeTensor[] {
    const tensors = feeds.map(([, tensor]) => tensor);
    return this.graph.run(tensors, feeds.map(([name]) => name).join(), fetches.join());
  }

  /**
   * Runs what puts values under new numbers.
   *
   * @param puts names of the nodes that put them there
   * @param fetches int32 outputs that come after these
   * @returns the numbers, as tensors, and what was fetched
   */
  put(
    feeds: readonly Feed[],
    puts: readonly string[],
    fetches: readonly string[],
  ): { keys: number[]; told: Int32Array[] } {
    const keys: number[] = [];
    try {
      puts.forEach(() => keys.push(this.newKey()));
      const numbered = puts.map((name, i): Feed => [keyOf(name), keys[i]]);
      return { keys, told: this.ask([...feeds, ...numbered], fetches) };
    } catch (error) {
      for (const key of keys) this.place.library.binding.deleteTensor(key);
      throw error;
    }
  }

  /** Puts a tensor, which may then be deleted, under a new number. */
  bring(dtype: Spec['dtype'], tensor: number): number {
    const name = `put_${dtype}`;
    return this.put([[this.brought[dtype].value, tensor]], [name], [`${name}_done:0`]).keys[0];
  }

  /**
   * What feeds a tensor in the place of a value that lies here. TensorFlow may have something wait for the look at the value
   * (its optimiser adds such edges) though nobody takes it any more: there must be something to look at.
   */
  feedsOf(dtype: Spec['dtype'], { key, value }: ValueNodes, tensor: number): Feed[] {
    const standIn = this.standIns.get(dtype) ?? this.bringStandIn(dtype);
    return [
      [value, tensor],
      [key, standIn],
    ];
  }

  /** The value of a number, a tensor of the library. */
  fetch(dtype: Spec['dtype'], key: number): NativeTensor {
    const { key: at, value } = this.read[dtype];
    return this.run([[at, key]], [value])[0];
  }

  /**
   * Lets go what is under a number, and the number. What the device refuses to let go is gone with the graph. A run of its
   * own, of few ops: for every number of things that are let go at once TensorFlow would make an executor, which takes far
   * longer.
   */
  drop(stage: string, key: number): void {
    const name = `drop_${stage}`;
    try {
      if (this.open) this.ask([[keyOf(name), key]], [`${name}_done:0`]);
    } catch {
      // Whoever lets things go has done with them, often because of an error, which this one must not hide.
    } finally {
      this.place.library.binding.deleteTensor(key);
    }
  }

  /** Numbers in use. */
  count(): number {
    const ops = this.stages.flatMap(({ name }) => [`count_${name}_MapSize:0`, `count_${name}_MapIncompleteSize:0`]);
    return this.ask([], ops).reduce((sum, [count]) => sum + count, -this.standIns.size);
  }

  /** Frees the graph and all that lies in it; values that lie nowhere else move out before. A second call does nothing. */
  close(): void {
    if (!this.open) return;
    // From here on nothing is dropped by itself: all that lies in the graph goes with it.
    this.open = false;
    sessions.delete(this);
    for (const resident of [...this.residents]) resident.moveOut(this);
    for (const [dtype, key] of this.standIns) this.drop(dtype, key);
    this.standIns.clear();
    this.graph.close();
  }

  private bringStandIn(dtype: Spec['dtype']): number {
    const { library, precision } = this.place;
    const zero = dtype === 'int32' ? Int32Array.of(0) : Float32Array.of(0);
    const tensor = bringBits(library, ownMemory(zero, precision), [], precision);
    try {
      const key = this.bring(dtype, tensor);
      this.standIns.set(dtype, key);
      return key;
    } finally {
      library.binding.deleteTensor(tensor);
    }
  }

  /** Runs for whole numbers. */
  private ask(feeds: readonly Feed[], fetches: readonly string[]): Int32Array[] {
    const { binding } = this.place.library;
    return this.run(feeds, fetches).map(({ id }) => {
      const numbers = binding.tensorDataSync(id) as Int32Array;
      binding.deleteTensor(id);
      return numbers;
    });
  }
}
