/** Processes of a sweep that end in every way there is: what is said of each, and how often it is tried. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Failure, noteFailure, readFailure } from '../../../src/experiment/sweep/folder.ts';
import { lockSweep } from '../../../src/experiment/sweep/index.ts';
import { runLocally } from '../../../src/experiment/sweep/local.ts';
import { resolveExperiment } from '../../../src/experiment/load.ts';

const root = mkdtempSync(join(tmpdir(), 'epochnoise-local-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const experiment = resolveExperiment({ data: { name: 'teacher' }, sgd: { learningRate: 0.1, batchSize: 5 } });

/** Runs one task each of programs that are written here, `process.argv[2]` being the task. */
async function ends(name: string, programs: readonly string[], ended: Failure[] = []) {
  const folder = join(root, name);
  const program = join(root, `${name}.mjs`);
  const tried = join(root, `${name}.tried`);
  writeFileSync(tried, '');
  writeFileSync(
    program,
    `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(tried)}, process.argv[2]);\n` +
      programs.map((code, i) => `if (process.argv[2] === '${i}') { ${code} }`).join('\n'),
  );
  const points = programs.map((_, i) => ({ name: `point-${i}`, set: {}, experiment }));
  const tasks = programs.map((_, point) => ({ point, until: 'train' as const, donor: null, level: 0, after: null }));
  const sweep = { name, title: null, until: 'train' as const, axes: [], points };
  ended.forEach((failure, i) => noteFailure(folder, points[i], failure));
  const told: string[] = [];
  await runLocally(folder, sweep, tasks, {
    processes: 2,
    threads: 1,
    command: [program],
    view: {
      started: () => {},
      progress: () => {},
      ended: (task, _, failure, willRetry) =>
        told.push(`${task}${willRetry ? ', again' : ''}: ${failure?.reason ?? 'done'}`),
      tick: async () => {},
    },
  });
  return {
    told: told.sort(),
    tries: [...readFileSync(tried, 'utf8')].sort().join(''),
    failures: points.map((point) => readFailure(folder, point)),
  };
}

describe('a process', () => {
  it('that is killed, ends by itself, or is asked to end is told of, and tried once more', async () => {
    const { told, tries, failures } = await ends('kinds', [
      "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000);",
      'process.exit(7);',
      'process.exit(130);',
      '',
    ]);
    const reasons = [
      'its process was ended by SIGKILL, perhaps for lack of memory',
      'its process ended with code 7',
      'its process was asked to end, not by this sweep',
      'its process ended without having done it',
    ];
    expect(told).toEqual(reasons.flatMap((reason, i) => [`${i}, again: ${reason}`, `${i}: ${reason}`]).sort());
    expect(tries).toBe('00112233');
    expect(failures).toEqual(reasons.map((reason, i) => ({ reason, exitCode: [null, 7, 130, 0][i], attempts: 2 })));
  });

  it('whose configuration is wrong is not tried again', async () => {
    const { told, tries } = await ends('wrong', ['process.exit(2);']);
    expect(told).toEqual(['0: its process ended with code 2']);
    expect(tries).toBe('0');
  });

  it('that ends before it begins is not told of as an earlier try was', async () => {
    const earlier = { reason: 'the loss grew', exitCode: 1, attempts: 2 };
    const { told, failures } = await ends('stale', ['process.exit(7);'], [earlier]);
    expect(told.every((one) => one.endsWith('its process ended with code 7'))).toBe(true);
    expect(failures[0]).toEqual({ reason: 'its process ended with code 7', exitCode: 7, attempts: 4 });
  });
});

it('one process at a time runs a sweep', () => {
  const folder = join(root, 'locked');
  const release = lockSweep(folder);
  expect(() => lockSweep(folder)).toThrow('another process works in');
  release();
  lockSweep(folder)();
});
