/**
 * Where a run's time goes: sections (the stages, and what is around them), in each the pieces of work that it announces, and
 * in these the parts that are counted. Off unless started; then nothing is wrapped and nothing costs.
 *
 * One profile a process, like the one back end; seconds are those that pass on the wall, however many threads work.
 */
import type { Voice } from './context.ts';

/** Work that was done so many times. */
export interface PartProfile {
  readonly title: string;
  count: number;
  seconds: number;
}

/** A piece of work, as its progress is announced. */
export interface WorkProfile {
  readonly title: string;
  seconds: number;
  readonly parts: PartProfile[];
}

/** A stage, or what lies between stages. */
export interface SectionProfile {
  readonly name: string;
  seconds: number;
  /** Largest resident memory, where it was measured. */
  peakMemoryBytes: number | null;
  readonly works: WorkProfile[];
}

/** Section of what comes before the stages, or is opened in the midst of one: the program, data, model and back end. */
export const OPENING = 'data, model and back end';

/** Work that was not announced. */
const UNNAMED = 'besides';

/** A clock that runs in one piece of work of one section at a time. Whoever reads the sections calls `settle` first. */
export class Profile {
  readonly sections: SectionProfile[] = [];
  private section: SectionProfile;
  private work: WorkProfile;
  private since = performance.now();

  constructor(first: string) {
    this.section = this.sectionOf(first);
    this.work = this.workOf(UNNAMED);
  }

  /** Ends a section and begins another, or goes on with it. @param peakMemoryBytes of the one that ends */
  enter(name: string, peakMemoryBytes: number | null = null): void {
    this.settle();
    this.section.peakMemoryBytes = peakMemoryBytes ?? this.section.peakMemoryBytes;
    this.section = this.sectionOf(name);
    this.work = this.workOf(UNNAMED);
  }

  /** Work in a section of its own, after which the present one goes on where it was. */
  async within<T>(name: string, work: () => Promise<T>): Promise<T> {
    const { section, work: interrupted } = this;
    this.enter(name);
    try {
      return await work();
    } finally {
      this.settle();
      this.section = section;
      this.work = interrupted;
    }
  }

  /** Ends a piece of work and begins another, or goes on with it. */
  begin(title: string): void {
    this.settle();
    this.work = this.workOf(title);
  }

  /** Adds to a part of the present work. */
  add(title: string, count: number, seconds: number): void {
    const part = added(this.work.parts, title, (fresh) => ({ title: fresh, count: 0, seconds: 0 }));
    part.count += count;
    part.seconds += seconds;
  }

  /** Brings the times up to now. */
  settle(): void {
    const now = performance.now();
    const seconds = (now - this.since) / 1000;
    this.since = now;
    this.section.seconds += seconds;
    this.work.seconds += seconds;
  }

  /** A voice that also tells the profile what begins. */
  listen(voice: Voice): Voice {
    return {
      begin: (title) => {
        this.begin(title);
        return voice.begin(title);
      },
      say: (text) => voice.say(text),
      warn: (text) => voice.warn(text),
    };
  }

  private sectionOf(name: string): SectionProfile {
    return added(this.sections, name, () => ({ name, seconds: 0, peakMemoryBytes: null, works: [] }));
  }

  private workOf(title: string): WorkProfile {
    return added(this.section.works, title, (fresh) => ({ title: fresh, seconds: 0, parts: [] }));
  }
}

/** The one of this name, made where there is none. */
function added<T extends { readonly name: string } | { readonly title: string }>(
  known: T[],
  name: string,
  make: (name: string) => T,
): T {
  const found = known.find((one) => ('name' in one ? one.name : one.title) === name);
  if (found) return found;
  const fresh = make(name);
  known.push(fresh);
  return fresh;
}

let active: Profile | null = null;

/** Starts the profile of this process. @param section what it begins with */
export function startProfile(section: string): Profile {
  active = new Profile(section);
  return active;
}

/** Tells the profile, where there is one, that another section begins. */
export function enterSection(name: string, peakMemoryBytes?: number): void {
  active?.enter(name, peakMemoryBytes);
}

/** Work that counts in a section of its own wherever it is done. */
export async function inSection<T>(name: string, work: () => Promise<T>): Promise<T> {
  return active ? await active.within(name, work) : await work();
}

/**
 * A tool one of whose methods counts as a part of the work; the tool itself where there is no profile. A promise counts
 * until it is settled.
 *
 * @param countOf how many times the work was done in one call; once unless said otherwise
 */
export function measured<Method extends string, Tool extends { [Key in Method]: (...args: never[]) => unknown }>(
  title: string,
  tool: Tool,
  method: Method,
  countOf: (result: Awaited<ReturnType<Tool[Method]>>) => number = () => 1,
): Tool {
  const profile = active;
  if (!profile) return tool;
  const timed = (...args: never[]): unknown => {
    const start = performance.now();
    const done = (result: unknown) => {
      profile.add(title, countOf(result as never), (performance.now() - start) / 1000);
      return result;
    };
    const result = tool[method](...args);
    return result instanceof Promise ? result.then(done) : done(result);
  };
  return Object.create(tool, { [method]: { value: timed } }) as Tool;
}

/** Work that counts as a part. */
export function measuredCall<T>(title: string, work: () => T): T {
  return measured(title, { work }, 'work').work();
}

/** What is given, step by step; the time each step takes to come counts as a part of the work. */
export async function* measuredSteps<T>(title: string, steps: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    for (;;) {
      const start = performance.now();
      const { done, value } = await steps.next();
      if (done) return;
      active?.add(title, 1, (performance.now() - start) / 1000);
      yield value;
    }
  } finally {
    await steps.return(undefined);
  }
}
