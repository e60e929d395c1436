/** `epochnoise init`, and what it says to do next. */
import { expect, it } from 'vitest';
import { compile, epochnoise, refusal, workingFolder } from './program.ts';

compile();
const folder = workingFolder();

it('writes an experiment once, which runs as it says', async () => {
  const { code, out, err } = await epochnoise(folder, ['init', 'my-study']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const next = /^Next: epochnoise (.*)$/m.exec(out)![1].split(' ');
  const run = await epochnoise(folder, [...next, '--until', 'train', '--set', 'data.samples=2000', '--json']);
  expect(run.code).toBe(0);
  expect(run.err).toContain('train');
  expect(await refusal(folder, ['init', 'my-study'])).toMatch(/^2: my-study\.yaml is there already, /);
});

it('--json is one document', async () => {
  const { out } = await epochnoise(folder, ['init', 'other', '--json']);
  expect(JSON.parse(out)).toEqual({ file: 'other.yaml', next: 'epochnoise run other.yaml' });
});
