/** What the profile of a process counts where. Channel: the order in which the sections begin. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runStage } from '../../../src/experiment/index.ts';
import { inSection, OPENING, startProfile } from '../../../src/experiment/profile.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { quiet, run } from './tiny.ts';

it('a stage that has to open data and back end does not count that as its own', async () => {
  const directory = join(scratchFolder(), 'run');
  await run(directory, {}, 'train');
  const profile = startProfile('before');
  await runStage(directory, 'record', quiet);
  expect(profile.sections.map(({ name }) => name)).toEqual(['before', 'record', OPENING, 'checksums']);
  await run(directory, {}, 'spectrum');
  expect(profile.sections.map(({ name }) => name)).toEqual(['before', 'record', OPENING, 'checksums', 'spectrum']);
});

it('work in a section of its own leaves the present piece of work going, however it ends', async () => {
  const profile = startProfile('outer');
  profile.begin('work');
  expect(await inSection('inner', async () => 5)).toBe(5);
  const failing = inSection('inner', async () => {
    profile.begin('inner work');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  profile.add('part', 1, 0.1);
  profile.settle();
  expect(profile.sections.map(({ name, works }) => [name, works.map(({ title }) => title)])).toEqual([
    ['outer', ['besides', 'work']],
    ['inner', ['besides', 'inner work']],
  ]);
  expect(profile.sections[0].works[1].parts).toEqual([{ title: 'part', count: 1, seconds: 0.1 }]);
});
