/** How much memory Hessian products may keep changes how long a run takes, and nothing else; what does not fit is refused. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { suggestMemory } from '../../../src/experiment/memory.ts';
import { runExperiment, runStage } from '../../../src/experiment/index.ts';
import { problemOf, scratchFolder } from '../../store/scratch.ts';
import { fingerprints, quiet, run, tiny } from './tiny.ts';

it('gives the same bytes with memory for everything, for a part, and for none', async () => {
  // They make two chunks, whose values take some megabytes each.
  const experiment = tiny({ data: { samples: 60_000 }, sgd: { batchSize: 6000 }, spectrum: { eigenpairs: 2 } });
  const scratch = scratchFolder();
  const all = join(scratch, 'all');
  await runExperiment(all, experiment, quiet, { until: 'spectrum' });
  for (const memoryBytes of [0, 2e6, 4e6]) {
    const other = join(scratch, `memory-${memoryBytes}`);
    await runExperiment(other, experiment, quiet, { until: 'spectrum', memoryBytes });
    expect(fingerprints(other)).toEqual(fingerprints(all));
  }
});

describe('memory that is not there', () => {
  afterEach(() => vi.restoreAllMocks());
  /** What the system says is available: one number after the other, the last one from then on. */
  function available(...bytes: number[]): void {
    const told = vi.spyOn(process, 'availableMemory').mockReturnValue(bytes.pop()!);
    for (const value of bytes) told.mockReturnValueOnce(value);
  }

  it('is refused to Hessian products before anything is done', async () => {
    const directory = join(scratchFolder(), 'run');
    available(2.345e9);
    const sentence =
      'exit 2: --memory is 2.35 GB, and 2.34 GB are available: ask for less, or leave it out for half of that';
    expect(await problemOf(() => runExperiment(directory, tiny(), quiet, { memoryBytes: 2.345e9 + 1 }))).toBe(sentence);
    expect(existsSync(directory)).toBe(false);
    expect(await problemOf(() => runStage(directory, 'report', quiet, { memoryBytes: 2.345e9 + 1 }))).toBe(sentence);
  });

  it('is refused to the spectrum before anything is written, and to what comes after it when that is called', async () => {
    const directory = join(scratchFolder(), 'run');
    available(1000);
    const all = () => runExperiment(directory, tiny(), quiet);
    expect(await problemOf(all)).toBe(
      'exit 2: 19 eigenpairs of 19 parameters need 1 MB of memory, and 0 MB are available: ask for fewer (spectrum.eigenpairs), or free memory',
    );
    expect(existsSync(directory)).toBe(false);
    vi.restoreAllMocks();
    await run(directory, {}, 'spectrum');
    available(1000);
    expect(await problemOf(() => runStage(directory, 'curvature', quiet))).toMatch(
      /^exit 2: stage curvature needs at least 1 MB of memory, and 0 MB are available: ask for fewer directions/,
    );
  });

  it('is refused to the polish and to the look at stability with what helps there', async () => {
    const directory = join(scratchFolder(), 'run');
    // Half of the first is suggested for the products, the second is held against the stages; at the third, Lanczos looks.
    available(1e9, 1e9, 1000);
    expect(await problemOf(() => run(directory, {}, 'train'))).toBe(
      'exit 2: 19 eigenpairs of 19 parameters need 1 MB of memory, and 0 MB are available: lower --memory, of which Hessian products now use 1 MB, or free memory',
    );
    vi.restoreAllMocks();
    await run(directory, {}, 'train');
    available(1e9, 1e9, 1000);
    expect(await problemOf(() => runStage(directory, 'record', quiet))).toBe(
      'exit 2: 1 eigenpair of 19 parameters need 1 MB of memory, and 0 MB are available: lower --memory, of which Hessian products now use 1 MB, or free memory',
    );
    // Here the first two are what --memory is held against.
    available(1e9, 1e9, 1e9, 1000);
    expect(await problemOf(() => runStage(directory, 'record', quiet, { memoryBytes: 0 }))).toBe(
      'exit 2: 1 eigenpair of 19 parameters need 1 MB of memory, and 0 MB are available: free memory',
    );
  });

  const processor = { name: 'tensorflow', isDevice: false, stateInSession: false } as const;
  const cuda = { name: 'tensorflow', isDevice: true, stateInSession: true } as const;
  const graphics = { name: 'webgpu', isDevice: true, stateInSession: false } as const;

  it('is left to the spectrum where it needs more than half', async () => {
    available(1000);
    const suggested = [0, 400, 700, 2000].map((reserved) => suggestMemory(processor, reserved));
    expect(await Promise.all(suggested)).toEqual([500, 500, 300, 0]);
  });

  it('is half of what is free on the card where values lie there, be it less than the machine has or more', async () => {
    available(64e9);
    const on = (free: number, reserved = 0) => suggestMemory(cuda, reserved, Promise.resolve(free));
    expect([await on(16e9), await on(80e9), await on(16e9, 10e9), await on(16e9, 20e9)]).toEqual([8e9, 40e9, 6e9, 0]);
  });

  it('is 2 GiB at most on a device that tells nobody how much it has', async () => {
    available(64e9);
    const unknown = Promise.resolve(null);
    const suggested = [processor, graphics, cuda].map((backend) => suggestMemory(backend, 0, unknown));
    expect(await Promise.all(suggested)).toEqual([32e9, 2 ** 31, 2 ** 31]);
    available(1000);
    expect(await suggestMemory(cuda, 0, unknown)).toBe(500);
  });
});
