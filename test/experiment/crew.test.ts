import { afterEach, describe, expect, it } from 'vitest';
import { RunError } from '../../src/errors.ts';
import { openHessian } from '../../src/hessian/hessian.ts';
import { Crew, partsOf } from '../../src/experiment/crew.ts';
import { resolveExperiment } from '../../src/experiment/load.ts';
import { silent } from '../../src/progress.ts';
import { sharedPerSampleVariance } from '../../src/experiment/shared-noise.ts';
import { openSharedHessian } from '../../src/experiment/shared-hessian.ts';
import { drawSubset, openWorkbench, startingWeights, type Workbench } from '../../src/experiment/workbench.ts';
import { randomStream } from '../../src/random.ts';

const experiment = resolveExperiment({
  seed: 3,
  data: { name: 'teacher', samples: 901, testSamples: 0, inputs: 4, hidden: [3] },
  model: { name: 'mlp', hidden: [3], initialisation: { from: 'teacher' } },
  sgd: { batchSize: 17, weightDecay: 1e-2 },
});
const { seed } = experiment;
const crews: Crew[] = [];

/** A workbench whose Hessians are shared by so many processes; 901 samples divide by neither 2 nor 3. */
async function benchOf(processes: number): Promise<Workbench> {
  const bench = await openWorkbench(experiment, { threads: 1, processes: 1 }, { warn() {} });
  const crew = new Crew(experiment, processes);
  crews.push(crew);
  return { ...bench, crew };
}

afterEach(() => {
  for (const crew of crews.splice(0)) crew.dispose();
});

const random = randomStream(1, 'test/crew');
const vectors = Array.from({ length: 3 }, () => new Float64Array(19).map(() => random.normal()));

// Channel: the same Hessian by one process, whose products are tested against finite differences and plain loops.
describe('a Hessian that processes share', () => {
  it.each([2, 3])('has the products of one process, with %i of them', async (processes) => {
    const bench = await benchOf(processes);
    const theta = startingWeights(experiment, bench);
    const shared = openSharedHessian(bench, seed, null);
    const alone = openHessian(bench.problem, bench.dataset.train);
    for (const point of [theta, theta.map((value) => value + 0.1)]) {
      const [operator, expected] = [shared.at(point), alone.at(point)];
      for (const vector of vectors) {
        const product = await operator.apply(vector);
        expected.apply(vector).forEach((value, i) => expect(product[i]).toBeCloseTo(value, 5));
        // Every product again gives the same bytes.
        expect(await operator.apply(vector)).toEqual(product);
      }
      operator.dispose();
      expected.dispose();
    }
    shared.dispose();
    alone.dispose();
  });

  it('goes with another of a subset, in turn', async () => {
    const bench = await benchOf(2);
    const theta = startingWeights(experiment, bench);
    const choice = { count: 200, purpose: 'test/subset' };
    const [whole, part] = [openSharedHessian(bench, seed, null), openSharedHessian(bench, seed, choice)];
    const subset = drawSubset(bench.problem, bench.dataset.train, 200, seed, choice.purpose);
    const alone = [openHessian(bench.problem, bench.dataset.train), openHessian(bench.problem, subset)];
    const shared = [whole.at(theta), part.at(theta)];
    const expected = alone.map((family) => family.at(theta));
    for (const vector of vectors)
      for (const index of [0, 1]) {
        const product = await shared[index].apply(vector);
        expected[index].apply(vector).forEach((value, i) => expect(product[i]).toBeCloseTo(value, 5));
      }
    for (const thing of [...shared, ...expected, whole, part, ...alone]) thing.dispose();
  });

  it('counts nothing for processes that have no sample', async () => {
    const bench = await benchOf(4);
    const theta = startingWeights(experiment, bench);
    const choice = { count: 2, purpose: 'test/few' };
    const shared = openSharedHessian(bench, seed, choice);
    const alone = openHessian(bench.problem, drawSubset(bench.problem, bench.dataset.train, 2, seed, choice.purpose));
    const [operator, expected] = [shared.at(theta), alone.at(theta)];
    const product = await operator.apply(vectors[0]);
    expected.apply(vectors[0]).forEach((value, i) => expect(product[i]).toBeCloseTo(value, 5));
    for (const thing of [operator, expected, shared, alone]) thing.dispose();
  });

  it('says so where a process ends', async () => {
    const bench = await benchOf(2);
    const operator = openSharedHessian(bench, seed, null).at(startingWeights(experiment, bench));
    await operator.apply(vectors[0]);
    const [member] = (bench.crew as unknown as { members: { process: { kill(signal: string): void } }[] }).members;
    member.process.kill('SIGKILL');
    const failure = (async () => {
      for (;;) await operator.apply(vectors[0]);
    })();
    await expect(failure).rejects.toThrow(RunError);
    await expect(failure).rejects.toThrow(/SIGKILL.*EPOCHNOISE_THREADS=1/);
  });
});

// Channel: one process, which is tested against plain loops.
describe('noise that processes share', () => {
  it.each([2, 3])('has the variance that one process finds, with %i of them', async (processes) => {
    const bench = await benchOf(processes);
    const theta = startingWeights(experiment, bench);
    const directions = Float32Array.from(vectors.flatMap((vector) => [...vector]));
    for (const choice of [null, { count: 200, purpose: 'test/subset' }, { count: 2, purpose: 'test/subset' }]) {
      const shared = await sharedPerSampleVariance(bench, seed, choice, theta, directions, silent);
      const alone = await sharedPerSampleVariance({ ...bench, crew: null }, seed, choice, theta, directions, silent);
      shared.forEach((value, i) => expect(Math.abs(value / alone[i] - 1)).toBeLessThan(1e-6));
    }
  });
});

describe('parts of the samples', () => {
  it('cover them once, as equal as can be', () => {
    expect(partsOf(10, 3)).toEqual([
      { first: 0, count: 3 },
      { first: 3, count: 3 },
      { first: 6, count: 4 },
    ]);
    expect(partsOf(5, 1)).toEqual([{ first: 0, count: 5 }]);
  });
});
