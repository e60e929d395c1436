/**
 * The memory that is announced before a stage begins, and what it takes. Channel: the system's own count of the largest
 * resident memory of this process.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../../src/experiment/environment.ts';
import { runExperiment, type StageName, type Voice } from '../../../src/experiment/index.ts';
import { refuseStagesThatDoNotFit, stageMemory } from '../../../src/experiment/stage-memory.ts';
import type { STAGES } from '../../../src/experiment/stages.ts';
import { openWorkbench } from '../../../src/experiment/workbench.ts';
import { readJson } from '../../../src/store/json.ts';
import { listing, problemOf, scratchFolder } from '../../store/scratch.ts';
import { quiet, tiny } from './tiny.ts';

const choices = { threads: 1 };
afterEach(() => vi.restoreAllMocks());

describe.runIf(process.platform === 'linux')('every stage', () => {
  const wide = {
    data: { name: 'teacher', samples: 2000, testSamples: 50, inputs: 20, hidden: [200], noise: 0.1 },
    model: { name: 'mlp', hidden: [200], initialisation: { from: 'teacher', spread: 0.02 } },
    train: { epochs: 2, initialLearningRate: 1e-3 },
    polish: { method: 'none' },
    sgd: { learningRate: 1e-3, momentum: 0.9, batchSize: 100, weightDecay: 1e-3 },
    record: { burnInEpochs: 1, epochs: 20 },
    spectrum: { eigenpairs: 60, tolerance: 1e-2 },
    noise: { method: 'batches', epochs: 4 },
  };
  // Pictures take the same whatever they are drawn from, nearly: where least and most is drawn.
  it.each<[string, Record<string, unknown>, StageName]>([
    ['a small network', {}, 'report'],
    ['doubles', { precision: 'float64', noise: { method: 'batches' } }, 'compare'],
    ['controls', { controls: { run: ['with-replacement', 'frozen', 'quadratic'] } }, 'controls'],
    ['directions from a part of the samples', { spectrum: { samples: 100 } }, 'compare'],
    ['4,401 weights', wide, 'report'],
  ])('takes at most what it announced, and says so in one line: %s', async (_, changes, until) => {
    const directory = join(scratchFolder(), 'run');
    const said: string[] = [];
    const warned: string[] = [];
    const voice: Voice = { ...quiet, say: (text) => said.push(text), warn: (text) => warned.push(text) };
    const { ran } = await runExperiment(directory, tiny(changes), voice, { until });
    expect(warned.filter((text) => text.includes('memory'))).toEqual([]);
    const announced = said.filter((text) =>
      /^stage \w+: at most [\d.]+ [MG]B of memory for the whole process$/.test(text),
    );
    const environments = listing(directory).filter((name) => name.endsWith('environment.json'));
    const costs = environments.flatMap((name) =>
      Object.entries(readJson<Environment>(join(directory, name)).stages).map(([stage, cost]) => ({ stage, ...cost! })),
    );
    const own = costs.find(({ stage }) => stage === 'controls');
    // What a run within the run took was taken while its stage ran.
    for (const { peakMemoryBytes } of costs.slice(0, own ? -ran.length : 0))
      expect(own!.peakMemoryBytes).toBeGreaterThanOrEqual(peakMemoryBytes);
    // One line a stage, those of runs within the run included, which have the training from this one.
    expect(announced).toHaveLength(costs.length);
    expect(costs.length).toBeGreaterThanOrEqual(ran.length);
    for (const { stage, peakMemoryBytes, announcedMemoryBytes } of costs) {
      expect(peakMemoryBytes, stage).toBeGreaterThan(1e8);
      expect(peakMemoryBytes, `${stage} of ${JSON.stringify(changes)}`).toBeLessThanOrEqual(announcedMemoryBytes);
    }
  });

  it('that takes more is told of', async () => {
    const directory = join(scratchFolder(), 'run');
    const warned: string[] = [];
    const voice: Voice = {
      ...quiet,
      warn: (text) => warned.push(text),
      begin: () => async () => {
        if (held.length < 5) held.push(Buffer.alloc(2e8, 1));
      },
    };
    const held: Buffer[] = [];
    await runExperiment(directory, tiny(), voice, { until: 'train' });
    expect(warned).toEqual([
      expect.stringMatching(/^stage train took \d\.\d\d GB of memory, more than was announced$/),
    ]);
  });
});

describe('what is announced', () => {
  it('holds at least the arrays that a stage cannot do without', async () => {
    const experiment = tiny({ record: { epochs: 5000 }, spectrum: { eigenpairs: 19 } });
    const bench = await openWorkbench(experiment, choices, quiet);
    const of = (name: (typeof STAGES)[number]['name']) => stageMemory(name, experiment, bench).held;
    const path = 50_000 * 19;
    // Projections θ and v in float32; noise, and that along the trajectory, in float64.
    expect(of('noise')).toBeGreaterThan(8 * path + 16 * path);
    // Projections, and XᵀX of them: their columns once in the program and twice in the library.
    expect(of('compare')).toBeGreaterThan(8 * path + 12 * path);
    // The samples of all updates.
    expect(of('record')).toBeGreaterThan(4 * 50_000 * 40);
  });

  it('grows with what Hessian products may share, as far as they do', async () => {
    const changes = { data: { samples: 60_000 }, sgd: { batchSize: 6000 }, spectrum: { eigenpairs: 2 } };
    const experiment = tiny(changes);
    const [none, some, all, more] = await Promise.all(
      [0, 1e6, 1e9, 2e9].map(async (memoryBytes) => {
        const bench = await openWorkbench(experiment, choices, quiet, { memoryBytes });
        const { held, passing } = stageMemory('spectrum', experiment, bench);
        return held + passing;
      }),
    );
    expect(some - none).toBeCloseTo(1e6, 0);
    expect(all).toBeGreaterThan(some);
    expect(more).toBe(all);
  });

  it('does not hold what they share on a card', async () => {
    const experiment = tiny({ data: { samples: 60_000 }, sgd: { batchSize: 6000 }, spectrum: { eigenpairs: 2 } });
    const bench = await openWorkbench(experiment, choices, quiet, { memoryBytes: 1e6 });
    const memoryOf = (changed: Partial<typeof bench.problem.backend>, savedBytes = bench.savedBytes) => {
      const problem = { ...bench.problem, backend: { ...bench.problem.backend, ...changed } };
      const { held, passing } = stageMemory('spectrum', experiment, { ...bench, problem, savedBytes });
      return held + passing;
    };
    const onCard = { isDevice: true, stateInSession: true };
    expect(memoryOf(onCard)).toBe(memoryOf(onCard, 0));
    expect(memoryOf({ isDevice: true }) - memoryOf({ isDevice: true }, 0)).toBeCloseTo(1e6, 0);
  });

  it('is refused where it cannot be had, before anything is computed or written', async () => {
    const directory = join(scratchFolder(), 'run');
    const experiment = tiny({ record: { epochs: 5000 } });
    vi.spyOn(process, 'availableMemory').mockReturnValue(20e6);
    expect(await problemOf(() => runExperiment(directory, experiment, quiet))).toMatch(
      /^exit 2: stage noise needs at least \d\d MB of memory, and 20 MB are available: ask for fewer directions \(spectrum\.eigenpairs\) or a shorter window \(record\.epochs\), or free memory$/,
    );
    expect(existsSync(directory)).toBe(false);
    const bench = await openWorkbench(experiment, choices, quiet);
    expect(await problemOf(() => refuseStagesThatDoNotFit(['train', 'record'], experiment, bench))).toBe('no error');
  });
});
