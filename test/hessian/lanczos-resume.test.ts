/** Lanczos that is ended at any product goes on to the same bytes, whatever it was doing. */
import { existsSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lanczos, type LanczosOptions, type LanczosProgress } from '../../src/hessian/lanczos.ts';
import { NativeBasis } from '../../src/hessian/native-basis.ts';
import type { SymmetricOperator } from '../../src/hessian/operator.ts';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { openBackend } from '../../src/tensor/backend.ts';
import { scratchFolder } from '../store/scratch.ts';
import { withSpectrum } from './matrices.ts';

const backend = openBackend({ name: 'tensorflow', precision: 'float32', threads: 2 });

/** Products over all processes. */
function counting(operator: SymmetricOperator) {
  const counted = { products: 0 };
  const apply = (vector: Float64Array) => {
    counted.products++;
    return operator.apply(vector);
  };
  return { operator: { ...operator, apply }, counted };
}

const endingAfter = (reports: number) => {
  let left = reports;
  return () => {
    if (left-- === 0) throw new Error('killed');
  };
};

const decaying = Array.from({ length: 240 }, (_, i) => 20 / (i + 1) ** 1.3);
const cases: [string, SymmetricOperator, LanczosOptions][] = [
  ['a plain search', withSpectrum(decaying).operator, { eigenpairs: 12 }],
  [
    'copies that are found by a second look',
    withSpectrum([9, 9, 9, 9, 5, ...decaying.slice(20)]).operator,
    { eigenpairs: 6 },
  ],
  ['all pairs', withSpectrum(decaying.slice(0, 40)).operator, { eigenpairs: 40 }],
  [
    'an invariant space',
    withSpectrum([...new Array<number>(30).fill(2), ...new Array<number>(30).fill(1)]).operator,
    { eigenpairs: 40 },
  ],
  [
    'native tensors at float32',
    withSpectrum(decaying, 1, Math.fround, 2 ** -24).operator,
    { eigenpairs: 12, openBasis: (size, storage, spill) => new NativeBasis(backend, size, storage, 8, spill) },
  ],
];

describe.each(cases)('%s', (_, operator, options) => {
  it('goes on from wherever it was ended', async () => {
    const stages = new Set<LanczosProgress['stage']>();
    let reports = 0;
    const undisturbed = await lanczos(operator, {
      ...options,
      onProgress: ({ stage }) => {
        stages.add(stage);
        reports++;
      },
    });
    expect(stages).toContain('residuals');
    for (let at = 0; at < reports; at += Math.max(1, Math.floor(reports / 9))) {
      const folder = join(scratchFolder(), 'lanczos');
      const { operator: counted, counted: count } = counting(operator);
      const open = () => openCheckpoint(folder, 'key', 0);
      await expect(
        lanczos(counted, { ...options, checkpoint: open(), onProgress: endingAfter(at) }),
        `report ${at}`,
      ).rejects.toThrow('killed');
      const resumed = await lanczos(counted, { ...options, checkpoint: open() });
      expect(resumed, `report ${at}`).toEqual(undisturbed);
      // At every opportunity it was saved: nothing but the product that was reported last is made again.
      expect(count.products - undisturbed.products, `report ${at}`).toBeLessThanOrEqual(1);
    }
  });
});

describe('a space on disk', () => {
  const { operator } = withSpectrum(decaying, 1, Math.fround, 2 ** -24);

  it('gives the bytes of one in memory', async () => {
    const at = (residentBytes: number): LanczosOptions => ({
      eigenpairs: 30,
      checkpoint: openCheckpoint(join(scratchFolder(), 'lanczos'), 'key', 0),
      openBasis: (size, storage, spill) =>
        new NativeBasis(backend, size, storage, 8, { rows: spill!.rows, residentBytes }),
    });
    const inMemory = await lanczos(operator, at(Infinity));
    for (const resident of [0, 3 * 8 * 256 * 4]) expect(await lanczos(operator, at(resident))).toEqual(inMemory);
  });

  it.each(['rows-1', 'columns-1', 'state.safetensors'])('that is damaged is made again: %s', async (name) => {
    const folder = join(scratchFolder(), 'lanczos');
    const open = () => openCheckpoint(folder, 'key', 0);
    const options: LanczosOptions = { eigenpairs: 12 };
    const undisturbed = await lanczos(operator, options);
    await expect(lanczos(operator, { ...options, checkpoint: open(), onProgress: endingAfter(15) })).rejects.toThrow(
      'killed',
    );
    truncateSync(join(folder, name), 100);
    expect(await lanczos(operator, { ...options, checkpoint: open() })).toEqual(undisturbed);
  });

  it('keeps no more than one generation of rows', async () => {
    const copies = withSpectrum([9, 9, 9, 9, 5, ...decaying.slice(20)]).operator;
    const folder = join(scratchFolder(), 'lanczos');
    await lanczos(copies, { eigenpairs: 6, checkpoint: openCheckpoint(folder, 'key', 0) });
    expect(existsSync(join(folder, 'vectors'))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith('rows'))).toHaveLength(1);
  });
});
