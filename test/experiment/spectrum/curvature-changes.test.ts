/** Change of curvatures between two points. Channel: finite differences of gradients in plain loops, over all samples. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curvatureChanges, GROUPS } from '../../../src/experiment/spectrum/curvature-changes.ts';
import { openWorkbench, type Workbench } from '../../../src/experiment/workbench.ts';
import { randomStream } from '../../../src/random.ts';
import { openCheckpoint } from '../../../src/store/checkpoint.ts';
import { heldByLibrary } from '../../../src/tensor/backend.ts';
import { temporaryFolders } from '../../setup/temporary.ts';
import { plain, quiet, SAMPLES, SIZE, tiny, tinySamples, WEIGHT_DECAY } from '../run/tiny.ts';

const folder = temporaryFolders();
const experiment = tiny();
const random = randomStream(5, 'curvature-changes');
const from = Float64Array.from({ length: SIZE }, () => random.normal());
const to = from.map((value) => value + 0.1 * random.normal());
/** Random unit rows. */
const directions = Float32Array.from(
  Array.from({ length: SIZE }, () => {
    const row = Array.from({ length: SIZE }, () => random.normal());
    return row.map((value) => value / Math.hypot(...row));
  }).flat(),
);

const all = tinySamples();
const everySample = Array.from({ length: SAMPLES }, (_, n) => n);
function curvature(theta: Float64Array, i: number): number {
  const e = directions.subarray(i * SIZE, (i + 1) * SIZE);
  const step = 1e-4;
  const [ahead, behind] = [step, -step].map((h) =>
    plain.meanGradient(
      theta.map((value, j) => value + h * e[j]),
      all,
      everySample,
      WEIGHT_DECAY,
    ),
  );
  return ahead.reduce((sum, value, j) => sum + ((value - behind[j]) * e[j]) / (2 * step), 0);
}
const expected = Array.from({ length: SIZE }, (_, i) => curvature(to, i) - curvature(from, i));
const scale = Math.max(...expected.map(Math.abs));

let bench: Workbench;
let before: ReturnType<typeof heldByLibrary>;
beforeAll(async () => {
  bench = await openWorkbench(experiment, { threads: 1 }, quiet);
  before = heldByLibrary();
});
afterAll(() => expect(heldByLibrary()).toEqual(before));

const context = (seed = experiment.seed, path = folder()) => ({
  experiment: { ...experiment, seed },
  voice: quiet,
  checkpoint: (work: string) => openCheckpoint(`${path}/${work}`, 'key', 0),
});

describe('the change of curvatures', () => {
  it('on all samples is that of finite differences, without error', async () => {
    const { value, margin } = await curvatureChanges(context(), bench, { from, to }, directions, SAMPLES);
    value.forEach((change, i) => expect(Math.abs(change - expected[i])).toBeLessThan(1e-5 * scale));
    expect(Math.max(...margin)).toBe(0);
  });

  it('on a subset is off by what its interval says', async () => {
    const samples = 10 * GROUPS;
    let inside = 0;
    let farOff = 0;
    const seeds = 24;
    for (let seed = 1; seed <= seeds; seed++) {
      const { value, margin } = await curvatureChanges(context(seed), bench, { from, to }, directions, samples);
      value.forEach((change, i) => {
        const off = Math.abs(change - expected[i]);
        if (off <= margin[i]) inside++;
        if (off > margin[i] / 10) farOff++;
      });
    }
    // Directions of one subset go together: 24 trials at least, standard error 4 % at most.
    expect(inside / (seeds * SIZE)).toBeGreaterThan(0.85);
    // An interval that is far too wide would hold everything.
    expect(farOff / (seeds * SIZE)).toBeGreaterThan(0.5);
  });

  it('goes on from what was saved, with the same bytes', async () => {
    const samples = 10 * GROUPS;
    const path = folder();
    const whole = await curvatureChanges(context(1, path), bench, { from, to }, directions, samples);
    const progress = openCheckpoint(`${path}/curvatures`, 'key', 0);
    const { tensors } = progress.load()!;
    const quotients = (tensors.curvatures.data as Float64Array).slice();
    // All of the second point, and half of the first, are still to do; what is there is believed.
    quotients.fill(NaN, Math.floor(SIZE / 2) * GROUPS);
    quotients[0] += 1;
    progress.save({ curvatures: { shape: tensors.curvatures.shape, data: quotients } });
    const resumed = await curvatureChanges(context(1, path), bench, { from, to }, directions, samples);
    expect([...resumed.value.subarray(1)]).toEqual([...whole.value.subarray(1)]);
    expect(resumed.value[0]).toBeCloseTo(whole.value[0] - 1 / GROUPS, 10);
  });
});
