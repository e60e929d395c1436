/** The run directory is a contract that other tools read: names, shapes, formats, metadata, header, keys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveExperiment } from '../../../src/experiment/index.ts';
import { readSafetensors } from '../../../src/store/safetensors.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { CURVATURE_COLUMNS, ESTIMATOR_COLUMNS } from '../../../src/store/run-directory.ts';
import { listing } from '../../store/scratch.ts';
import { BATCH, fingerprints, run, SAMPLES, SIZE, tiny, UPDATES, UPDATES_PER_EPOCH } from './tiny.ts';

/** As the contract has it, literally. */
const HEADER =
  'index,eigenvalue,residual,noise_variance,noise_variance_low,noise_variance_high,theta_variance,theta_variance_low,theta_variance_high,theta_dof,velocity_variance,velocity_variance_low,velocity_variance_high,velocity_dof,correlation_time,theta_variance_sampler,theta_variance_white,theta_variance_two_component,velocity_variance_sampler,velocity_variance_white,velocity_variance_two_component,correlation_time_sampler,correlation_time_white,correlation_time_two_component,trend_fraction,drift_ratio,regime';

const folder = temporaryFolders();
let directory: string;
beforeAll(async () => {
  directory = join(folder(), 'a run');
  const result = await run(directory);
  expect(result).toEqual({
    directory,
    ran: ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report'],
    previous: null,
  });
});

const text = (name: string) => readFileSync(join(directory, name), 'utf8');
const json = (name: string) => JSON.parse(text(name)) as Record<string, unknown>;

/** Formats and shapes of a file's tensors. */
function layout(name: string): Record<string, string> {
  const { tensors } = readSafetensors(join(directory, name));
  return Object.fromEntries(
    Object.entries(tensors).map(([tensor, { dtype, shape }]) => [tensor, `${dtype} [${shape.join(', ')}]`]),
  );
}

