/** `epochnoise doctor`, as text and as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { programVersion } from '../../src/experiment/environment.ts';
import { compile, epochnoise, workingFolder } from './program.ts';

compile();
const folder = workingFolder();

/** Data files of given lengths, in a folder of their own. */
function dataFolder(name: string, lengths: Readonly<Record<string, number>>): string {
  for (const [file, length] of Object.entries(lengths)) {
    const path = join(folder, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(length));
  }
  return join(folder, name);
}

const TRAIN = ['mnist/train-images-idx3-ubyte.gz', 'mnist/train-labels-idx1-ubyte.gz'];

it('tells what works, where data are looked for, and what to do', async () => {
  const { code, out, err } = await epochnoise(folder, ['doctor']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^epochnoise ${programVersion()} on Node ${process.version}, `));
  expect(out).toContain('cores used: 1 (EPOCHNOISE_THREADS changes it)\n');
  expect(out).toMatch(/^memory: \d+\.\d GiB, \d+\.\d available$/m);
  expect(out).toMatch(
    /^back end cpu: works \(.*Hessian product and finite differences agree to \de-\d, about what float32 lets differences tell, [\d.]+ ms\)$/m,
  );
  expect(out).toMatch(/^libtensorflow: (\d\S*, .*, .*|none \(.*\))$/m);
  if (/^back end tensorflow: works/m.test(out) && process.platform === 'linux' && process.arch === 'x64')
    expect(out).toMatch(/^CUDA: (this library is built for the CPU|TensorFlow sees (no|\d+) GPUs?; .*driver.*)$/m);
  expect(out).toContain(
    'data folder: ~/data\n  mnist: not there (looked for in ~/data/mnist)\n  cifar10: not there (looked for in ~/data/cifar10)\n',
  );
  expect(out).toMatch(/\n→ .*epochnoise run quickstart( --set backend=cpu)?\n$/);
});

it('tells whole data from what is missing a part, and looks at lengths', async () => {
  const whole = Object.fromEntries(
    [...TRAIN, ...TRAIN.map((file) => file.replace('train', 't10k'))].map((file) => [file, 9]),
  );
  const { out } = await epochnoise(folder, ['doctor'], {
    environment: { EPOCHNOISE_DATA: dataFolder('whole', whole) },
  });
  expect(out).toMatch(
    /^ {2}mnist: complete, in ~\/whole\/mnist; of another length than the official file, packed anew or cut short: train-images/m,
  );
  expect(out).not.toContain('data get');
  const part = { 'mnist/t10k-images-idx3-ubyte': 9, 'mnist/t10k-labels-idx1-ubyte.gz': 4542 };
  const some = await epochnoise(folder, ['doctor'], { environment: { EPOCHNOISE_DATA: dataFolder('part', part) } });
  expect(some.out).toContain(
    '  mnist: 2 of 4 files, in ~/part/mnist; missing: train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz\n',
  );
  expect(some.out).toMatch(/^→ .*split of mnist is missing; to have both: epochnoise data get mnist$/m);
});

it('--json is one document with the same', async () => {
  const { code, out, err } = await epochnoise(folder, ['doctor', '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const document = JSON.parse(out);
  expect(document).toMatchObject({ threads: 1, data: { folder: '~/data' } });
  expect(document.backends.map(({ name }: { name: string }) => name)).toEqual(['tensorflow', 'cpu']);
  for (const { works, productError, productMilliseconds } of document.backends)
    if (works) {
      expect(productError).toBeLessThan(1e-2);
      expect(productMilliseconds).toBeGreaterThan(0);
    }
  expect(document.advice.length).toBeGreaterThan(0);
});

it('names the command that mends a missing library, and what can be done without', async () => {
  // A loader that finds no library, whatever set-up has put in place.
  const missing = join(folder, 'no-library.cjs');
  writeFileSync(
    missing,
    `const { Module } = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === '@tensorflow/tfjs-node') throw new Error('no such library here');
  return load(name, ...rest);
};`,
  );
  const { code, out } = await epochnoise(folder, ['doctor'], { environment: { NODE_OPTIONS: `--require ${missing}` } });
  expect(code).toBe(0);
  expect(out).toMatch(/^back end tensorflow: does not work \(.*no such library here.*\)$/m);
  expect(out).toMatch(/^→ .*node scripts\/setup\.mjs --retry$/m);
  expect(out).toMatch(/\n→ until then, far slower: epochnoise run quickstart --set backend=cpu\n$/);
});

it('refuses a number of threads that is none', async () => {
  const environment = { EPOCHNOISE_THREADS: '0' };
  expect((await epochnoise(folder, ['doctor'], { environment })).err).toBe(
    'error: EPOCHNOISE_THREADS is "0"; expected a positive whole number\n',
  );
});
