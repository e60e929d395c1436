/** docs/how-to/own-model.md, done as it says. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.ts';
import { readJson } from '../../src/store/json.ts';
import { checkedOps } from '../../src/tensor/ops.ts';
import { readFileSync } from 'node:fs';
import { compile, workingFolder } from '../cli/program.ts';
import { blocksOf } from './blocks.ts';
import { commandsOf, runs, withoutNumbers, writeFiles } from './page.ts';

const PAGE = 'docs/how-to/own-model.md';
const blocks = blocksOf(PAGE);
const [doctor, run] = commandsOf(blocks);
const folder = workingFolder();

beforeAll(() => {
  compile();
  expect(writeFiles(blocks, folder)).toEqual(['my-model.mjs', 'my-data.mjs', 'arcs.yaml']);
});

it('the doctor prints what the page shows', async () => {
  const { out } = await runs(folder, doctor);
  const [shown] = blocks.filter(({ language }) => language === 'text');
  expect(withoutNumbers(out)).toBe(withoutNumbers(shown.code));
});

it('the run shows the law: near epoch theory below the crossover, far from independent batches', async () => {
  await runs(folder, run);
  const { ranges, samples } = readJson<Summary>(join(folder, 'results', 'arcs', 'summary.json'));
  expect(samples).toBe(40_000);
  const decade = ranges.find(({ high }) => high === 1)!;
  expect(decade.directions).toBeGreaterThan(5);
  expect(decade.ratioSampler).toBeGreaterThan(0.8);
  expect(decade.ratioSampler).toBeLessThan(1.4);
  expect(decade.ratioTwoComponent).toBeGreaterThan(0.85);
  expect(decade.ratioTwoComponent).toBeLessThan(1.2);
  expect(decade.ratioWhite).toBeLessThan(0.25);
});

it('lists the ops that there are, and no others', () => {
  const text = readFileSync(new URL(`../../${PAGE}`, import.meta.url), 'utf8');
  const [, list] = /There are\n\n([\s\S]*?)\n\nwith the parameters/.exec(text)!;
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...checkedOps].sort());
});
