/** A sweep as a user hands it to a real SLURM. Channel: the same sweep on this machine, file by file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf } from '../cli/killing.ts';
import { compile, epochnoise, refusal, workingFolder, writeTiny } from '../cli/program.ts';
import { type Cluster, noCluster, startCluster } from './cluster.ts';

const LIMIT_MS = 300_000;
const SWEEP = `
base: tiny.yaml
set: { record.epochs: 6, polish.method: none, train.epochs: 2 }
list: [{ sgd.sampler: reshuffle }, { sgd.sampler: with-replacement }, { train.initialLearningRate: 500 }]
until: record
`;
const ASKED = ['--executor', 'slurm', '--partition', 'main', '--mem', '1000M'];

describe.skipIf(noCluster)(`a sweep on a real SLURM${noCluster}`, { timeout: LIMIT_MS }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    compile();
    cluster = await startCluster({ cpus: 2, memory: 4000 });
  });
  afterAll(() => cluster?.stop());

  function folderWith(text: string): string {
    const folder = workingFolder();
    writeTiny(folder);
    writeFileSync(join(folder, 'own.yaml'), text);
    return folder;
  }
  const there = (folder: string, ...args: string[]) =>
    epochnoise(folder, ['sweep', ...args], { environment: cluster.environment });
  async function untilThere(path: string): Promise<void> {
    for (const end = Date.now() + LIMIT_MS - 30_000; !existsSync(path); await sleep(500))
      if (Date.now() > end) throw new Error(`${path} never came`);
  }

  it('gives what it gives here; a failing point leaves the others whole; what is missing is run again', async () => {
    const folder = folderWith(SWEEP);
    const handed = await there(folder, 'own.yaml', ...ASKED);
    expect(handed.code, handed.err).toBe(0);
    expect(handed.out).toMatch(
      /^handed to SLURM: array \d+ of 1 tasks, then array \d+ of 3 tasks, then job \d+, which collects; /,
    );
    const early = await there(folder, 'results/own', '--status');
    expect(early.out).toMatch(
      /^sweep own: 0 of 3 points done\npoint +state +in SLURM\nsampler-reshuffle .*(waits|running)/,
    );
    const sweeping = { environment: cluster.environment };
    expect(await refusal(folder, ['sweep', 'own.yaml'], sweeping)).toMatch(
      /^1: \d tasks? of this sweep waits? or run: look with --status, and end them with --cancel first$/,
    );
    await untilThere(join(folder, 'results', 'own', 'report.html'));
    const { points } = JSON.parse(readFileSync(join(folder, 'results', 'own', 'collected.json'), 'utf8'));
    expect(points.map(({ state }: { state: string }) => state)).toEqual(['done', 'done', 'failed']);
    const late = await there(folder, 'results/own', '--status');
    expect(late.out).toMatch(/^sweep own: 2 of 3 points done\n/);
    expect(late.out).toMatch(
      /\ninitialLearningRate-500 failed: .*; log results\/own\/logs\/initialLearningRate-500\.log\n$/,
    );

    const here = folderWith(SWEEP);
    expect((await epochnoise(here, ['sweep', 'own.yaml'])).code).toBe(1);
    for (const name of ['sampler-reshuffle', 'sampler-with-replacement']) {
      const point = join('results', 'own', 'points', name);
      expect(filesOf(join(folder, point))).toEqual(filesOf(join(here, point)));
    }

    const again = await there(folder, 'own.yaml', ...ASKED);
    expect(again.out).toMatch(/^handed to SLURM: array \d+ of 1 tasks, then job \d+, which collects; /);
    expect((await there(folder, 'results/own', '--cancel')).code).toBe(0);
    for (let state = ''; !/cancelled|failed/.test(state); await sleep(500))
      state = (await there(folder, 'results/own', '--status')).out
        .split('\n')
        .find((line) => line.startsWith('initial'))!;
    expect((await there(folder, 'results/own', '--collect')).code).toBe(1);
  });
});
