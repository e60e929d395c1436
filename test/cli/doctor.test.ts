/** `epochnoise doctor`, as text and as JSON. */
import { expect, it } from 'vitest';
import { programVersion } from '../../src/experiment/environment.ts';
import { compile, epochnoise, workingFolder } from './program.ts';

compile();
const folder = workingFolder();

it('tells what works, where data are looked for, and what to do', async () => {
  const { code, out, err } = await epochnoise(folder, ['doctor']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^epochnoise ${programVersion()} on Node ${process.version}, `));
  expect(out).toContain('cores used: 1 (EPOCHNOISE_THREADS changes it)\n');
  expect(out).toMatch(/^back end cpu: works \(.*Hessian product right to \de-\d\)$/m);
  expect(out).toContain('data folder: ~/data\n  mnist: 0 of 4 files\n  cifar10: 0 of 1 file\n');
  expect(out).toMatch(/^→ .*epochnoise data get mnist/m);
});

it('--json is one document with the same', async () => {
  const { code, out, err } = await epochnoise(folder, ['doctor', '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const document = JSON.parse(out);
  expect(document).toMatchObject({ threads: 1, data: { folder: '~/data' } });
  const found = document.backends.map(({ name, works }: { name: string; works: boolean }) => [name, works]);
  expect(found).toContainEqual(['cpu', true]);
  expect(document.advice.length).toBeGreaterThan(0);
});

it('refuses a number of threads that is none', async () => {
  const environment = { EPOCHNOISE_THREADS: '0' };
  expect((await epochnoise(folder, ['doctor'], { environment })).err).toBe(
    'error: EPOCHNOISE_THREADS is "0"; expected a positive whole number\n',
  );
});
