/** Values that lie in the sessions whose graphs use them. */
import { RunError } from '../../errors.ts';
import { keeperAt, ownMemory } from '../stored.ts';
import { refuseReading } from '../inputs.ts';
import { type Reals, type Shape, type Spec, type Stored } from '../types.ts';
import { bringBits, readBits } from './crossing.ts';
import type { Place, Resident, StageSession } from './session.ts';

/** A copy that so many uses in other sessions have passed by is let go: its memory is the device's. */
const STALE = 256;

/** How values in sessions name what holds them. */
export const sessionKeeper = ({ precision }: Pick<Place, 'precision'>) => `${keeperAt(precision)}, in its sessions`;

interface Copy {
  /** The number under which it lies, a tensor. */
  readonly key: number;
  /** At which use it was last used, */
  used: number;
  /** and how many uses elsewhere may pass by before it is let go. */
  readonly stale: number;
}

/** Values in sessions. Each session that uses them has a copy, brought when first asked for; they are one tensor until then. */
export class StagedValues implements Stored, Resident {
  readonly shape: Shape;
  readonly dtype: 'real' | 'int32';
  readonly keeper: string;
  disposed = false;
  private readonly place: Place;
  private readonly copies = new Map<StageSession, Copy>();
  /** Where no session has them: a tensor of the library. */
  private tensor: number | undefined;
  /** Why no session has them any more, nor the library. */
  private lost: string | undefined;
  private uses = 0;
  /** Sessions that had a copy until it was stale. One that asks again, as once an epoch, gets its copy for good. */
  private readonly left = new WeakSet<StageSession>();

  private constructor(place: Place, { shape, dtype }: Spec) {
    this.place = place;
    this.shape = shape;
    this.dtype = dtype;
    this.keeper = sessionKeeper(place);
  }

  /** Takes values over. @throws RangeError where they are not as many as the shape has */
  static of(place: Place, values: Reals | Int32Array, shape: Shape): StagedValues {
    const stored = new StagedValues(place, { shape, dtype: values instanceof Int32Array ? 'int32' : 'real' });
    stored.tensor = bringBits(place.library, ownMemory(values, place.precision), shape, place.precision);
    return stored;
  }

  /** What a session has put under a number, which the new object takes over. */
  static in(place: Place, session: StageSession, key: number, shape: Shape): StagedValues {
    const stored = new StagedValues(place, { shape, dtype: 'real' });
    stored.moveIn(session, key);
    return stored;
  }

  /** The values' number in a session, where they are brought unless they are there. @throws RangeError after `dispose` */
  keyIn(session: StageSession): number {
    if (this.disposed) throw new RangeError('stored values were disposed of before the run');
    const known = this.copies.get(session) ?? this.moveIn(session, this.broughtTo(session));
    known.used = ++this.uses;
    for (const [other, { used, stale }] of this.copies)
      if (this.uses - used > stale) {
        this.left.add(other);
        this.leave(other);
      }
    return known.key;
  }

  async read(): Promise<Reals> {
    refuseReading(this);
    return this.withTensor((tensor) => readBits(this.place.library, tensor, this.place.precision));
  }

  dispose(): void {
    for (const session of [...this.copies.keys()]) this.leave(session);
    this.deleteTensor();
    this.disposed = true;
  }

  moveOut(session: StageSession): void {
    try {
      if (this.copies.size === 1) this.tensor = session.fetch(this.dtype, this.copies.get(session)!.key).id;
    } catch (error) {
      this.lost = (error as Error).message.split('\n')[0];
    }
    this.leave(session);
  }

  private broughtTo(session: StageSession): number {
    const key = this.withTensor((tensor) => session.bring(this.dtype, tensor));
    this.deleteTensor();
    return key;
  }

  private moveIn(session: StageSession, key: number): Copy {
    const copy = { key, used: this.uses, stale: this.left.has(session) ? Infinity : STALE };
    this.copies.set(session, copy);
    session.residents.add(this);
    return copy;
  }

  private leave(session: StageSession): void {
    const { key } = this.copies.get(session)!;
    this.copies.delete(session);
    session.residents.delete(this);
    session.drop(this.dtype, key);
  }

  /** Works on the values as a tensor of the library, fetched from where they are. */
  private withTensor<T>(work: (tensor: number) => T): T {
    if (this.tensor !== undefined) return work(this.tensor);
    if (this.lost !== undefined)
      throw new RunError(
        `stored values could not be read before their graph was closed (${this.lost}): resume the run`,
      );
    const [[session, { key }]] = this.copies;
    const { id } = session.fetch(this.dtype, key);
    try {
      return work(id);
    } finally {
      this.place.library.binding.deleteTensor(id);
    }
  }

  private deleteTensor(): void {
    if (this.tensor !== undefined) this.place.library.binding.deleteTensor(this.tensor);
    this.tensor = undefined;
  }
}
