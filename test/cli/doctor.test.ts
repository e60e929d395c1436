/** `epochnoise doctor`, as text and as JSON. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { tryInChild } from '../../src/experiment/back-ends/in-child.ts';
import { type BackendFinding, notWorking } from '../../src/experiment/back-ends/try.ts';
import { backendLines } from '../../src/experiment/doctor/back-ends.ts';
import { tryOtherDevices } from '../../src/experiment/doctor/other-devices.ts';
import { dataLine, findData } from '../../src/experiment/doctor/data.ts';
import { programVersion } from '../../src/experiment/environment.ts';
import { silent } from '../../src/progress.ts';
import { skipped } from '../tensor/webgpu/software.ts';
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

/** No graphics device, whatever this machine has; macOS has always one. */
const NO_DRIVER = { VK_DRIVER_FILES: '/there/is/no.json' };

it('tells what works, where data are looked for, and what to do', async () => {
  const { code, out, err } = await epochnoise(folder, ['doctor'], { environment: NO_DRIVER });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^epochnoise ${programVersion()} on Node ${process.version}, `));
  expect(out).toContain('cores used: 1 (EPOCHNOISE_THREADS changes it)\n');
  expect(out).toMatch(/^memory: \d+\.\d GiB, \d+\.\d available$/m);
  expect(out).toMatch(
    /^back end cpu: works \(tfjs \S+; Hessian product and finite differences agree to \de-\d, about what float32 lets differences tell; a product takes [\d.]+ ms at least\)$/m,
  );
  expect(out).toMatch(
    /^back end tensorflow: (does not work|works \(.*ms at least; [\d.]+ m?s for LeNet, 62,006 weights, on 1,000 samples\)$)/m,
  );
  if (process.platform === 'linux')
    expect(out).toMatch(/^back end webgpu: no graphics device here, and none is needed( \(.*\))?$/m);
  expect(out).toMatch(/^libtensorflow: (\d\S*, .*, .*|none \(.*\))$/m);
  if (/^back end tensorflow: works/m.test(out) && process.platform === 'linux' && process.arch === 'x64')
    expect(out).toMatch(/^CUDA: (this library is built for the CPU|TensorFlow sees (no|\d+) GPUs?; .*driver.*)$/m);
  expect(out).toContain(
    'data folder: ~/data\n  mnist: not there (looked for in ~/data/mnist)\n  cifar10: not there (looked for in ~/data/cifar10)\n',
  );
  // What is normal is no matter for advice.
  expect(out).not.toMatch(/^→ .*(webgpu|driver)/m);
  expect(out).toMatch(/\n→ .*epochnoise run quickstart( --set backend=cpu)?\n$/);
});

it('looks at lengths of data files', () => {
  const whole = Object.fromEntries(
    [...TRAIN, ...TRAIN.map((file) => file.replace('train', 't10k'))].map((file) => [file, 9]),
  );
  const before = process.env.EPOCHNOISE_DATA;
  process.env.EPOCHNOISE_DATA = dataFolder('whole', whole);
  try {
    const [mnist] = findData().datasets;
    expect(dataLine(mnist).replaceAll(folder, '~')).toMatch(
      /^mnist: complete, in ~\/whole\/mnist; of another length than the official file, packed anew or cut short: train-images/,
    );
  } finally {
    if (before === undefined) delete process.env.EPOCHNOISE_DATA;
    else process.env.EPOCHNOISE_DATA = before;
  }
});

describe('--json', () => {
  const part = { 'mnist/t10k-images-idx3-ubyte': 9, 'mnist/t10k-labels-idx1-ubyte.gz': 4542 };
  let document: { backends: BackendFinding[]; [key: string]: unknown };

  it('is one document with the same, and tells data that are missing a part', async () => {
    const environment = {
      EPOCHNOISE_DATA: dataFolder('part', part),
      ...(skipped ? NO_DRIVER : { EPOCHNOISE_WEBGPU: 'software' }),
    };
    const { code, out, err } = await epochnoise(folder, ['doctor', '--json'], { environment });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    document = JSON.parse(out);
    expect(document).toMatchObject({ threads: 1, data: { folder: '~/part' } });
    expect(document.backends.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'cpu']);
    for (const { name, works, productError, productMilliseconds, timed } of document.backends)
      if (works) {
        expect(productError).toBeLessThan(1e-2);
        expect(productMilliseconds).toBeGreaterThan(0);
        if (name === 'tensorflow') expect(timed).toMatchObject({ weights: 62_006, samples: 1000 });
        if (name === 'cpu') expect(timed).toBeNull();
      }
    const [mnist] = (document.data as ReturnType<typeof findData>).datasets;
    expect(mnist).toMatchObject({ files: 4, missing: ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'] });
    expect(document.advice).toContainEqual(
      expect.stringMatching(/split of mnist is missing; to have both: epochnoise data get mnist$/),
    );
  });

  it.skipIf(skipped)(`tells a device that is none${skipped}`, () => {
    const webgpu = document.backends[1];
    expect(webgpu).toMatchObject({
      works: true,
      timed: { weights: 62_006, samples: 20 },
      device: { vendor: 'google', isSoftware: true },
    });
    expect(document.otherDevices).toEqual([]);
    expect(backendLines(webgpu, true)).toEqual([
      expect.stringMatching(
        /^back end webgpu: works \(tfjs \S+ on SwiftShader Device .*, in software; .* ms at least; [\d.]+ m?s for LeNet, 62,006 weights, on 20 samples\)$/,
      ),
      '  no GPU: the processor computes in its place, far slower; vendor google; architecture swiftshader',
    ]);
  });
});

describe('a device', () => {
  const device = {
    name: 'A',
    vendor: 'nvidia',
    architecture: 'ampere',
    driver: 'D 1',
    isSoftware: false,
    others: ['B', 'C'],
  };
  const finding: BackendFinding = {
    ...notWorking('webgpu', 'tfjs on A, D 1'),
    works: true,
    device,
    productError: 0.0021,
    productMilliseconds: 0.84,
    timed: { weights: 62_006, samples: 1000, milliseconds: 9.6 },
  };

  it('is told with its times, and with those of the others', () => {
    const line =
      'works (tfjs on A, D 1; Hessian product and finite differences agree to 2e-3, about what float32 lets differences tell; a product takes 0.84 ms at least; 9.6 ms for LeNet, 62,006 weights, on 1,000 samples)';
    const own = [`back end webgpu: ${line}`, '  a graphics device; vendor nvidia; architecture ampere'];
    expect(backendLines(finding, false)).toEqual(own);
    const others = [
      { ...finding, called: 'B' },
      { ...notWorking('webgpu', 'it hangs'), called: 'C' },
    ];
    expect(backendLines(finding, false, others)).toEqual([
      ...own,
      `  other device B: ${line}`,
      '  other device C: does not work (it hangs)',
      '  EPOCHNOISE_WEBGPU=<a part of the name> takes another device',
    ]);
  });

  it('that is not taken is tried where it is asked for, with a limit', async () => {
    const tried: unknown[] = [];
    const attempt: typeof tryInChild = async (trial, circumstances) => {
      tried.push(trial, circumstances);
      return notWorking('webgpu', circumstances!.environment!.EPOCHNOISE_WEBGPU);
    };
    const twice = { device: { ...device, others: ['B', 'C', 'B'] } };
    const found = await tryOtherDevices(twice, 2, silent, attempt);
    expect(found.map(({ called, says }) => [called, says])).toEqual([
      ['B', 'B'],
      ['C', 'C'],
    ]);
    const trial = { name: 'webgpu', threads: 2, timed: 'lenet' };
    expect(tried).toEqual(
      ['B', 'C'].flatMap((name) => [trial, { limitMs: 60_000, environment: { EPOCHNOISE_WEBGPU: name } }]),
    );
    expect(await tryOtherDevices({ device: null }, 2, silent, attempt)).toEqual([]);
  });

  it('that is missing is no defect', () => {
    const absent = { ...notWorking('webgpu', 'no device'), absent: true };
    expect(backendLines(absent, false)).toEqual(['back end webgpu: no graphics device here, and none is needed']);
    expect(backendLines(absent, true)[0]).toContain('(EPOCHNOISE_WEBGPU=software tries this back end on the processor');
  });
});

it('outlives a driver that crashes, names the command that mends a missing library, and what can be done without', async () => {
  // A loader that finds no library, whatever set-up has put in place, and a driver at which the process ends.
  const missing = join(folder, 'no-library.cjs');
  writeFileSync(
    missing,
    `const { Module } = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === '@tensorflow/tfjs-node') throw new Error('no such library here');
  if (name.endsWith('dawn.node')) process.kill(process.pid, 'SIGKILL');
  return load(name, ...rest);
};`,
  );
  const { code, out } = await epochnoise(folder, ['doctor'], { environment: { NODE_OPTIONS: `--require ${missing}` } });
  expect(code).toBe(0);
  expect(out).toMatch(/^back end tensorflow: does not work \(.*no such library here.*\)$/m);
  expect(out).toContain('back end webgpu: does not work (the process that tried it ended with SIGKILL)\n');
  expect(out).toMatch(/^back end cpu: works /m);
  if (process.platform === 'linux' && process.arch === 'x64')
    expect(out).toMatch(/^CUDA: TensorFlow cannot be asked; .*driver/m);
  expect(out).toMatch(/^→ .*node scripts\/setup\.mjs --retry$/m);
  expect(out).toMatch(/\n→ until then, far slower: epochnoise run quickstart --set backend=cpu\n$/);
});

it('refuses a number of threads that is none', async () => {
  const environment = { EPOCHNOISE_THREADS: '0' };
  expect((await epochnoise(folder, ['doctor'], { environment })).err).toBe(
    'error: EPOCHNOISE_THREADS is "0"; expected a positive whole number\n',
  );
});
