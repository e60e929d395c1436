/**
 * Windows that were recorded elsewhere. Channel: our own window, taken apart into the tensors that a stranger would write, and
 * put together again by the import, has to give the results of the run that it came from.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadImport } from '../../../src/experiment/import/load.ts';
import { runExperiment } from '../../../src/experiment/pipeline.ts';
import type { Experiment } from '../../../src/experiment/schema.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readJson, writeJson } from '../../../src/store/json.ts';
import { readSafetensors, writeSafetensors, type WritableTensor } from '../../../src/store/safetensors.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { BATCH, LEARNING_RATE, MOMENTUM, quiet, run, SAMPLES, SIZE, tiny, UPDATES, WEIGHT_DECAY } from './tiny.ts';

const newFolder = temporaryFolders();
const folder = newFolder();
const own = join(folder, 'own');
const tensors = (directory: string, file: string) => readSafetensors(join(directory, file)).tensors;

const SAID = {
  learning_rate: LEARNING_RATE,
  momentum: MOMENTUM,
  weight_decay: WEIGHT_DECAY,
  samples: SAMPLES,
  sampler: 'reshuffle',
  burn_in_epochs: 3,
};

/** What is said of work that is refused. */
async function messageOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was refused';
}

/** What a stranger has recorded. */
function recorded(): Record<string, WritableTensor> {
  const { theta, velocity } = tensors(own, 'trajectory/00000.safetensors');
  const opening = tensors(own, 'weights.safetensors');
  const { indices } = tensors(own, 'batches.safetensors');
  return {
    theta,
    velocity,
    opening_theta: opening.theta,
    opening_velocity: opening.velocity,
    batches: indices,
  } as Record<string, WritableTensor>;
}

function write(name: string, changes: Record<string, WritableTensor | undefined> = {}, said: object = {}): string {
  const all = Object.entries({ ...recorded(), ...changes }).filter(([, tensor]) => tensor !== undefined);
  const path = join(folder, `${name}.safetensors`);
  writeSafetensors(path, Object.fromEntries(all) as Record<string, WritableTensor>, { ...SAID, ...said });
  return path;
}

/** The experiment without what a recording tells. */
function network(): string {
  const { seed, data, model, loss, spectrum, noise } = tiny() as Experiment;
  const path = join(folder, 'network.json.yaml');
  writeJson(path, { seed, data, model, loss, spectrum, noise });
  return path;
}

const imported = async (name: string, experiment: Experiment) => {
  const directory = join(folder, name);
  await runExperiment(directory, experiment, quiet, { until: 'report' });
  return directory;
};

const columns = (directory: string) => readCsv(join(directory, 'directions.csv'));

beforeAll(async () => {
  mkdirSync(own);
  await run(own, {}, 'report');
});

