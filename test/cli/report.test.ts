/** One page of several runs, from the command line. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { compile, epochnoise, here, refusalHere, workingFolder, writeTiny } from './program.ts';

// What is drawn here is drawn in this process; pictures are not the matter.
vi.mock(import('../../src/report/png.ts'), () => import('../report/small-png.ts'));

compile();
const folder = workingFolder();

beforeAll(async () => {
  writeTiny(folder);
  const args = (out: string) => ['run', 'tiny.yaml', '--out', out];
  expect((await here(folder, args('first'))).code).toBe(0);
  const other = ['--set', 'sgd.sampler=with-replacement', '--until', 'compare'];
  expect((await here(folder, [...args('second'), ...other])).code).toBe(0);
});

describe('report of one run', () => {
  it('writes its page, and says where it is', async () => {
    rmSync(join(folder, 'first', 'report.html'));
    const { code, out } = await here(folder, ['report', 'first', '--repair']);
    expect(code).toBe(0);
    expect(out).toMatch(/\nPictures: first\/figures\nPage: first\/report\.html \(open it in a browser\)\n$/);
    expect(readFileSync(join(folder, 'first', 'report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('takes no --out', async () => {
    expect(await refusalHere(folder, ['report', 'first', '--out', 'x.html'])).toBe(
      '2: --out is for the page of several runs; that of one run is its report.html',
    );
  });
});

describe('report of several runs', () => {
  it('writes one page, and touches no run', async () => {
    const { code, out } = await epochnoise(folder, ['report', 'first', 'second']);
    expect({ code, out }).toEqual({ code: 0, out: 'Page: comparison.html\n' });
    const page = readFileSync(join(folder, 'comparison.html'), 'utf8');
    expect(page).toContain('<h1>2 runs side by side</h1>');
    for (const run of ['first', 'second']) expect(page).toContain(`<th scope="col">${run}</th>`);
    expect(existsSync(join(folder, 'second', 'report.html'))).toBe(false);
  });

  it('where it is told to, and as a document', async () => {
    const { code, out } = await here(folder, ['report', 'first', 'second', '--out', 'both.html', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ page: '~/both.html', runs: ['~/first', '~/second'] });
    expect(existsSync(join(folder, 'both.html'))).toBe(true);
  });

  it('takes the place of an earlier page, and of no other file', async () => {
    const args = ['report', 'first', 'second', '--out'];
    expect((await here(folder, [...args, 'both.html'])).code).toBe(0);
    for (const [name, said] of [
      ['README.md', 'is there already and is no page of this program, so it is left as it is'],
      ['first', 'is a folder'],
    ] as const) {
      if (name === 'README.md') writeFileSync(join(folder, name), 'mine\n');
      expect(await refusalHere(folder, [...args, name])).toContain(`2: ${name} ${said}; give --out `);
    }
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine\n');
  });

  it.each([
    [['first', 'first'], '2: ~/first is named twice; name each run once'],
    [['first', 'nowhere'], /^3: .*~\/nowhere/],
    [['first', 'second', '--repair'], '2: --repair is for one run; repair each, then ask for the page of all'],
    [['first', 'second', '--out', 'first/summary.json/both.html'], /^3: .*summary\.json/],
  ])('%j is refused in a sentence', async (args, said) => {
    const words = await refusalHere(folder, ['report', ...args]);
    if (typeof said === 'string') expect(words).toBe(said);
    else expect(words).toMatch(said);
  });

  it('a run that is not compared yet is named, with the way on', async () => {
    expect((await here(folder, ['run', 'tiny.yaml', '--out', 'third', '--until', 'train'])).code).toBe(0);
    expect(await refusalHere(folder, ['report', 'first', 'third'])).toMatch(
      /^3: stage record of ~\/third is not done yet; `epochnoise run third\/experiment.json --out third` computes what is missing or out of date$/,
    );
  });
});
