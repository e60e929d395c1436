import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openCheckpoint } from '../../src/store/checkpoint.ts';
import { scratchFolder } from './scratch.ts';

const tensors = (values: number[]) => ({ theta: { shape: [values.length], data: Float64Array.from(values) } });

afterEach(() => vi.unstubAllEnvs());

describe('a checkpoint', () => {
  it('gives back what the same work saved last', () => {
    const at = join(scratchFolder(), 'work');
    const first = openCheckpoint(at, 'key');
    expect(first.load()).toBeNull();
    first.save(tensors([1, 2]), { epoch: 3 });
    first.save(tensors([4, 5]), { epoch: 6 });
    const found = openCheckpoint(at, 'key').load()!;
    expect([...(found.tensors.theta.data as Float64Array)]).toEqual([4, 5]);
    expect(found.metadata.epoch).toBe(6);
  });

  it('is none of another work', () => {
    const at = join(scratchFolder(), 'work');
    openCheckpoint(at, 'key').save(tensors([1]));
    expect(openCheckpoint(at, 'other').load()).toBeNull();
  });

  it('counts as none where it is damaged', () => {
    const at = join(scratchFolder(), 'work');
    openCheckpoint(at, 'key').save(tensors([1, 2, 3]));
    const path = join(at, 'state.safetensors');
    writeFileSync(path, readFileSync(path).subarray(0, -5));
    expect(openCheckpoint(at, 'key').load()).toBeNull();
  });

  it('counts as none with any bit of it flipped', () => {
    const at = join(scratchFolder(), 'work');
    openCheckpoint(at, 'key').save({ ...tensors([1, 2]), v: { shape: [1], data: Float32Array.of(3) } }, { epoch: 3 });
    const path = join(at, 'state.safetensors');
    const bytes = readFileSync(path);
    for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(path, flipped);
      expect(openCheckpoint(at, 'key').load(), `bit ${bit}`).toBeNull();
    }
    writeFileSync(path, bytes);
    expect(openCheckpoint(at, 'key').load()).not.toBeNull();
  });

  it('forgets files that grow with the rest', () => {
    const checkpoint = openCheckpoint(join(scratchFolder(), 'work'), 'key');
    checkpoint.save(tensors([1]));
    writeFileSync(checkpoint.pathOf('rows.bin'), 'rows');
    checkpoint.clear();
    expect(existsSync(checkpoint.pathOf('rows.bin'))).toBe(false);
    expect(checkpoint.load()).toBeNull();
  });

  it('is due after its interval, counted from the last save', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const checkpoint = openCheckpoint(join(scratchFolder(), 'work'), 'key', 10);
    now.mockReturnValue(9_999);
    expect(checkpoint.isDue()).toBe(false);
    now.mockReturnValue(10_000);
    expect(checkpoint.isDue()).toBe(true);
    checkpoint.save(tensors([1]));
    expect(checkpoint.isDue()).toBe(false);
    now.mockRestore();
  });

  it('takes its interval from the environment', () => {
    vi.stubEnv('EPOCHNOISE_CHECKPOINT_SECONDS', '0');
    expect(openCheckpoint(join(scratchFolder(), 'work'), 'key').isDue()).toBe(true);
    vi.unstubAllEnvs();
  });
});
