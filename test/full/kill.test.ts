/**
 * kill -9 at twenty moments of an experiment with controls, drawn from a seed over its whole length: gone on with, each
 * ends with the bytes of a run that was never killed. Half of the runs save unfinished work as often as they can.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { randomStream } from '../../src/random.ts';
import { killAndGoOn, type Reference, undisturbed } from '../cli/killing.ts';
import { writeTiny } from '../cli/program.ts';

const KILLS = 20;
const folder = mkdtempSync(join(tmpdir(), 'epochnoise-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const args = ['tiny.yaml', '--set', 'record.epochs=60', '--set', 'train.epochs=20', '--set', 'controls.run=all'];
let reference: Reference;
beforeAll(async () => {
  writeTiny(folder);
  reference = await undisturbed(folder, args);
});

const random = randomStream(1, 'test/full/kill');
const moments = Array.from({ length: KILLS }, () => random.uniform());

it.each(moments.map((part, i) => [i + 1, part] as const))('kill %i, at %f of the run', async (kill, part) => {
  await killAndGoOn(folder, `kill-${kill}`, args, reference, part, kill % 2 ? '0' : '');
});