describe('with the network that was trained', () => {
  it('gives the very numbers of the run that it came from', async () => {
    const experiment = loadImport(write('whole'), { file: network(), eigenpairs: null, assignments: [] });
    expect(experiment.record).toMatchObject({ epochs: 5, burnInEpochs: 3 });
    const directory = await imported('whole-run', experiment);
    for (const file of ['directions.csv', 'estimators.csv', 'curvatures.csv', 'positions.csv'])
      expect(readFileSync(join(directory, file), 'utf8'), file).toBe(readFileSync(join(own, file), 'utf8'));
    const [theirs, ours] = [directory, own].map((one) => readJson<Summary>(join(one, 'summary.json')));
    // What is expected beforehand is looked at where the window opens, not at a polished minimum.
    expect(theirs.noise.trace! / ours.noise.trace!).toBeCloseTo(1, 1);
    const rest = { noise: null, verdicts: [], warnings: [] };
    expect({ ...theirs, ...rest }).toEqual({ ...ours, ...rest });
  });

  it('velocities that were not recorded are differences of weights', async () => {
    const path = write('no-velocity', { velocity: undefined });
    const directory = await imported(
      'no-velocity-run',
      loadImport(path, { file: network(), eigenpairs: null, assignments: [] }),
    );
    const [theirs, ours] = [directory, own].map((one) => columns(one));
    for (const name of ['theta_variance', 'velocity_variance', 'theta_variance_sampler'])
      theirs.numbers(name).forEach((value, i) => expect(value / ours.numbers(name)[i]).toBeCloseTo(1, 4));
  });

  it('a recording in parts is one', async () => {
    const { theta, velocity, batches, ...opening } = recorded();
    const parts = join(folder, 'parts');
    mkdirSync(parts);
    const half = UPDATES / 2;
    const cut = ({ shape, data }: WritableTensor, from: number): WritableTensor => ({
      shape: [half, shape[1]],
      data: data.slice(from * shape[1], (from + half) * shape[1]) as WritableTensor['data'],
    });
    for (const from of [0, half])
      writeSafetensors(
        join(parts, `${from}`.padStart(5, '0') + '.safetensors'),
        {
          theta: cut(theta, from),
          velocity: cut(velocity, from),
          batches: cut(batches, from),
          ...(from === 0 && opening),
        },
        from === 0 ? SAID : {},
      );
    const directory = await imported(
      'parts-run',
      loadImport(parts, { file: network(), eigenpairs: null, assignments: [] }),
    );
    expect(readFileSync(join(directory, 'directions.csv'), 'utf8')).toBe(
      readFileSync(join(own, 'directions.csv'), 'utf8'),
    );
  });

  it.each([
    ['another learning rate', { learning_rate: 0.1 }],
    ['another momentum', { momentum: 0.9 }],
    ['another weight decay', { weight_decay: 1 }],
  ])('%s than recorded is noticed', async (_what, said) => {
    const path = write('other', {}, said);
    const experiment = loadImport(path, { file: network(), eigenpairs: null, assignments: [] });
    rmSync(join(folder, 'other-run'), { recursive: true, force: true });
    expect(await messageOf(() => imported('other-run', experiment))).toMatch(
      /^update 1 of .*other\.safetensors is not the one that this model makes from the state before: the gradient behind it is off by \d/,
    );
  });

  it('so is another order of the weights, and of the samples', async () => {
    const { theta, batches } = recorded();
    const mirrored = { shape: theta.shape, data: Float32Array.from(theta.data as Float32Array) };
    for (let row = 0; row < UPDATES; row++) mirrored.data.subarray(row * SIZE, (row + 1) * SIZE).reverse();
    const shifted = {
      shape: batches.shape,
      data: (batches.data as Int32Array).map((sample) => (sample + 1) % SAMPLES),
    };
    for (const change of [{ theta: mirrored, velocity: undefined }, { batches: shifted }]) {
      const experiment = loadImport(write('order', change), { file: network(), eigenpairs: null, assignments: [] });
      rmSync(join(folder, 'order-run'), { recursive: true, force: true });
      expect(await messageOf(() => imported('order-run', experiment))).toMatch(/is not the one that this model makes/);
    }
  });
});

