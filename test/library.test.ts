/** The package as another program sees it. Channels: the TypeScript compiler for the types, Node for what is loaded. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compile, workingFolder } from './cli/program.ts';

compile();
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const folder = workingFolder();
mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true });
symlinkSync(ROOT, join(folder, 'node_modules', 'epochnoise'));
for (const name of ['node', 'long'])
  symlinkSync(join(ROOT, 'node_modules', '@types', name), join(folder, 'node_modules', '@types', name));

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('has types that say what is what', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        module: 'nodenext',
        target: 'es2022',
        noEmit: true,
        types: ['node', 'long'],
      },
      files: ['program.ts'],
    }),
  );
  // Each line below a directive must be an error: a type that had become any would be none.
  writeFileSync(
    join(folder, 'program.ts'),
    `import { type Direction, type Eigenpairs, type Experiment, lanczos, operatorFrom, readCsv, resolveExperiment, reshuffledWeightVariance, runExperiment, ConfigurationError } from 'epochnoise';
const direction: Direction = { learningRate: 0.1, momentum: 0.9, batchesPerEpoch: 10, eigenvalue: 1, noiseVariance: 1 };
export const variance: number = reshuffledWeightVariance(direction);
// @ts-expect-error a number, no text
export const text: string = reshuffledWeightVariance(direction);
// @ts-expect-error no momentum
reshuffledWeightVariance({ learningRate: 0.1, batchesPerEpoch: 10, eigenvalue: 1, noiseVariance: 1 });
export const pairs: Eigenpairs = await lanczos(operatorFrom(2, (v) => v), { eigenpairs: 1 });
// @ts-expect-error eigenvalues are float64
export const wrong: Float32Array = pairs.eigenvalues;
const experiment: Experiment = resolveExperiment({});
export const sampler: 'reshuffle' | 'shuffle-once' | 'with-replacement' = experiment.sgd.sampler;
// @ts-expect-error no such key
export const none = experiment.sgd.nesterov;
export const directory: string = (await runExperiment('x', experiment, { until: 'train' })).directory;
// @ts-expect-error no such stage
await runExperiment('x', experiment, { until: 'end' });
export const numbers: Float64Array = readCsv('x').numbers('eigenvalue');
export const code: 2 = new ConfigurationError('x').exitCode;
`,
  );
  const { status, stdout } = node(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

it('loads neither tfjs nor a canvas before they are needed', () => {
  const program = `
import { createRequire } from 'node:module';
import { resolveExperiment, reshuffledWeightVariance } from 'epochnoise';
resolveExperiment({});
reshuffledWeightVariance({ learningRate: 0.1, momentum: 0.9, batchesPerEpoch: 10, eigenvalue: 1, noiseVariance: 1 });
console.log(Object.keys(createRequire(import.meta.url).cache).filter((file) => /tfjs|canvas/.test(file)).length);`;
  expect(node('--input-type=module', '-e', program)).toEqual({ status: 0, stdout: '0\n', stderr: '' });
});

it('lets nothing in but its surface', () => {
  const { stderr } = node('--input-type=module', '-e', "await import('epochnoise/dist/random.js')");
  expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
});
