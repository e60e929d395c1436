/** `epochnoise probe` on a run whose whole Hessian is known from differences of plain gradients. */
import { copyFileSync, cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadExperiment, probeText, runExperiment } from '../../../src/experiment/index.ts';
import { probe, type Probe } from '../../../src/experiment/probe.ts';
import { readVisibility } from '../../../src/experiment/run-files.ts';
import { readJson } from '../../../src/store/json.ts';
import { jacobiEigen } from '../../oracle/jacobi-reference.ts';
import { range } from '../../hessian/plain-mlp.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { listing, problemOf } from '../../store/scratch.ts';
import { hessianTimes, numbers } from './reading.ts';
import { MOMENTUM, quiet, run, SAMPLES, SIZE, UPDATES_PER_EPOCH, WEIGHT_DECAY } from './tiny.ts';

const folder = temporaryFolders();
const ALL = { samples: SAMPLES, iterations: 90 };
let finished: string;
let found: Probe;
/** Eigenvalues of the Hessian on all samples, where the training ended. */
let dense: Float64Array;

beforeAll(async () => {
  finished = join(folder(), 'finished');
  await run(finished, {}, 'record');
  found = await probe(finished, quiet, ALL);
  const theta = numbers(finished, 'minimum', 'theta');
  const rows = range(SIZE).map((i) =>
    hessianTimes(
      theta,
      Float64Array.from({ length: SIZE }, (_, j) => +(i === j)),
    ),
  );
  dense = jacobiEigen(rows.map((row, i) => row.map((value, j) => (value + rows[j][i]) / 2))).eigenvalues;
});

