/** A sweep in its folder: what was begun stays known, whatever becomes of the files it was begun from. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { progressOf, readSweep, stateOf } from '../../../src/experiment/sweep/folder.ts';
import { estimatePoints } from '../../../src/experiment/sweep/estimate.ts';
import { beginSweep, openSweep } from '../../../src/experiment/sweep/index.ts';
import { quiet } from '../run/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'epochnoise-sweep-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = join(folder, 'own.yaml');
const images = join(folder, 'images.npy');
const out = join(folder, 'out');
const sweep = (title: string) => `
title: ${title}
base: { data: { name: file, path: images.npy, labels: images.npy }, sgd: { learningRate: 0.1, batchSize: 5 } }
list: [{ sgd.sampler: reshuffle }, { sgd.sampler: with-replacement }]
grid: { sgd.momentum: [0.9], sgd.batchSize: [5] }
`;
const open = (asBegun: boolean) => openSweep(file, { assignments: [], out, asBegun }, quiet);

describe('a sweep that was begun', () => {
  it('is looked at with its own tasks, though its file has changed and what it was computed from is gone', async () => {
    writeFileSync(images, 'bytes');
    writeFileSync(file, sweep('one'));
    const opened = await open(false);
    expect(opened.tasks.map(({ point, until }) => [point, until])).toEqual([
      [0, 'train'],
      [0, 'report'],
      [1, 'report'],
    ]);
    beginSweep(opened, quiet);
    writeFileSync(file, sweep('two'));
    rmSync(images);
    await expect(open(false)).rejects.toThrow('images.npy');
    for (const again of [await open(true), await openSweep(out, { assignments: [] }, quiet)]) {
      expect(again.tasks).toEqual(opened.tasks);
      expect(again.sweep.title).toBe('one');
      expect(again.sweep.points.map(({ set }) => Object.entries(set))).toEqual(
        opened.sweep.points.map(({ set }) => Object.entries(set)),
      );
    }
    const { points, until } = readSweep(out).sweep;
    expect(stateOf(out, points[0], until).state).toBe('missing');
    expect(progressOf(out, points[0]).fresh).toBe(0);
  });

  it('begins anew where what was written of it is damaged, as is said', async () => {
    writeFileSync(images, 'bytes');
    writeFileSync(file, sweep('three'));
    writeFileSync(join(out, 'sweep.json'), '{"name": "own"}');
    expect(() => readSweep(out)).toThrow('start the sweep again from its file');
    beginSweep(await open(false), quiet);
    expect(readSweep(out).sweep.title).toBe('three');
  });

  it('is estimated for other machines where this one has no graphics card', async () => {
    writeFileSync(
      file,
      `
base:
  data: { name: teacher, samples: 100, testSamples: 0, inputs: 4, hidden: [5] }
  model: { name: mlp, hidden: [5] }
  backend: webgpu
  sgd: { learningRate: 0.1, batchSize: 5 }
list: [{}]
`,
    );
    const { points, until } = (await open(false)).sweep;
    const [estimate] = await estimatePoints({ points, until, threads: 1, isHere: false });
    expect(estimate.batchesPerEpoch).toBe(20);
    expect(estimate.memoryBytes).toBeGreaterThan(1e8);
    expect(estimate.seconds.record).toBeGreaterThan(0);
  });
});
