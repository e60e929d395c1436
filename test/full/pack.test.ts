/**
 * The packed program as somebody else gets it: packed, installed into an empty folder with an empty cache folder, used. It
 * downloads what a first user downloads: the npm packages, and the library's wheel. Channel: the checkout, byte for byte.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// Its name is not one of a checkout, and has a space.
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'epochnoise packed-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const project = join(folder, 'project');
mkdirSync(project);

/** Runs a command in the project, as a user with an empty cache folder does. Nothing of this test's npm is handed on. */
function type(command: string, cwd = project): { out: string; err: string } {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|VITEST|EPOCHNOISE_)/.test(name),
  );
  const env = {
    ...Object.fromEntries(own),
    XDG_CACHE_HOME: join(folder, 'cache'),
    EPOCHNOISE_THREADS: '1',
    NO_COLOR: '1',
  };
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  expect(status, `${command}\n${stdout}\n${stderr}`).toBe(0);
  return { out: stdout, err: stderr };
}

/** SHA-256 of every file of a run, by name, but for the one that may differ. */
function bytesOf(run: string): Record<string, string> {
  const files = (readdirSync(run, { recursive: true }) as string[]).filter(
    (name) => statSync(join(run, name)).isFile() && name !== 'environment.json',
  );
  return Object.fromEntries(
    files.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(run, name)))
        .digest('hex'),
    ]),
  );
}

it('packs the program, and nothing of the checkout besides', () => {
  const { out } = type(`npm pack --json --pack-destination "${folder}"`, ROOT);
  const [{ files, size, filename }] = JSON.parse(out) as [
    { files: { path: string }[]; size: number; filename: string },
  ];
  expect(filename).toMatch(/^epochnoise-\d+\.\d+\.\d+\.tgz$/);
  const names = files.map(({ path }) => path);
  const tops = new Set(names.map((name) => name.split('/')[0]));
  expect([...tops].sort()).toEqual(
    ['CHANGELOG.md', 'CITATION.cff', 'LICENSE', 'README.md', 'dist', 'experiments', 'package.json', 'scripts'].sort(),
  );
  expect(names.filter((name) => /(\.map|\.node|\.so|\.tsbuildinfo|_test\.js|\.test\.js)$/.test(name))).toEqual([]);
  expect(size).toBeLessThan(2e6);
});

it('is installed into an empty folder by plain npm', () => {
  // A repository of somebody else's, whose revision is not the program's.
  type('git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m begin');
  type(`npm install "${folder}"/epochnoise-*.tgz`);
  expect(type('npx epochnoise --version').out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(
    type('npx epochnoise theory --learning-rate 0.05 --momentum 0.9 --batches-per-epoch 100 --eigenvalue 1').out,
  ).toContain('crossover eigenvalue 0.06');
});

it('fetches its native part at the first use, and then no more', () => {
  const first = type('npx epochnoise doctor');
  expect(first.err).toContain(`kept in ${join(folder, 'cache', 'epochnoise')}`);
  expect(first.out).toMatch(/^back end tensorflow: works /m);
  expect(first.out).toMatch(/^back end cpu: works /m);
  expect(first.out).toContain(`${join(folder, 'cache')}`);
  expect(first.out).toMatch(/\n→ ready: npx epochnoise run quickstart\n$/);
  expect(type('npx epochnoise doctor').err).toBe('');
});

it('runs an experiment with the bytes that a checkout gives, pictures and page included', () => {
  type('npx epochnoise init tiny');
  const settings = '--set data.samples=2000 --set sgd.batchSize=20 --set record.epochs=10';
  type(`npx epochnoise run tiny.yaml ${settings}`);
  type(`"${process.execPath}" "${join(ROOT, 'dist', 'cli', 'main.js')}" run tiny.yaml ${settings} --out checkout`);
  const packed = bytesOf(join(project, 'results', 'tiny'));
  expect(Object.keys(packed)).toEqual(expect.arrayContaining(['directions.csv', 'report.html', 'figures/ratio.png']));
  expect(packed).toEqual(bytesOf(join(project, 'checkout')));
  const environment = JSON.parse(readFileSync(join(project, 'results', 'tiny', 'environment.json'), 'utf8'));
  expect(environment).toMatchObject({ revision: null, backend: expect.stringMatching(/^tensorflow /) });
  type('npx epochnoise tensorboard results/tiny');
});

it('computes in plain JavaScript too, and is a library', () => {
  writeFileSync(
    join(project, 'program.mjs'),
    `import { lanczos, operatorFrom, readSummary } from 'epochnoise';
const { eigenvalues } = await lanczos(operatorFrom(3, (v) => v.map((x, i) => (i + 1) * x)), { eigenpairs: 1 });
console.log(eigenvalues[0].toFixed(3), readSummary('results/tiny').samples);`,
  );
  expect(type('node program.mjs').out).toBe('3.000 2000\n');
  const few = '--set data.samples=200 --set sgd.batchSize=20 --set data.testSamples=0 --set record.epochs=2';
  type(`npx epochnoise run tiny.yaml --out plain --until record --set backend=cpu ${few}`);
  expect(JSON.parse(readFileSync(join(project, 'plain', 'environment.json'), 'utf8')).backend).toMatch(/^tfjs /);
});
