/** Controls that share the run's directions: same vectors, curvatures of their own. Channel: products with the Hessian made here. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openHessian } from '../../../src/hessian/hessian.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { sharedDirections } from '../../../src/experiment/spectrum/shared-directions.ts';
import { sha256File } from '../../../src/store/atomic.ts';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { problemOf } from '../../store/scratch.ts';
import { numbers, warningCodes } from './reading.ts';
import { quiet, run, SIZE, tiny } from './tiny.ts';

vi.mock(import('../../../src/report/png.ts'), () => import('../../report/small-png.ts'));

const SHARED = { controls: { run: 'with-replacement', directions: 'shared' } };

const folder = temporaryFolders();
let directory: string;
let control: string;
beforeAll(async () => {
  directory = join(folder(), 'run');
  control = join(directory, 'controls', 'with-replacement');
  await run(directory, SHARED);
});

describe('shared directions', () => {
  it('are those of the run, in the order of their curvature at the control’s mean', async () => {
    const [own, shared] = [directory, control].map((at) => numbers(at, 'spectrum', 'eigenvectors'));
    const row = (all: typeof own, i: number) => [...all.slice(i * SIZE, (i + 1) * SIZE)].join();
    const rows = new Set(Array.from({ length: SIZE }, (_, i) => row(own, i)));
    const eigenvalues = [...numbers(control, 'spectrum', 'eigenvalues')];
    expect(eigenvalues).toEqual([...eigenvalues].sort((a, b) => b - a));
    const bench = await openWorkbench(tiny(SHARED), { threads: 1 }, quiet);
    const family = openHessian(bench.problem, bench.dataset.train);
    const hessian = family.at(Float64Array.from(numbers(control, 'mean', 'theta')));
    try {
      for (let i = 0; i < SIZE; i++) {
        expect(rows.delete(row(shared, i))).toBe(true);
        const vector = Float64Array.from(shared.slice(i * SIZE, (i + 1) * SIZE));
        const product = await hessian.apply(vector);
        const curvature = product.reduce((sum, value, j) => sum + value * vector[j], 0);
        const residual = Math.hypot(...product.map((value, j) => value - curvature * vector[j]));
        expect(Math.abs(eigenvalues[i] - curvature)).toBeLessThan(1e-6 * eigenvalues[0]);
        expect(Math.abs(numbers(control, 'spectrum', 'residuals')[i] - residual)).toBeLessThan(1e-6 * eigenvalues[0]);
      }
    } finally {
      hessian.dispose();
      family.dispose();
    }
  });

  it('of a large network have the run’s curvatures and their change on a subset', async () => {
    const experiment = tiny(SHARED);
    const bench = await openWorkbench(experiment, { threads: 1 }, quiet);
    const path = folder();
    const context = {
      directory: control,
      experiment,
      voice: quiet,
      checkpoint: (work: string) => openCheckpoint(join(path, work), 'key'),
    };
    const checksum = sha256File(join(directory, 'spectrum.safetensors'));
    const mean = Float64Array.from(numbers(control, 'mean', 'theta'));
    // A network 4-3-1 has four layer outputs.
    const found = await sharedDirections(context, bench, mean, checksum, 4 * 200);
    expect(found.report).toMatchObject({ shared: true, moved: { samples: 200 } });
    const here = [...found.eigenvalues].sort((a, b) => b - a);
    const exact = [...numbers(control, 'spectrum', 'eigenvalues')];
    const before = [...numbers(directory, 'spectrum', 'eigenvalues')];
    const off = (values: number[]) => Math.hypot(...values.map((value, i) => (value - exact[i]) / exact[i]));
    expect(off(here)).toBeLessThan(off(before) / 2);
    expect(found.residuals.every(Number.isNaN)).toBe(true);
    expect(found.report.moved!.margin).toBeGreaterThan(0);
    expect(found.report.moved!.margin).toBeLessThan(0.3);
  });

  it('are said to be approximate', () => {
    expect(warningCodes(control)).toContain('shared-directions');
    expect(warningCodes(directory)).not.toContain('shared-directions');
  });

  it('of another file are refused', async () => {
    const alone = join(folder(), 'alone', 'controls', 'with-replacement');
    const stranger = { spectrum: { eigenpairs: null, shared: '0'.repeat(64) } };
    expect(await problemOf(() => run(alone, stranger, 'spectrum'))).toMatch(/^exit 3: no file .*spectrum\.safetensors/);
  });
});
