/** Things that hold memory or files and have to be let go, on every way out. Depends on nothing. */

/** What frees something when it is disposed of. */
export interface Disposable {
  dispose(): void;
}

/** Things that are disposed of together, the last one first. */
export class Disposables implements Disposable {
  private readonly held: Disposable[] = [];

  /** Takes a thing over. @returns the thing */
  add<T extends Disposable>(thing: T): T {
    this.held.push(thing);
    return thing;
  }

  /** A second call does nothing. */
  dispose(): void {
    for (let thing = this.held.pop(); thing; thing = this.held.pop()) thing.dispose();
  }
}

/**
 * Opens something that is made of several things.
 *
 * @param open adds the things as it opens them; what it returns disposes of them. Where it throws they are disposed of here
 */
export function openTogether<T>(open: (held: Disposables) => T): T {
  const held = new Disposables();
  try {
    return open(held);
  } catch (error) {
    held.dispose();
    throw error;
  }
}
