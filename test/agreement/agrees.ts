/** A back end against TensorFlow at float64: the pieces of work one by one, the basis of Lanczos vectors, and a whole experiment. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { NativeBasis } from '../../src/hessian/native-basis.ts';
import { readCsv } from '../../src/store/csv.ts';
import type { Backend } from '../../src/tensor/backend.ts';
import { heldOnDevice } from '../../src/tensor/webgpu/open.ts';
import { numbers } from '../experiment/run/reading.ts';
import { run, tiny } from '../experiment/run/tiny.ts';
import { temporaryFolders } from '../setup/temporary.ts';
import { float64OnProcessor, type Job } from './float64.ts';
import { EIGENPAIRS, KINDS, normals, OF_NETWORKS, projections, type Works } from './works.ts';

/** Another start than training: the minimum that another run has found. */
const fromMinimum = (folder: string) => ({
  train: { epochs: 0, weights: { path: join(folder, 'minimum', 'minimum.safetensors'), layout: 'epochnoise' } },
  polish: { method: 'none' },
  model: { initialisation: { from: 'random' } },
  record: { burnInEpochs: 1, epochs: 3 },
  curvature: { snapshots: 16 },
});
/** λ× of the tiny experiment. */
const CROSSOVER = 0.75;

/** What is to be done at float64 in a folder. */
export const jobIn = (folder: string): Job => ({
  folder,
  minimum: tiny({ precision: 'float64' }),
  float64: tiny({ ...fromMinimum(folder), precision: 'float64' }),
});

/** Distance of two vectors over the length of the second. */
function apart(given: ArrayLike<number>, exact: ArrayLike<number>): number {
  if (given.length !== exact.length) return Infinity;
  let [distance, length] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    distance += (given[i] - exact[i]) ** 2;
    length += exact[i] ** 2;
  }
  return Math.sqrt(distance / length);
}

/**
 * Tests of back ends, in a file whose process they have for themselves.
 *
 * @param backEnds how they are called here, why they are not there (empty where they are), and how they are opened
 */
export function agreeWithFloat64(backEnds: readonly [title: string, skipped: string, open: () => Backend][]): void {
  const folders = temporaryFolders();
  let folder: string;
  let exact: Works;
  if (backEnds.some(([, skipped]) => !skipped))
    beforeAll(async () => {
      folder = folders();
      exact = await float64OnProcessor(jobIn(folder));
    });
  for (const [title, skipped, open] of backEnds)
    describe.skipIf(skipped)(`on ${title}${skipped}`, () => {
      if (skipped) it('agrees with float64', () => {});
      else
        agrees(
          open(),
          (name) => exact[name],
          () => [folder, join(folder, title)],
        );
    });
}

function agrees(
  backend: Backend,
  exactOf: (work: string) => Works[string],
  places: () => readonly [folder: string, directory: string],
): void {
  afterEach(() => {
    vi.unstubAllEnvs();
    expect(heldOnDevice()).toBe(0);
  });

  const close = (given: Works[string], work: string, tolerance: number) => {
    const exact = exactOf(work);
    expect(given).toHaveLength(exact.length);
    for (const [i, values] of exact.entries()) expect(apart(given[i], values)).toBeLessThan(tolerance);
  };

  describe.each(KINDS)('%s', (kind) => {
    it('has the loss, gradient, and derivatives of each sample of float64', async () =>
      close(await OF_NETWORKS.derivatives(backend, kind), `derivatives/${kind}`, 2e-6));

    it('has the Hessian of float64', async () =>
      close(await OF_NETWORKS.products(backend, kind), `products/${kind}`, 2e-6));

    it.each(kind === 'mlp' ? [EIGENPAIRS] : [])('has the %d leading eigenvalues of float64', async (eigenpairs) => {
      const [found] = await OF_NETWORKS.eigenvalues(backend, kind);
      const [exact] = exactOf(`eigenvalues/${kind}`);
      expect([found.length, exact.length]).toEqual([eigenpairs, eigenpairs]);
      for (let i = 0; i < eigenpairs; i++) expect(Math.abs(found[i] - exact[i])).toBeLessThan(1e-5 * exact[0]);
    });

    it('makes the updates of float64', async () =>
      close(await OF_NETWORKS.updates(backend, kind), `updates/${kind}`, 5e-6));
  });

  it('a basis removes components to rounding', async () => {
    const [size, rows] = [1000, 20];
    const basis = new NativeBasis(backend, size, 'float32', 8);
    for (let row = 0; row < rows; row++) {
      const vector = Float64Array.from(normals(size, `basis/${row}`));
      for (const _ of [1, 2]) await basis.removeComponents(vector, new Float64Array(rows));
      const length = Math.hypot(...vector);
      basis.push(vector.map((value) => value / length));
    }
    const vector = Float64Array.from(normals(size, 'basis/vector'));
    const components = new Float64Array(rows);
    await basis.removeComponents(vector, components);
    const left = new Float64Array(rows);
    await basis.removeComponents(vector.slice(), left);
    expect(Math.max(...components.map(Math.abs))).toBeGreaterThan(0.5);
    expect(Math.max(...left.map(Math.abs))).toBeLessThan(1e-6 * Math.hypot(...vector));
    basis.dispose();
  });

  it('projects rows on directions as float64 does', async () => close(await projections(backend), 'projections', 1e-6));

  it('measures in a whole experiment what float64 does, from the same weights with the same batches', async () => {
    const [folder, directory] = places();
    const exactly = join(folder, 'float64');
    vi.stubEnv('EPOCHNOISE_STATE_IN_SESSION', backend.stateInSession ? '1' : '0');
    await run(directory, { ...fromMinimum(folder), backend: backend.name }, 'compare');
    expect(numbers(directory, 'batches', 'indices')).toEqual(numbers(exactly, 'batches', 'indices'));
    const [own, exact] = [directory, exactly].map((one) => readCsv(join(one, 'directions.csv')));
    const [eigenvalues, expected] = [own, exact].map((table) => table.numbers('eigenvalue'));
    expected.forEach((value, i) => expect(Math.abs(eigenvalues[i] - value)).toBeLessThan(1e-4 * expected[0]));
    const isStiff = (_: number, i: number) => expected[i] > 0.1 * CROSSOVER;
    for (const column of ['theta_variance', 'velocity_variance', 'noise_variance', 'theta_variance_sampler']) {
      const [mine, theirs] = [own, exact].map((table) => table.numbers(column).filter(isStiff));
      expect(mine.length).toBeGreaterThan(4);
      mine.forEach((value, i) => expect(value / theirs[i], `${column} ${i}`).toBeCloseTo(1, 3));
    }
  });
}
