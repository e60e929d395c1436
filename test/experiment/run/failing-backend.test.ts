/**
 * A back end that fails in the midst of a stage: nothing stays in the native library, no file is left half-written, no
 * descriptor open. Channels: the library's own counts, the folder, the system's list of descriptors.
 */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Context } from '../../../src/experiment/context.ts';
import { curvatureStage } from '../../../src/experiment/stages/curvature.ts';
import { recordStage } from '../../../src/experiment/stages/record.ts';
import { spectrumStage } from '../../../src/experiment/stages/spectrum.ts';
import { trainStage } from '../../../src/experiment/stages/train.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { onBackend } from '../../../src/models/problem.ts';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import { heldByLibrary } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing } from '../../store/scratch.ts';
import { FAILURE, failingAt } from '../../tensor/failing.ts';
import { quiet, run, tiny } from './tiny.ts';

/** At float64 all work is done by one back end. */
const settings = { precision: 'float64', curvature: { samples: 80 } };
/** Calls that fail: the first ones, which open things, and some of all that come later. */
const FIRST = 20;
const LATER = 10;

/** Runs that have come so far. */
const folder = temporaryFolders();
const upTo: Record<string, string> = {};
beforeAll(async () => {
  const directory = join(folder(), 'run');
  for (const stage of ['train', 'record', 'spectrum'] as const) {
    await run(directory, settings, stage);
    upTo[stage] = join(folder(), stage);
    cpSync(directory, upTo[stage], { recursive: true });
  }
});

const descriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

it.each([
  ['train', 'train', trainStage],
  ['record', 'train', recordStage],
  ['spectrum', 'record', spectrumStage],
  ['curvature', 'spectrum', curvatureStage],
] as const)('%s', async (_, before, stage) => {
  const experiment = tiny(settings);
  const choices = { threads: 1 };
  const bench = await openWorkbench(experiment, choices, quiet);
  const prepared = (name: string) => {
    const directory = join(folder(), name);
    cpSync(upTo[before], directory, { recursive: true });
    return directory;
  };
  /** @returns how many calls there were */
  async function attempt(directory: string, call: number): Promise<number> {
    const { failing, counted } = failingAt(call, bench.problem.backend);
    const problem = onBackend(bench.problem, failing);
    const workbench = async () => ({ ...bench, problem, exact: problem });
    const runFromSameMinimum = async () => [];
    // Nothing is gone on with: every attempt makes the same calls.
    const checkpoint = (work: string) => openCheckpoint(join(directory, '.unfinished', work), 'key', Infinity);
    const context: Context = {
      directory,
      experiment,
      choices,
      backEnds: {},
      voice: quiet,
      workbench,
      checkpoint,
      has: () => false,
      choose: () => {},
      runFromSameMinimum,
    };
    await stage(context);
    return counted.calls;
  }

  const calls = await attempt(prepared('whole'), Infinity);
  const directory = prepared('broken');
  // What a stage wrote before it failed is whole, and stays.
  const unfinished = () => listing(directory).filter((name) => name.endsWith('.partial'));
  const held = () => ({ ...heldByLibrary(), descriptors: descriptors(), unfinished: unfinished() });
  const nothing = held();
  const first = Array.from({ length: FIRST }, (_, i) => i + 1);
  const later = Array.from({ length: LATER }, (_, i) => Math.floor(FIRST + ((calls - FIRST) * (i + 1)) / LATER));
  for (const call of [...first, ...later]) {
    await expect(attempt(directory, call), `call ${call}`).rejects.toThrow(FAILURE);
    expect(held(), `call ${call} of ${calls}`).toEqual(nothing);
  }
});
