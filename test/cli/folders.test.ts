/** Runs and data that are not where they should be. */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listing } from '../store/scratch.ts';
import { compile, refusal, refusalHere, workingFolder, writeTiny } from './program.ts';

/** Results that are kept in the checkout. */
const REFERENCE = fileURLToPath(new URL('../../results/reference', import.meta.url));

compile();
const folder = workingFolder();
writeTiny(folder);

describe('missing data, exit code 3', () => {
  it.each([
    ['mnist-mlp', 'mnist/train-images-idx3-ubyte.gz', 'mnist'],
    ['lenet-cifar10-small', 'cifar10/cifar-10-binary.tar.gz', 'cifar10'],
  ])('%s names the file and how to get it, and makes no folder', async (experiment, file, dataset) => {
    expect(await refusalHere(folder, ['run', experiment])).toBe(
      `3: no file ~/data/${file}; \`epochnoise data get ${dataset}\` downloads it, or name the folder that holds it with data.folder or EPOCHNOISE_DATA`,
    );
    expect(existsSync(join(folder, 'results'))).toBe(false);
  });

  it("a user's own file that is gone since the run was made", async () => {
    mkdirSync(join(folder, 'lost'));
    const experiment = { data: { name: 'file', path: 'mine.safetensors' }, model: { name: 'linear' } };
    writeFileSync(join(folder, 'lost', 'experiment.json'), JSON.stringify(experiment));
    expect(await refusalHere(folder, ['spectrum', 'lost'])).toBe(
      '3: no file ~/mine.safetensors: data.path is mine.safetensors, and relative paths start at the working directory (those within a YAML file at the folder of that file)',
    );
  });

  it("a user's own file", async () => {
    const own = ['--set', 'data={name: file, path: mine.safetensors}', '--set', 'model={name: linear}'];
    expect(await refusalHere(folder, ['run', 'tiny.yaml', ...own])).toBe(
      '3: no file ~/mine.safetensors: data.path is mine.safetensors, and relative paths start at the working directory (those within a YAML file at the folder of that file)',
    );
  });
});

describe('a run directory', () => {
  it.each([['report'], ['probe'], ['data export --out x.safetensors']])(
    'that is missing: epochnoise %s, exit 3',
    async (command) => {
      expect(await refusalHere(folder, [...command.split(' '), 'none'])).toBe(
        '3: no run directory ~/none; `epochnoise run` makes one',
      );
    },
  );

  it('without a run, exit 3', async () => {
    mkdirSync(join(folder, 'empty'));
    expect(await refusal(folder, ['spectrum', 'empty'])).toBe(
      '3: ~/empty is no run directory: it holds no experiment.json; `epochnoise run` makes one',
    );
  });

  it('that is a file, or one among others that is none, exit 3', async () => {
    writeFileSync(join(folder, 'file.json'), '{}');
    const file = '3: ~/file.json is a file; expected a run directory, such as `epochnoise run` makes';
    expect(await refusalHere(folder, ['report', 'file.json'])).toBe(file);
    expect(await refusalHere(folder, ['report', 'file.json', 'none'])).toBe(file);
    expect(await refusalHere(folder, ['report', 'none', 'file.json'])).toBe(
      '3: no run directory ~/none; `epochnoise run` makes one',
    );
  });

  it('of which only tables were kept is neither drawn nor repaired, exit 3', async () => {
    mkdirSync(join(folder, 'kept'));
    cpSync(join(REFERENCE, 'quickstart'), join(folder, 'kept'), { recursive: true });
    const before = listing(join(folder, 'kept'));
    const said =
      '3: ~/kept holds results that were kept of a run, tables and summary without its vectors: they are to be read as they are; `epochnoise run kept/experiment.json --out …` makes the run again in another folder';
    expect(await refusalHere(folder, ['report', 'kept'])).toBe(said);
    expect(await refusalHere(folder, ['report', 'kept', '--repair'])).toBe(said);
    expect(await refusalHere(folder, ['report', 'kept', 'none'])).toBe(said);
    expect(listing(join(folder, 'kept'))).toEqual(before);
  });

  it.skipIf(process.platform !== 'linux')('that no system makes, exit 3', async () => {
    expect(await refusalHere(folder, ['run', 'tiny.yaml', '--out', '/proc/none/run'])).toMatch(
      /^3: cannot write \/proc\/none: ENOENT/,
    );
  });

  it('in which another process works, exit 1', async () => {
    const claim = `.busy.lock.${process.pid}.0@${hostname()}`;
    writeFileSync(join(folder, claim), '');
    expect(await refusal(folder, ['run', 'tiny.yaml', '--out', 'busy'])).toBe(
      `1: another process works in ~/busy (process ${process.pid} on ${hostname()}): wait for it, or choose another folder with --out; if there is none any more, delete ~/${claim}`,
    );
  });

  it('is no experiment: its experiment.json is', async () => {
    mkdirSync(join(folder, 'a run'));
    writeFileSync(join(folder, 'a run', 'experiment.json'), '{}');
    expect(await refusalHere(folder, ['run', './a run'])).toBe(
      "2: ./a run is the folder of a run; give its experiment: 'a run/experiment.json'",
    );
  });

  it('to be made where something else is, exit 2', async () => {
    mkdirSync(join(folder, 'photographs'));
    writeFileSync(join(folder, 'photographs', 'sea.png'), '');
    expect(await refusalHere(folder, ['run', 'tiny.yaml', '--out', 'photographs'])).toBe(
      '2: ~/photographs holds files but no run; give --out a new or an empty folder',
    );
    expect(await refusalHere(folder, ['run', 'tiny.yaml', '--out', 'tiny.yaml'])).toBe(
      '2: ~/tiny.yaml is a file; give --out the name of a folder',
    );
  });
});
