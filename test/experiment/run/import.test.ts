/**
 * Windows that were recorded elsewhere. Channel: our own window, taken apart into the tensors that a stranger would write, and
 * put together again by the import, has to give the results of the run that it came from.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadImport } from '../../../src/experiment/import/load.ts';
import { runExperiment, runStage } from '../../../src/experiment/pipeline.ts';
import type { StageName } from '../../../src/experiment/catalogue.ts';
import type { Context } from '../../../src/experiment/context.ts';
import { requireOwnUpdates } from '../../../src/experiment/import/agreement.ts';
import { recordingOf } from '../../../src/experiment/import/recording-of-run.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { randomStream } from '../../../src/random.ts';
import type { State } from '../../../src/sgd/motion.ts';
import { openHeavyBall } from '../../../src/sgd/heavy-ball.ts';
import { probe } from '../../../src/experiment/probe.ts';
import { probeText } from '../../../src/experiment/probe-text.ts';
import { reportSideBySide } from '../../../src/experiment/report/side-by-side.ts';
import type { Experiment } from '../../../src/experiment/schema.ts';
import type { Summary } from '../../../src/report/summary.ts';
import { readCsv } from '../../../src/store/csv.ts';
import { readJson, writeJson } from '../../../src/store/json.ts';
import { readSafetensors, writeSafetensors, type WritableTensor } from '../../../src/store/safetensors.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { BATCH, LEARNING_RATE, MOMENTUM, quiet, run, SAMPLES, SIZE, tiny, UPDATES, WEIGHT_DECAY } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

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

const imported = async (name: string, experiment: Experiment, until: StageName = 'compare') => {
  const directory = join(folder, name);
  await runExperiment(directory, experiment, quiet, { until });
  return directory;
};

const columns = (directory: string) => readCsv(join(directory, 'directions.csv'));

beforeAll(async () => {
  mkdirSync(own);
  await run(own, {}, 'compare');
});

describe('with the network that was trained', () => {
  it('gives the very numbers of the run that it came from', async () => {
    const experiment = loadImport(write('whole'), { file: network(), eigenpairs: null, assignments: [] });
    expect(experiment.record).toMatchObject({ epochs: 5, burnInEpochs: 3 });
    const directory = await imported('whole-run', experiment, 'report');
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

  describe('the check of its updates', () => {
    const openTiny = (settings: Record<string, unknown>) => openWorkbench(tiny(settings), { threads: 1 }, quiet);
    /** What is said of a recording, or why it is refused. */
    async function checked(changes: Record<string, WritableTensor | undefined>, said: object): Promise<string> {
      const recording = write('checked', changes, said);
      const experiment = loadImport(recording, { file: network(), eigenpairs: null, assignments: [] });
      const bench = await openWorkbench(experiment, { threads: 1 }, quiet);
      const words: string[] = [];
      const voice = {
        ...quiet,
        say: (text: string) => words.push(text),
        warn: (text: string) => words.push(`warned: ${text}`),
      };
      const ordered = recordingOf(experiment, bench.problem.model, bench.samples);
      const check = () =>
        requireOwnUpdates(
          { experiment, voice } as unknown as Context,
          bench,
          ordered,
          recorded().batches.data as Int32Array,
        );
      const problem = await problemOf(check);
      return problem === 'no error' ? words.join() : problem;
    }

    /** The window of other arithmetic: plain JavaScript, every batch from its end, gradients changed in their last digits. */
    async function otherwise(digits: number): Promise<Record<string, WritableTensor>> {
      const bench = await openTiny({ backend: 'cpu' });
      const heavyBall = openHeavyBall(bench.problem, bench.dataset.train, BATCH, MOMENTUM);
      const { opening_theta: theta, opening_velocity: velocity, batches } = recorded();
      const random = randomStream(1, 'test/digits');
      let state: State = {
        theta: Float32Array.from(theta.data as Float64Array),
        velocity: Float32Array.from(velocity.data as Float64Array),
      };
      const rows = { theta: new Float32Array(UPDATES * SIZE), velocity: new Float32Array(UPDATES * SIZE) };
      for (let update = 0; update < UPDATES; update++) {
        const batch = (batches.data as Int32Array).slice(update * BATCH, (update + 1) * BATCH).reverse();
        const motion = heavyBall.begin(state);
        await motion.advance(batch, LEARNING_RATE);
        const made = await motion.state();
        const after = made.velocity.map(
          (value, i) => value + digits * (value - MOMENTUM * state.velocity[i]) * random.normal(),
        ) as Float32Array;
        state = { theta: state.theta.map((value, i) => value + after[i]), velocity: after };
        motion.dispose();
        rows.theta.set(state.theta, update * SIZE);
        rows.velocity.set(state.velocity, update * SIZE);
      }
      heavyBall.dispose();
      const shape = [UPDATES, SIZE];
      return { theta: { shape, data: rows.theta }, velocity: { shape, data: rows.velocity } };
    }

    const numbers = (words: string) => words.match(/[\d.e-]+(?= %)/g)!.map(Number);

    it.each([
      ['as it was', async () => ({})],
      ['in another order of summation', () => otherwise(0)],
      ['without velocities', async () => ({ velocity: undefined })],
      ['in another order, without velocities', async () => ({ ...(await otherwise(0)), velocity: undefined })],
    ])('passes with room what this network makes, %s', async (_, changes) => {
      const words = await checked(await changes(), {});
      expect(words).toMatch(
        /^recorded updates made again: \d, gradients off by at most \S+ % \(\S+ % are left to rounding\)$/,
      );
      const [off, limit] = numbers(words);
      expect(off).toBeLessThan(limit / 2);
      expect(limit).toBeLessThan(0.1);
    });

    it.each([
      ['learning rate', 1.01 * LEARNING_RATE, { learning_rate: 1.01 * LEARNING_RATE }, LEARNING_RATE],
      ['momentum', 1.01 * MOMENTUM, { momentum: 1.01 * MOMENTUM }, MOMENTUM],
      ['weight decay', 0, { weight_decay: 0 }, WEIGHT_DECAY],
    ])('%s %d is refused, and the one that was used is named', async (name, stated, said, used) => {
      for (const changes of [{}, { velocity: undefined }, await otherwise(1e-4)]) {
        const words = await checked(changes, said);
        expect(words).toMatch(
          new RegExp(
            `^exit 2: update \\d+ of .*checked\\.safetensors is not the one that this model makes from the state before: .*; the updates show ${name} [\\d.]+ and not ${stated}[:,]`,
          ),
        );
        const shown = Number(new RegExp(`${name} ([\\d.]+) and`).exec(words)![1]);
        expect(shown / used).toBeCloseTo(1, 1);
      }
    });

    it('a loss of half the size shows as a learning rate of half the size, and weight decay of twice', async () => {
      const words = await checked({}, { learning_rate: 2 * LEARNING_RATE, weight_decay: WEIGHT_DECAY / 2 });
      expect(words).toMatch(
        /; the updates show learning rate 0\.2 and not 0\.4, weight decay 0\.001 and not 0\.0005, or that the loss was scaled by as much: /,
      );
    });

    it('arithmetic of fewer digits is warned of, and no other number is found', async () => {
      expect(await checked(await otherwise(1e-3), {})).toMatch(
        /^warned: update \d+ of .* is off by 0\.\d+ % \(\S+ % are left to rounding to float32\); no other learning rate, momentum or weight decay shows: arithmetic of fewer digits /,
      );
    });
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
    const directory = await imported('bare-run', experiment, 'report');
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
    ['eigenvalues', 2, '[2]'],
    ['eigenvectors', SIZE + 4, '[1, 4]'],
    ['noise_variance', 0, '[0]'],
  ])('eigenpairs with %s that are no numbers are refused', async (name, at, index) => {
    const file = name === 'noise_variance' ? ['noise', 'variance'] : ['spectrum', name];
    const tensor = tensors(own, `${file[0]}.safetensors`)[file[1]] as WritableTensor;
    const data = tensor.data.slice() as Float64Array;
    data[at] = NaN;
    const path = pairs({ [name]: { shape: tensor.shape, data } });
    const experiment = loadImport(write('hole'), { file: null, eigenpairs: path, assignments: [] });
    expect(await problemOf(() => imported('hole-run', experiment))).toMatch(
      new RegExp(
        `^exit 3: .*pairs\\.safetensors: ${name} \\${index.slice(0, -1)}\\] is NaN; expected a finite number$`,
      ),
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

describe('a finished run', () => {
  const whole = join(folder, 'whole-run');
  const source = join(folder, 'whole.safetensors');

  it('is drawn from what it holds where its recording has changed, or is gone; what computes says which', async () => {
    const page = readFileSync(join(whole, 'report.html'), 'utf8');
    const draw = async () => {
      rmSync(join(whole, 'report.html'));
      const { ran } = await runStage(whole, 'report', quiet, { repair: true });
      expect(readFileSync(join(whole, 'report.html'), 'utf8')).toBe(page);
      await reportSideBySide([whole, join(folder, 'parts-run')], join(folder, 'both.html'), quiet);
      return ran;
    };
    const refused = () => messageOf(() => runStage(whole, 'compare', quiet));
    const kept = readFileSync(source);
    write('whole', {}, { burn_in_epochs: 4 });
    expect(await draw()).toEqual(['report']);
    expect(await refused()).toMatch(
      /^stage train of .*whole-run is out of date: .*whole\.safetensors has changed; `epochnoise run .*` computes what/,
    );
    renameSync(source, join(folder, 'moved.safetensors'));
    expect(await draw()).toEqual(['report']);
    expect(await refused()).toMatch(/^there is no recording .*whole\.safetensors$/);
    writeFileSync(source, kept);
    expect((await runStage(whole, 'compare', quiet)).ran).toEqual([]);
  });

  it('is not asked to be another one: a probe says to record again, and other settings are refused', async () => {
    const found = await probe(whole, quiet, { samples: SAMPLES, iterations: 19 });
    expect(found.command).toBeNull();
    expect(probeText(found)).toMatch(/\nRecord again at that rate, where the window was recorded, and import the new /);
    expect(found.warnings.map(({ code }) => code)).not.toContain('not-annealed');
    const settings = loadImport(source, { file: network(), eigenpairs: null, assignments: [] });
    const other = { ...settings, sgd: { ...settings.sgd, learningRate: 0.1 } };
    expect(await messageOf(() => imported('whole-run', other))).toMatch(
      /says learning_rate 0\.2, but sgd\.learningRate is 0\.1: a recording shows what it was recorded with; for another, /,
    );
    expect(existsSync(`${whole}.previous-1`)).toBe(false);
  });
});

describe('a recording is refused', () => {
  it.each([
    ['theta', [3, 5], NaN],
    ['velocity', [49, 18], Infinity],
    ['opening_theta', [7], -Infinity],
    ['opening_velocity', [0], NaN],
  ])('with a %s %j that is %f, before anything is computed', async (name, index, value) => {
    const tensor = recorded()[name];
    const data = Float32Array.from(tensor.data as Float32Array);
    data[index.length === 1 ? index[0] : index[0] * SIZE + index[1]] = value;
    const path = write('hole', { [name]: { shape: tensor.shape, data } });
    const experiment = loadImport(path, { file: network(), eigenpairs: null, assignments: [] });
    expect(await problemOf(() => imported('hole-run', experiment))).toMatch(
      new RegExp(
        `^exit 3: .*hole\\.safetensors: ${name} \\[${index.join(', ')}\\] is ${value}; expected a finite number$`,
      ),
    );
    expect(existsSync(join(folder, 'hole-run'))).toBe(false);
  });

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
    [
      'that says neither its rates nor its batches: all is asked for at once',
      { batches: undefined },
      { learning_rate: undefined, momentum: undefined },
      /^neither .* says learning_rate and momentum: put them into .*, or give --set sgd\.learningRate=… --set sgd\.momentum=…; and .*refused\.safetensors has no batches; expected batches \[updates, batch size\]/,
    ],
    ['without batches', { batches: undefined }, {}, /^.*refused\.safetensors has no batches; expected/],
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
      /has 49 updates, which are 4\.9 epochs of M = 10 batches; expected a whole number of epochs, from the beginning of one$/,
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