describe('without a network', () => {
  function pairs(changes: Record<string, WritableTensor | undefined> = {}): string {
    const { eigenvalues, eigenvectors } = tensors(own, 'spectrum.safetensors');
    const { variance } = tensors(own, 'noise.safetensors');
    const all = { eigenvalues, eigenvectors, noise_variance: variance, ...changes };
    const path = join(folder, 'pairs.safetensors');
    const there = Object.entries(all).filter(([, tensor]) => tensor !== undefined);
    writeSafetensors(path, Object.fromEntries(there) as Record<string, WritableTensor>);
    return path;
  }

  it('measures and predicts as with one, and leaves empty what it cannot know', async () => {
    const experiment = loadImport(write('bare'), { file: null, eigenpairs: pairs(), assignments: [] });
    const directory = await imported('bare-run', experiment);
    const [theirs, ours] = [directory, own].map((one) => columns(one));
    const same = [
      'eigenvalue',
      'noise_variance',
      'theta_variance',
      'theta_variance_low',
      'theta_dof',
      'velocity_variance',
    ];
    for (const name of [
      ...same,
      'theta_variance_sampler',
      'theta_variance_white',
      'trend_fraction',
      'correlation_time',
    ])
      expect(theirs.numbers(name), name).toEqual(ours.numbers(name));
    for (const name of ['theta_variance_two_component', 'drift_ratio', 'residual'])
      expect(
        theirs.numbers(name).every((value) => Number.isNaN(value)),
        name,
      ).toBe(true);
    const summary = readJson<Summary>(join(directory, 'summary.json'));
    expect(summary.ranges.map(({ ratioSampler }) => ratioSampler)).toEqual(
      readJson<Summary>(join(own, 'summary.json')).ranges.map(({ ratioSampler }) => ratioSampler),
    );
    expect(summary.lossFluctuation.direct).toBeNull();
    expect(summary.warnings.map(({ code }) => code)).toContain('fluctuating-curvature-unknown');
    expect(readFileSync(join(directory, 'report.html'), 'utf8')).toContain('What was found');
  });

  it('with the noise of the fluctuating curvature two components are known', async () => {
    const { multiplicative } = tensors(own, 'noise.safetensors');
    const directory = await imported(
      'two-run',
      loadImport(write('two'), {
        file: null,
        eigenpairs: pairs({ multiplicative_noise_variance: multiplicative as WritableTensor }),
        assignments: [],
      }),
    );
    expect(columns(directory).numbers('theta_variance_two_component')).toEqual(
      columns(own).numbers('theta_variance_two_component'),
    );
    const { warnings } = readJson<Summary>(join(directory, 'summary.json'));
    expect(warnings.map(({ code }) => code)).not.toContain('fluctuating-curvature-unknown');
  });

  it('takes batches for granted where they were not recorded', async () => {
    const path = write('no-batches', { batches: undefined }, { batch_size: BATCH });
    const directory = await imported(
      'no-batches-run',
      loadImport(path, { file: null, eigenpairs: pairs(), assignments: [] }),
    );
    expect(columns(directory).numbers('theta_variance')).toEqual(columns(own).numbers('theta_variance'));
  });

  it('eigenpairs in any order are sorted, with their noise', async () => {
    const { eigenvalues, eigenvectors } = tensors(own, 'spectrum.safetensors');
    const { variance } = tensors(own, 'noise.safetensors');
    const k = eigenvalues.shape[0];
    const order = Array.from({ length: k }, (_, i) => k - 1 - i);
    const turned = (column: WritableTensor) => ({
      shape: [k],
      data: Float64Array.from(order, (i) => Number(column.data[i])),
    });
    const rows = Float32Array.from(
      order.flatMap((i) => [...(eigenvectors.data as Float32Array).subarray(i * SIZE, (i + 1) * SIZE)]),
    );
    const path = pairs({
      eigenvalues: turned(eigenvalues as WritableTensor),
      eigenvectors: { shape: [k, SIZE], data: rows },
      noise_variance: turned(variance as WritableTensor),
    });
    const directory = await imported(
      'turned-run',
      loadImport(write('turned'), { file: null, eigenpairs: path, assignments: [] }),
    );
    expect(columns(directory).numbers('theta_variance_sampler')).toEqual(
      columns(own).numbers('theta_variance_sampler'),
    );
  });

  it.each([
    ['noise_variance', undefined, /has no noise_variance; expected \[\d+\]$/],
    ['eigenvectors', undefined, /has no eigenvectors; expected \[\d+, 19\], a row for each of the \d+ eigenvalues$/],
  ])('eigenpairs without %s are refused', async (name, tensor, words) => {
    const experiment = loadImport(write('lacking'), {
      file: null,
      eigenpairs: pairs({ [name]: tensor }),
      assignments: [],
    });
    rmSync(join(folder, 'lacking-run'), { recursive: true, force: true });
    expect(await messageOf(() => imported('lacking-run', experiment))).toMatch(words);
  });

  it('vectors that are no eigenvectors of one matrix are refused', async () => {
    const { eigenvectors } = tensors(own, 'spectrum.safetensors');
    const bent = Float32Array.from(eigenvectors.data as Float32Array);
    bent.copyWithin(SIZE, 0, SIZE);
    const path = pairs({ eigenvectors: { shape: eigenvectors.shape, data: bent } });
    const experiment = loadImport(write('bent'), { file: null, eigenpairs: path, assignments: [] });
    rmSync(join(folder, 'bent-run'), { recursive: true, force: true });
    expect(await messageOf(() => imported('bent-run', experiment))).toMatch(
      /eigenvectors 1 and 0 have the product 1\.0; expected 0, as of eigenvectors of one symmetric matrix$/,
    );
  });
});

