/** Commands in messages. Channel: the shell itself, which has to hand on the very words. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fromHere, quoted, typed } from '../src/typed.ts';

afterEach(() => void vi.unstubAllEnvs());

describe('quoted', () => {
  it.each([
    'results/quickstart',
    'epoch noise',
    "it's here",
    '$HOME',
    '~/x',
    'a;b',
    'data={ name: file, … }',
    '',
    'größe.yaml',
    '*',
  ])('%j reaches a program as it is', (word) =>
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoted(word)}`], { encoding: 'utf8' })).toBe(word),
  );

  it.each(['results/quick-start.yaml', 'sgd.learningRate=0.05', '…', 'größe'])('%s needs no quotes', (word) =>
    expect(quoted(word)).toBe(word),
  );
});

describe('typed', () => {
  it('goes through npx where npm or npx has started the program', () => {
    expect(typed('run', 'my study.yaml')).toBe("epochnoise run 'my study.yaml'");
    vi.stubEnv('npm_command', 'exec');
    expect(typed('doctor')).toBe('npx epochnoise doctor');
  });
});

describe('fromHere', () => {
  it.each([
    [process.cwd(), '.'],
    [join(process.cwd(), 'results', 'x'), join('results', 'x')],
    [join(process.cwd(), '..within'), '..within'],
    [join(process.cwd(), '..', 'beside'), join(process.cwd(), '..', 'beside')],
  ])('%s is typed as %s', (path, shown) => expect(fromHere(path)).toBe(shown));
});
