/** Work that is done again from its beginning: what was computed before is read. Channel: counted calls. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, noCheckpoint, openCheckpoint } from '../../src/store/checkpoint.ts';
import { openJournal } from '../../src/store/journal.ts';
import { scratchFolder } from './scratch.ts';

/** A recursion each of whose steps follows from the result before: xₙ₊₁ = (sin xₙ, xₙ²). */
async function work(checkpoint: Checkpoint, steps: number, start = [0.5, 2]) {
  const journal = openJournal(checkpoint, 2);
  let computed = 0;
  let x: Float64Array = Float64Array.from(start);
  for (let step = 0; step < steps; step++)
    x = await journal.recall(x, async () => {
      computed++;
      return Float64Array.of(Math.sin(x[0]), x[1] ** 2 / 3);
    });
  journal.close();
  return { x: [...x], computed };
}

const open = (folder: string, seconds = 0) => openCheckpoint(join(folder, 'work'), 'key', seconds);

const whole = await work(noCheckpoint, 9);

describe('a journal', () => {
  it('without a checkpoint keeps nothing', () => expect(whole.computed).toBe(9));

  it('gives the next process what was computed, bit by bit, and computes the rest', async () => {
    const folder = scratchFolder();
    expect((await work(open(folder), 5)).computed).toBe(5);
    expect(await work(open(folder), 9)).toEqual({ ...whole, computed: 4 });
    expect(await work(open(folder), 9)).toEqual({ ...whole, computed: 0 });
  });

  it('computes all anew where a bit of the results is another', async () => {
    const folder = scratchFolder();
    await work(open(folder), 5);
    const path = join(folder, 'work', 'results');
    const bytes = readFileSync(path);
    bytes[60] ^= 4;
    writeFileSync(path, bytes);
    expect(await work(open(folder), 9)).toEqual(whole);
  });

  it('writes nothing of what is soon done again', async () => {
    const folder = scratchFolder();
    await work(open(folder, 1000), 5);
    expect((await work(open(folder), 9)).computed).toBe(9);
  });

  it('is of no use to other questions', async () => {
    const folder = scratchFolder();
    await work(open(folder), 5);
    const other = await work(noCheckpoint, 9, [0.5, 2.5]);
    expect(await work(open(folder), 9, [0.5, 2.5])).toEqual(other);
    // What it was told then is what counts.
    expect(await work(open(folder), 9, [0.5, 2.5])).toEqual({ ...other, computed: 0 });
  });

  it('that was cut short, or is gone, is none', async () => {
    const folder = scratchFolder();
    const checkpoint = open(folder);
    await work(checkpoint, 5);
    truncateSync(checkpoint.pathOf('results'), 100);
    expect(await work(open(folder), 9)).toEqual(whole);
    rmSync(checkpoint.pathOf('results'));
    expect(await work(open(folder), 9)).toEqual(whole);
  });
});