describe('a recording is refused', () => {
  const load =
    (path: string, assignments: string[] = []) =>
    () =>
      loadImport(path, { file: network(), eigenpairs: null, assignments });

  it.each<[string, Record<string, WritableTensor | undefined>, object, RegExp]>([
    [
      'without weights',
      { theta: undefined },
      {},
      /expected theta \[updates, weights\], the weights after every update$/,
    ],
    [
      'without its opening',
      { opening_velocity: undefined },
      {},
      /has no opening_velocity; expected \[19\], the state before the first update$/,
    ],
    [
      'that does not say its momentum',
      {},
      { momentum: undefined },
      /^neither .* nor the configuration says momentum: put it into the recording's metadata, or give --set sgd\.momentum=…$/,
    ],
    ['of an unknown sampler', {}, { sampler: 'shuffled' }, /sgd\.sampler/],
  ])('%s', async (_what, changes, said, words) => {
    expect(await messageOf(load(write('refused', changes, said)))).toMatch(words);
  });

  it('of a part of an epoch', async () => {
    const { theta, velocity, batches } = recorded();
    const short = (tensor: WritableTensor) => ({
      shape: [UPDATES - 1, tensor.shape[1]],
      data: tensor.data.slice(0, (UPDATES - 1) * tensor.shape[1]) as WritableTensor['data'],
    });
    const path = write('short', { theta: short(theta), velocity: short(velocity), batches: short(batches) });
    expect(await messageOf(load(path))).toMatch(
      /has 49 updates; expected at least two whole epochs of M = 10 batches, from the beginning of one$/,
    );
  });

  it('that contradicts the configuration', async () => {
    expect(await messageOf(load(write('contrary'), ['sgd.learningRate=0.3']))).toMatch(
      /contrary\.safetensors, learning_rate says 0\.2, but sgd\.learningRate is 0\.3: which of the two was it\?$/,
    );
  });

  it('whose batches were not drawn as it says', async () => {
    const { batches } = recorded();
    const drawn = { shape: batches.shape, data: Int32Array.from(batches.data as Int32Array) };
    drawn.data[1] = drawn.data[0];
    const experiment = loadImport(write('drawn', { batches: drawn }), {
      file: network(),
      eigenpairs: null,
      assignments: [],
    });
    expect(await messageOf(() => imported('drawn-run', experiment))).toMatch(
      /uses sample \d+ twice in epoch 1 of the window, which reshuffle does not: name the sampler that drew the batches/,
    );
    const once = loadImport(write('once', {}, { sampler: 'shuffle-once' }), {
      file: network(),
      eigenpairs: null,
      assignments: [],
    });
    expect(await messageOf(() => imported('once-run', once))).toMatch(/has another order in epoch 2 than in the first/);
  });

  it('where nothing says what it is of', async () => {
    expect(
      await messageOf(() => loadImport(write('orphan'), { file: null, eigenpairs: null, assignments: [] })),
    ).toMatch(/^nothing says where eigenpairs and noise come from: give --eigenpairs, or an experiment/);
  });
});
