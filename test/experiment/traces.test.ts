/** What a page holds of the paths of a run. Channel: paths written by hand. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTraces } from '../../src/experiment/report/traces.ts';
import { shorts } from '../../src/report/page/client/unpacking.ts';
import { RUN_FILES } from '../../src/store/run-directory.ts';
import { writeSafetensors } from '../../src/store/safetensors.ts';
import { scratchFolder } from '../store/scratch.ts';

const UPDATES = 40;
const K = 2;
/** ±1e-3 in turn along the first direction, ±2e-3 along the second. */
const path = Float32Array.from(
  { length: UPDATES * K },
  (_, at) => (Math.floor(at / K) % 2 === 0 ? 1 : -1) * (at % K === 0 ? 1e-3 : 2e-3),
);

describe('traces', () => {
  const tracesOf = (updates: number, replay: Float32Array) => {
    const folder = scratchFolder();
    writeSafetensors(join(folder, RUN_FILES.projections), { theta: { shape: [UPDATES, K], data: path } });
    writeSafetensors(join(folder, RUN_FILES.replay), { theta: { shape: [updates, K], data: replay } });
    return readTraces(folder, K, 10)!;
  };

  it('of a recording without batches have no replay, and the measured path in full', () => {
    const traces = tracesOf(0, new Float32Array(0));
    expect(shorts(traces.replayed)).toHaveLength(0);
    expect(traces.scale.map((value) => value.toPrecision(6))).toEqual(['0.00100000', '0.00200000']);
    expect([...shorts(traces.measured).subarray(0, 3)]).toEqual([32767, -32767, 32767]);
  });

  it('of a replayed run have both on one scale', () => {
    const traces = tracesOf(
      UPDATES,
      path.map((value) => 2 * value),
    );
    expect(shorts(traces.replayed)[0]).toBe(32767);
    expect(shorts(traces.measured)[0]).toBe(Math.round(32767 / 2));
  });
});
