/** A node is lost while a sweep runs on it, and comes back. Channel: the same sweep on this machine, file by file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOf } from '../cli/killing.ts';
import { compile, epochnoise, workingFolder, writeTiny } from '../cli/program.ts';
import { type Cluster, noCluster, startCluster } from '../slurm/cluster.ts';

const LIMIT_MS = 600_000;
const SWEEP = `
base: tiny.yaml
set: { record.epochs: 400 }
grid: { sgd.momentum: [0.5, 0.9], sgd.sampler: [reshuffle, shuffle-once] }
until: record
`;

describe.skipIf(noCluster)(`a node that is lost${noCluster}`, { timeout: LIMIT_MS }, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    compile();
    cluster = await startCluster({ cpus: 1, memory: 4000 });
  });
  afterAll(() => cluster?.stop());

  it('ends with the same results as if it had not been', async () => {
    const folder = workingFolder();
    writeTiny(folder);
    writeFileSync(join(folder, 'own.yaml'), SWEEP);
    const there = (...args: string[]) => epochnoise(folder, ['sweep', ...args], { environment: cluster.environment });
    const handed = await there('own.yaml', '--executor', 'slurm', '--partition', 'main', '--mem', '1000M');
    expect(handed.code, handed.err).toBe(0);
    const status = async () => (JSON.parse((await there('results/own', '--status', '--json')).out) as Status).points;
    const end = Date.now() + LIMIT_MS - 60_000;
    const until = async (isSo: (points: Status['points']) => boolean) => {
      for (let points = await status(); !isSo(points); points = await status()) {
        if (Date.now() > end) throw new Error(`it never came: ${JSON.stringify(points)}`);
        await sleep(1000);
      }
    };
    // One of the last level, in the middle of its window.
    const begun = (name: string) => existsSync(join(folder, 'results', 'own', 'points', name, 'weights.safetensors'));
    let lost = '';
    await until((points) => {
      lost = points.find(({ name, job }) => job?.state === 'running' && job.node === 'n1' && begun(name))?.name ?? '';
      return lost !== '';
    });
    await cluster.killNode('n1');
    await until((points) => points.find(({ name }) => name === lost)!.job?.state === 'pending');
    await cluster.startNode('n1');
    const [, array] = /array (\d+) of 4 tasks/.exec(handed.out)!;
    const job = (await status()).find(({ name }) => name === lost)!.job!;
    await cluster.startSoon(`${array}_${job.index}`);
    for (; !existsSync(join(folder, 'results', 'own', 'report.html')); await sleep(1000))
      if (Date.now() > end) throw new Error('the page never came');
    const { points } = JSON.parse(readFileSync(join(folder, 'results', 'own', 'collected.json'), 'utf8'));
    expect(points.map(({ state }: { state: string }) => state)).toEqual(['done', 'done', 'done', 'done']);

    const here = workingFolder();
    writeTiny(here);
    writeFileSync(join(here, 'own.yaml'), SWEEP);
    expect((await epochnoise(here, ['sweep', 'own.yaml'])).code).toBe(0);
    const inside = join('results', 'own', 'points');
    expect(filesOf(join(folder, inside))).toEqual(filesOf(join(here, inside)));
  });
});

interface Status {
  readonly points: readonly {
    readonly name: string;
    readonly job: { readonly state: string; readonly node: string; readonly index: number } | null;
  }[];
}