/** A copy of the finished run that may be damaged. */
function copied(): string {
  const directory = join(folder(), 'run');
  cpSync(finished, directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

/** Everything that is no measured time. */
const withoutTimes = (document: Probe): unknown =>
  JSON.parse(JSON.stringify(document, (key, value: unknown) => (/seconds/i.test(key) ? null : value)));

describe('a probe of all samples', () => {
  it('puts the crossover at the eigenvalues of the dense Hessian, to their residuals', () => {
    expect(found.choices.map(({ above }) => above!.count)).toEqual([1, 2, 5, 10, 15]);
    for (const { above, learningRate, crossover } of found.choices) {
      const known = dense[above!.count - 1];
      const { relativeResidual } = found.curvature.spectrum[above!.count - 1];
      // The products are float32: 1e-7 of the largest eigenvalue.
      const error = relativeResidual * known + 1e-6 * dense[0];
      expect(Math.abs(crossover - known)).toBeLessThan(error);
      const exact = (3 * (1 - MOMENTUM)) / (UPDATES_PER_EPOCH * known);
      expect(Math.abs(learningRate / exact - 1)).toBeLessThan((2 * error) / known);
    }
  });

  it('counts the directions of the dense Hessian about the crossover of the configuration', () => {
    const { crossover, above, suppressed } = found.configured;
    expect(crossover).toBeCloseTo(0.75, 12);
    const from = (level: number) => dense.filter((value) => value >= level).length;
    expect(above).toEqual({ count: from(0.75), isExtrapolated: false });
    expect(suppressed).toEqual({ count: from(0.075) - from(0.75), isExtrapolated: false });
  });

  it('expects of the fluctuating curvature what the run itself does before it records', () => {
    const trace = dense.reduce((sum, value) => sum + value - WEIGHT_DECAY, 0);
    expect(found.configured.contamination / ((3 * trace) / (2 * SAMPLES * 0.75))).toBeCloseTo(1, 5);
    const visibility = readVisibility(finished)!;
    expect(found.configured.contamination / visibility.contamination).toBeCloseTo(1, 6);
    expect(found.configured.samplesForClearView).toBe(visibility.samplesForClearView);
  });

  it('recommends one of the first quarter of the directions, and says what stands in its way', () => {
    const { rank, choice } = found.recommendation;
    expect(rank).toBe(4);
    expect(Math.abs(choice.crossover / dense[3] - 1)).toBeLessThan(0.06);
    expect(found.warnings.map(({ code }) => code)).toEqual(['few-below', 'burn-in-too-short']);
  });

  it('gives the same numbers again, times apart', async () => {
    expect(withoutTimes(await probe(finished, quiet, ALL))).toEqual(withoutTimes(found));
    const subset = { samples: 100, iterations: 12 };
    const [first, second] = [await probe(finished, quiet, subset), await probe(finished, quiet, subset)];
    expect(withoutTimes(second)).toEqual(withoutTimes(first));
    expect(first.curvature).toMatchObject({ samples: 100, disjointSamples: 100, iterations: 12 });
  });

  it('is text of at most 100 columns, but for the command', () => {
    const lines = probeText(found).split('\n');
    expect(lines.at(-1)).toBe('');
    expect(lines.at(-2)).toBe(`  ${found.command}`);
    for (const line of lines.slice(0, -2)) expect(line.length, line).toBeLessThanOrEqual(100);
    // η·λ_max < 2(1+β) = 3, η = 0.15/λ: up to λ_max/20.
    const diverging = dense.filter((value, i) => [1, 2, 5, 10, 15].includes(i + 1) && value < dense[0] / 20);
    expect(diverging.length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.endsWith(' diverges'))).toHaveLength(diverging.length);
  });
});

describe('a run directory', () => {
  const state = (directory: string) =>
    listing(dirname(directory)).map((name) => {
      const path = join(dirname(directory), name);
      const { mtimeMs, size } = statSync(path);
      return [name, mtimeMs, size];
    });

  it('is left as it is, and its lock is neither asked for nor taken', async () => {
    const directory = copied();
    const lock = join(dirname(directory), `.${basename(directory)}.lock`);
    writeFileSync(lock, `${os.hostname()} ${process.pid}`);
    const before = state(directory);
    await probe(directory, quiet, ALL);
    expect(state(directory)).toEqual(before);
  });

  it('whose later stages are not done, or not up to date, will do', async () => {
    const directory = copied();
    for (const file of ['weights.safetensors', 'mean.safetensors']) rmSync(join(directory, file));
    const { curvature, recommendation } = await probe(directory, quiet, ALL);
    expect(curvature).toEqual(found.curvature);
    expect(recommendation.rank).toBe(found.recommendation.rank);
  });

  const sentence = (why: string) =>
    new RegExp(`^exit 3: stage train of .* ${why}; \`epochnoise run .*\` computes what is missing or out of date$`);

  it('whose training is not done, or is that of other settings, or was changed, is refused with the way out', async () => {
    const untrained = copied();
    rmSync(join(untrained, 'minimum.safetensors'));
    expect(await problemOf(() => probe(untrained, quiet, ALL))).toMatch(
      sentence('is out of date: minimum.safetensors is missing'),
    );

    const other = copied();
    const settings = readJson<Record<string, object>>(join(other, 'experiment.json'));
    const path = join(other, 'experiment.json');
    writeFileSync(path, JSON.stringify({ ...settings, sgd: { ...settings.sgd, momentum: 0.8 } }));
    expect(await problemOf(() => probe(other, quiet, ALL))).toMatch(
      sentence('is out of date: sgd.momentum was 0.5 and is 0.8'),
    );

    const changed = copied();
    copyFileSync(join(changed, 'mean.safetensors'), join(changed, 'minimum.safetensors'));
    expect(await problemOf(() => probe(changed, quiet, ALL))).toMatch(
      sentence('is out of date: minimum.safetensors has .*'),
    );
  });

  it('that is none, or missing, is refused', async () => {
    const empty = folder();
    expect(await problemOf(() => probe(empty, quiet, ALL))).toMatch(
      /^exit 3: .* is no run directory: it holds no experiment/,
    );
    expect(await problemOf(() => probe(join(empty, 'none'), quiet, ALL))).toMatch(
      /^exit 3: no run directory .*none; `epoch/,
    );
  });

  it('whose pairs do not converge in so few iterations is told so', async () => {
    expect(await problemOf(() => probe(finished, quiet, { samples: SAMPLES, iterations: 1 }))).toBe(
      'exit 1: none of the eigenpairs converged in 1 Lanczos iterations: give more (--iterations)',
    );
  });
});

describe('a network with batch normalisation', () => {
  // Channel: the stage that records looks at the same minimum, with statistics that it reads for itself.
  it('is probed with the statistics that are frozen at its minimum', async () => {
    const directory = join(folder(), 'frozen');
    const samples = 40;
    const settings = {
      data: { name: 'digits', samples, testSamples: 0, size: 8 },
      model: { name: 'resnet20', width: 2, normalisation: 'frozen-batch' },
      loss: 'cross-entropy',
      train: { epochs: 2, initialLearningRate: 0.05 },
      polish: { method: 'none' },
      sgd: { learningRate: 1e-4, batchSize: 10 },
      record: { burnInEpochs: 0, epochs: 2 },
    };
    await run(directory, settings, 'record');
    const { configured, curvature } = await probe(directory, quiet, { samples, iterations: 30 });
    const visibility = readVisibility(directory)!;
    expect(curvature.trace.value / visibility.trace.value).toBeCloseTo(1, 4);
    expect(configured.contamination / visibility.contamination).toBeCloseTo(1, 4);
  });
});

describe('the command to go on with', () => {
  /** The settings of the command, run until the window is recorded. */
  async function goOn(directory: string): Promise<readonly string[]> {
    const { command, recommendation } = await probe(directory, quiet, ALL);
    const [, file, out, assignment] = /^epochnoise run '?(.+?)'? --out '?(.+?)'? --set (\S+)$/.exec(command!)!;
    expect(assignment).toBe(`sgd.learningRate=${recommendation.choice.learningRate}`);
    const { name, experiment } = loadExperiment(file, [assignment]);
    expect(name).toBe(basename(directory));
    const { sgd, ...rest } = readJson<Record<string, object>>(join(directory, 'experiment.json'));
    delete rest.choices;
    expect(experiment).toEqual({ ...rest, sgd: { ...sgd, learningRate: recommendation.choice.learningRate } });
    return (await runExperiment(out, experiment, quiet, { until: 'record' })).ran;
  }

  it('keeps a training without polish', async () => {
    const directory = join(folder(), 'trained');
    const train = { epochs: 4, initialLearningRate: 0.1, decayPerEpoch: 0.5 };
    await run(directory, { train, polish: { method: 'none' } }, 'train');
    const before = readFileSync(join(directory, 'minimum.safetensors'));
    expect(probeText(await probe(directory, quiet, ALL))).toContain('the training does not depend on this rate');
    expect(await goOn(directory)).toEqual(['record']);
    expect(readFileSync(join(directory, 'minimum.safetensors')).equals(before)).toBe(true);
  });

  it('polishes anew, and says so', async () => {
    expect(probeText(found)).toContain('training and polish are done anew');
    expect(await goOn(copied())).toEqual(['train', 'record']);
  });
});