describe('a run directory', () => {
  it('has these files and no others', () => {
    const figures = listing(directory).filter((name) => name.startsWith('figures/'));
    expect(figures.length).toBeGreaterThanOrEqual(6);
    expect(listing(directory).filter((name) => !name.startsWith('figures/'))).toEqual([
      'batches.safetensors',
      'components.csv',
      'curvature.safetensors',
      'curvatures.csv',
      'density.csv',
      'directions.csv',
      'environment.json',
      'estimators.csv',
      'experiment.json',
      'figures',
      'mean.safetensors',
      'minimum.safetensors',
      'noise.safetensors',
      'positions.csv',
      'projections.safetensors',
      'replay.safetensors',
      'report.html',
      'spectrum.safetensors',
      'stages.json',
      'summary.json',
      'training.csv',
      'trajectory',
      'trajectory/00000.safetensors',
      'weights.safetensors',
      'window.csv',
    ]);
    expect(listing(join(directory, '..')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('has tensors of these formats and shapes', () => {
    const d = `[${SIZE}]`;
    expect(layout('minimum.safetensors')).toEqual({ theta: `F64 ${d}`, velocity: `F64 ${d}` });
    expect(layout('weights.safetensors')).toEqual({ theta: `F32 ${d}`, velocity: `F32 ${d}` });
    expect(layout('batches.safetensors')).toEqual({ indices: `I32 [${UPDATES}, ${BATCH}]` });
    const rows = `F32 [${UPDATES}, ${SIZE}]`;
    expect(layout('trajectory/00000.safetensors')).toEqual({ theta: rows, velocity: rows });
    expect(layout('mean.safetensors')).toEqual({ theta: `F64 ${d}`, gradient: `F64 ${d}` });
    expect(layout('spectrum.safetensors')).toEqual({
      eigenvalues: `F64 ${d}`,
      eigenvectors: `F32 [${SIZE}, ${SIZE}]`,
      residuals: `F64 ${d}`,
      residual_over_gap: `F64 ${d}`,
      gradient: `F64 ${d}`,
      density_eigenvalues: `F64 ${d}`,
      density_weights: `F64 ${d}`,
    });
    expect(layout('projections.safetensors')).toEqual({ theta: rows, velocity: rows });
    expect(layout('replay.safetensors')).toEqual({ theta: rows, explained: `F64 ${d}` });
    const { updates, directions, ratio } = layout('curvature.safetensors');
    // Ten points evenly apart in log λ, some of them nearest to the same direction.
    const chosen = /^I32 \[(\d+)\]$/.exec(directions)![1];
    expect(Number(chosen)).toBeGreaterThan(5);
    expect([updates, ratio]).toEqual(['I32 [4]', `F64 [4, ${chosen}]`]);
    // All updates are snapshots: a window of 50 has no hundred. No direction bends downwards here but for one.
    const steps = SIZE - 1;
    expect(layout('curvature.safetensors')).toMatchObject({
      snapshot_updates: `I32 [${UPDATES}]`,
      snapshot_theta: `F64 [${UPDATES}, ${SIZE}]`,
      snapshot_gradient: `F64 [${UPDATES}, ${SIZE}]`,
      snapshot_group_slopes: `F64 [1, ${SIZE}]`,
      finite_step_directions: `I32 [${steps}]`,
      finite_step: `F64 [${steps}]`,
      finite_step_curvature: `F64 [1, ${steps}]`,
      finite_step_rounding: `F64 [${steps}]`,
    });
    const lags = `[${2 * UPDATES_PER_EPOCH + 1}]`;
    expect(layout('noise.safetensors')).toMatchObject({
      variance: `F64 ${d}`,
      variance_low: `F64 ${d}`,
      variance_high: `F64 ${d}`,
      multiplicative: `F64 ${d}`,
      multiplicative_low: `F64 ${d}`,
      multiplicative_high: `F64 ${d}`,
      lags: `I32 ${lags}`,
      autocovariance: `F64 ${lags}`,
      autocovariance_error: `F64 ${lags}`,
    });
  });

  it('says in metadata where the weights lie, where a part begins, how noise was measured', () => {
    const metadata = (name: string) => readSafetensors(join(directory, name)).metadata;
    expect(metadata('weights.safetensors')).toMatchObject({
      parameters: [
        { name: 'dense1/weight', shape: [4, 3], offset: 0 },
        { name: 'dense1/bias', shape: [3], offset: 12 },
        { name: 'dense2/weight', shape: [3, 1], offset: 15 },
        { name: 'dense2/bias', shape: [1], offset: 18 },
      ],
    });
    expect(metadata('trajectory/00000.safetensors')).toEqual({ firstUpdate: 0 });
    expect(metadata('noise.safetensors')).toMatchObject({ method: 'per-sample' });
    expect(metadata('curvature.safetensors')).toEqual({ window: 'same', samples: SAMPLES });
  });

  it('has the resolved configuration, which resolves to itself, and what the machine suggested', () => {
    const { choices, ...experiment } = json('experiment.json');
    expect(choices).toEqual({ threads: 1, store: 'trajectory' });
    expect(experiment).toEqual(tiny());
    expect(resolveExperiment(experiment)).toEqual(tiny());
  });

  it('has the environment with what each stage cost', () => {
    const environment = json('environment.json') as { stages: Record<string, unknown>; [key: string]: unknown };
    expect(environment).toMatchObject({
      program: expect.stringMatching(/^epochnoise \d/),
      node: process.version,
      threads: 1,
      backend: expect.stringMatching(/^tensorflow \d/),
      cpu: expect.any(String),
    });
    expect(environment).toHaveProperty('revision');
    expect(Object.keys(environment.stages).sort()).toEqual(
      ['train', 'record', 'spectrum', 'curvature', 'noise', 'compare', 'report'].sort(),
    );
    for (const [name, cost] of Object.entries(environment.stages))
      expect(cost).toEqual({
        seconds: expect.any(Number),
        peakMemoryBytes: expect.any(Number),
        announcedMemoryBytes: expect.any(Number),
        ...(name !== 'report' && { backEnds: ['tensorflow'], versions: { tensorflow: [environment.backend] } }),
      });
  });

  it('has every picture as PNG and as PDF', () => {
    const pictures = listing(directory).filter((one) => one.startsWith('figures/'));
    const named = (ending: string) => pictures.filter((one) => one.endsWith(ending)).map((one) => one.slice(0, -4));
    expect(named('.png')).toEqual(named('.pdf'));
    for (const name of pictures) {
      expect(name).toMatch(/^figures\/[a-z-]+\.(png|pdf)$/);
      const bytes = readFileSync(join(directory, name));
      const [head, tail] = name.endsWith('.png') ? ['\x89PNG\r\n\x1a\n', 'IEND'] : ['%PDF-', '%%EOF'];
      expect(bytes.subarray(0, head.length).toString('latin1')).toBe(head);
      expect(bytes.subarray(-12).toString('latin1')).toContain(tail);
    }
  });
});

describe('the other tables', () => {
  const lines = (name: string) => text(name).trim().split('\n');

  it('have their headers, and a line a direction, a range and position, a rank', () => {
    expect(lines('estimators.csv')[0].split(',')).toEqual([...ESTIMATOR_COLUMNS]);
    expect(lines('estimators.csv')).toHaveLength(SIZE + 1);
    expect(lines('curvatures.csv')[0].split(',')).toEqual([...CURVATURE_COLUMNS]);
    expect(lines('curvatures.csv')).toHaveLength(SIZE + 1);
    expect(lines('positions.csv')[0]).toBe('low,high,position,measured,measured_error,sampler,two_component');
    expect((lines('positions.csv').length - 1) % UPDATES_PER_EPOCH).toBe(0);
    expect(lines('components.csv')[0]).toBe(
      'rank,variance,share,curvature,random_walk_variance,random_walk_share,random_walk_curvature',
    );
    expect(lines('components.csv')).toHaveLength(SIZE + 1);
    for (const name of ['estimators.csv', 'curvatures.csv', 'positions.csv', 'components.csv'])
      expect(text(name)).not.toMatch(/nan|inf/i);
  });
});

describe('directions.csv', () => {
  it('has the header of the contract, one line a direction, LF', () => {
    const content = text('directions.csv');
    expect(content.endsWith('\n')).toBe(true);
    expect(content).not.toContain('\r');
    const [header, ...lines] = content.slice(0, -1).split('\n');
    expect(header).toBe(HEADER);
    expect(lines).toHaveLength(SIZE);
    lines.forEach((line, index) => {
      const cells = line.split(',');
      expect(cells).toHaveLength(27);
      expect(cells[0]).toBe(String(index));
      expect(cells[26]).toMatch(/^(stiff|suppressed|drift|negative)$/);
      for (const at of [17, 20, 23]) expect(Number(cells[at])).toBeGreaterThan(0);
    });
    expect(content).not.toMatch(/nan|inf/i);
  });

  it('writes numbers that read back as themselves', () => {
    const { data } = readSafetensors(join(directory, 'spectrum.safetensors')).tensors.eigenvalues;
    const lines = text('directions.csv').split('\n').slice(1, -1);
    expect(lines.map((line) => Number(line.split(',')[1]))).toEqual([...(data as Float64Array)]);
  });
});

describe('training.csv and window.csv', () => {
  it('tell of the phases, epoch after epoch', () => {
    const rows = (name: string) =>
      text(name)
        .trim()
        .split('\n')
        .map((line) => line.split(',').slice(0, 2).join(' '));
    expect(rows('training.csv')).toEqual(['phase epoch', 'polish 0', 'polish 1']);
    expect(rows('window.csv')).toEqual([
      'phase epoch',
      ...[1, 2, 3].map((epoch) => `burn-in ${epoch}`),
      ...[4, 5, 6, 7, 8].map((epoch) => `window ${epoch}`),
    ]);
  });
});

describe('summary.json', () => {
  const summary = () => json('summary.json') as Record<string, never>;

  it('has the keys of the contract', () => {
    expect(Object.keys(summary()).sort()).toEqual(
      [
        ...['schemaVersion', 'learningRate', 'momentum', 'batchSize', 'samples', 'batchesPerEpoch', 'weightDecay'],
        ...['sampler', 'crossoverEigenvalue', 'window', 'ranges', 'slopes', 'lossFluctuation', 'warnings', 'verdicts'],
        ...['noise', 'spectrum', 'quadraticity', 'curvatures', 'components'],
      ].sort(),
    );
    expect(Object.keys(summary().window).sort()).toEqual(['burnInEpochs', 'epochs', 'updates']);
    expect(Object.keys(summary().slopes).sort()).toEqual(['noiseExponent', 'stiff', 'suppressed']);
    for (const range of summary().ranges as Record<string, unknown>[])
      expect(Object.keys(range).sort()).toEqual(
        [
          ...['low', 'high', 'directions', 'ratioSampler', 'ratioWhite', 'ratioTwoComponent', 'velocityRatioSampler'],
          ...['medianAbsLog10', 'expectedAbsLog10', 'coverage', 'pooledError', 'coverageTwoComponent'],
          ...['ratioProportional', 'withinEpochs', 'withoutTrend', 'halvesRatio', 'halvesCoverage', 'replayExplained'],
          ...['shiftCoverage', 'trendFraction', 'replayPredicted'],
        ].sort(),
      );
    const { suppressed } = summary().slopes as { suppressed: object };
    expect(Object.keys(suppressed).sort()).toEqual(['high', 'low', 'predicted', 'value']);
  });

  it('has the settings of the run', () => {
    expect(summary()).toMatchObject({
      schemaVersion: 1,
      learningRate: 0.2,
      momentum: 0.5,
      batchSize: 40,
      samples: 400,
      batchesPerEpoch: 10,
      weightDecay: 1e-3,
      sampler: 'reshuffle',
      window: { epochs: 5, updates: 50, burnInEpochs: 3 },
      warnings: [],
    });
    expect(summary().crossoverEigenvalue).toBeCloseTo(0.75, 14);
    const ranges = summary().ranges as { low: number; high: number | null; directions: number }[];
    expect(ranges.map(({ low, high }) => [low, high])).toEqual([
      [0, 0.01],
      [0.01, 0.1],
      [0.1, 1],
      [1, 10],
      [10, null],
    ]);
    // What bends downwards is in no range.
    const negative = text('directions.csv').match(/,negative$/gm)?.length ?? 0;
    expect(ranges.reduce((sum, { directions }) => sum + directions, 0)).toBe(SIZE - negative);
  });
});

describe('the same experiment once more', () => {
  it('gives the same bytes, in another folder, but for environment.json', async () => {
    const again = join(folder(), 'again');
    await run(again);
    expect(fingerprints(again)).toEqual(fingerprints(directory));
    expect(Object.keys(fingerprints(directory)).length).toBeGreaterThan(20);
  });

  it('gives the same bytes in float64, weights and trajectory in float64', async () => {
    const [one, other] = ['one', 'other'].map((name) => join(folder(), name));
    for (const own of [one, other]) await run(own, { precision: 'float64' }, 'compare');
    expect(fingerprints(one)).toEqual(fingerprints(other));
    for (const name of ['weights.safetensors', 'trajectory/00000.safetensors'])
      for (const tensor of Object.values(readSafetensors(join(one, name)).tensors)) expect(tensor.dtype).toBe('F64');
  });

  it('gives other bytes with another seed', async () => {
    const other = join(folder(), 'other seed');
    await run(other, { seed: 4 }, 'train');
    expect(fingerprints(other)['minimum.safetensors']).not.toBe(fingerprints(directory)['minimum.safetensors']);
  });
});
