/** `--profile`: where the time of a run went, on standard error, and the same results as without. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile, type Ended, epochnoise, workingFolder, writeTiny } from './program.ts';

compile();
const folder = workingFolder();
let run: Ended;

beforeAll(async () => {
  writeTiny(folder);
  run = await epochnoise(folder, ['run', 'tiny.yaml', '--out', 'profiled', '--profile', '--json']);
});

interface Line {
  readonly depth: number;
  readonly title: string;
  readonly seconds: number;
  readonly share: number;
  readonly note: string;
}

/** The lines of the table, which comes last. */
function table(err: string): Line[] {
  const lines = err.slice(err.indexOf('where the time went')).trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const found = /^( *)(.+?) {2,}([\d.]+) +([\d.]+) %(?: {2}(.*))?$/.exec(line);
    if (!found) throw new Error(`no line of the table: ${line}`);
    const [, indent, title, seconds, share, note = ''] = found;
    return { depth: indent.length / 2, title, seconds: Number(seconds), share: Number(share), note };
  });
}

const sum = (lines: readonly Line[]) => lines.reduce((total, { seconds }) => total + seconds, 0);

describe('a run with --profile', () => {
  it('ends with its stages, the work in them, and the parts that were counted', () => {
    expect(run.code).toBe(0);
    expect(JSON.parse(run.out)).toMatchObject({
      ran: ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report'],
    });
    const lines = table(run.err);
    const sections = lines.filter(({ depth }) => depth === 0).map(({ title }) => title);
    expect(sections).toEqual([
      'data, model and back end',
      'train',
      'checksums',
      'record',
      'spectrum',
      'curvature',
      'noise',
      'compare',
      'report',
      'everything',
    ]);
    const within = (title: string) => lines.find((line) => line.title === title);
    expect(within('record')?.note).toMatch(/^peak memory \d+ MB$/);
    expect(within('window')?.depth).toBe(1);
    expect(within('Hessian products')).toMatchObject({
      depth: 2,
      note: expect.stringMatching(/^\d+ × [\d.]+ (m|µ)?s$/),
    });
    expect(within('drawing')?.note).toMatch(/^15 × /);
    // 4 epochs of burn-in with 20 updates each, 10 of the window.
    const updates = lines.filter(({ title }) => title === 'SGD updates').map(({ note }) => note.split(' ')[0]);
    expect(updates).toEqual(['80', '200']);
  });

  it('accounts for all of the time: parts add up to their work, work to its stage, stages to everything', () => {
    const lines = table(run.err);
    const everything = lines[lines.length - 1];
    const sections = lines.slice(0, -1).filter(({ depth }) => depth === 0);
    expect(sum(sections)).toBeCloseTo(everything.seconds, 1);
    expect(sections.reduce((total, { share }) => total + share, 0)).toBeCloseTo(100, 0);
    lines.forEach((line, at) => {
      const after = lines.slice(at + 1);
      const end = after.findIndex(({ depth }) => depth <= line.depth);
      const inside = after.slice(0, end).filter(({ depth }) => depth === line.depth + 1);
      // What is negligible, two in a thousand of everything, is left out.
      expect(sum(inside)).toBeLessThan(line.seconds + 0.05);
      if (inside.length > 0) expect(sum(inside)).toBeGreaterThan(line.seconds - 0.05 - 0.02 * everything.seconds);
    });
  });

  it('has the results of one without', async () => {
    const plain = await epochnoise(folder, ['run', 'tiny.yaml', '--out', 'plain', '--json']);
    expect(plain.code).toBe(0);
    expect(plain.err).not.toContain('where the time went');
    const files = readdirSync(join(folder, 'plain'), { recursive: true, encoding: 'utf8' });
    const results = files.filter((name) => /\.(safetensors|csv|png|json)$/.test(name) && name !== 'environment.json');
    expect(results.length).toBeGreaterThan(15);
    for (const name of results)
      expect(readFileSync(join(folder, 'profiled', name)).equals(readFileSync(join(folder, 'plain', name))), name).toBe(
        true,
      );
  });
});

it('a stage of its own has a profile too', async () => {
  const { code, err } = await epochnoise(folder, ['report', 'plain', '--profile']);
  expect(code).toBe(0);
  expect(table(err).map(({ title }) => title)).toEqual(['data, model and back end', 'everything']);
});

describe('a run that ends early', () => {
  it('has its profile before the error where it fails', async () => {
    const beyond = ['--set', 'sgd.learningRate=1000', '--set', 'polish.method=none'];
    const { code, out, err } = await epochnoise(folder, ['run', 'tiny.yaml', '--out', 'fails', '--profile', ...beyond]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const [before, after] = err.split(/^error: .*\n/m);
    expect(after).toBe('');
    expect(table(before).map(({ title }) => title)).toEqual(
      expect.arrayContaining(['data, model and back end', 'train', 'record', 'largest curvature', 'everything']),
    );
  });

  it('has it where it is interrupted', async () => {
    let signalled = false;
    const args = ['run', 'tiny.yaml', '--out', 'interrupted', '--profile', '--set', 'record.epochs=600'];
    const { code, out, err } = await epochnoise(folder, args, {
      onProgress(text, send) {
        if (signalled || !text.includes('burn-in (')) return;
        signalled = true;
        send('SIGINT');
      },
    });
    expect({ code, out }).toEqual({ code: 130, out: '' });
    const titles = table(err.slice(0, err.indexOf('interrupted: '))).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['record', 'window', 'everything']));
  });

  it('has none where there is nothing to run', async () => {
    const { code, err } = await epochnoise(folder, ['run', 'nothing.yaml', '--profile']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: .*\n$/);
  });
});
