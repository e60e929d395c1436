/** What is warned of, one reason at a time. */
import { expect, it } from 'vitest';
import { recommend } from '../../../src/experiment/probe/advice.ts';
import { type ProbeFindings, probeWarnings } from '../../../src/experiment/probe/warnings.ts';
import { windowOutlooks } from '../../../src/experiment/probe/window.ts';
import { experiment, powerLaw, setting } from './setting.ts';

function findings(
  changes: { [Section in 'sgd' | 'record' | 'train' | 'polish']?: object } = {},
  pairs = 40,
  trace = 500,
) {
  const other = Object.fromEntries(
    Object.entries(changes).map(([section, change]) => [section, { ...experiment[section as 'sgd'], ...change }]),
  );
  const own = { ...experiment, ...other };
  const common = setting({ experiment: own, trace: { value: trace, low: trace, high: trace, products: 60 } });
  return {
    experiment: own,
    setting: common,
    curvature: { iterations: 90, spectrum: { length: pairs } },
    recommendation: recommend(powerLaw(pairs), 1000, common),
    outlooks: windowOutlooks(common),
    lacksMemory: false,
  } as unknown as ProbeFindings;
}

const annealed = { polish: { method: 'none' }, train: { epochs: 3, initialLearningRate: 0.1, decayPerEpoch: 0.1 } };

it('nothing is warned of where all is well', () => {
  expect(probeWarnings(findings())).toEqual([]);
  expect(probeWarnings(findings(annealed))).toEqual([]);
});

it.each<[string, ProbeFindings, string]>([
  [
    'law-not-visible',
    findings({}, 40, 20_000),
    'The law cannot be seen: with m = 3Tr(H)/(2Nλ×) = 0.2 a fluctuating curvature adds 2 times what is left of the weight variance at a tenth of the crossover. About 1000000 samples would do, with the batch size raised in proportion.',
  ],
  [
    'few-pairs',
    findings({}, 12),
    'Only 12 eigenpairs converged in 90 iterations, fewer than the recommendation is made from: ask for more iterations (--iterations 180).',
  ],
  [
    'few-below',
    (() => {
      const all = findings();
      const choice = { ...all.recommendation.choice, suppressed: { count: 7, isExtrapolated: false } };
      return { ...all, recommendation: { ...all.recommendation, choice, hasEnoughBelow: false } };
    })(),
    'Only 7 directions lie in the decade below the recommended crossover, too few for a median: look for a rank with more in the table.',
  ],
  [
    'burn-in-too-short',
    findings({ record: { burnInEpochs: 5 } }),
    'At λ×/10 a burn-in of 5 epochs leaves 22 % of a distance from the minimum; one of 10 would leave 5 % (record.burnInEpochs).',
  ],
  [
    'burn-in-too-short',
    findings({ record: { burnInEpochs: 0 } }),
    'At λ× a burn-in of 0 epochs leaves 100 % of a distance from the minimum; one of 1 would leave 5 % (record.burnInEpochs).',
  ],
  [
    'window-too-short',
    findings({ record: { epochs: 2 } }),
    'At λ×/10 a window of 2 epochs shows 74 % of the variance: record a longer one (record.epochs).',
  ],
  // 0.1·0.2² = 0.004 at the end, 0.0015 recommended.
  [
    'not-annealed',
    findings({ ...annealed, train: { ...annealed.train, decayPerEpoch: 0.2 } }),
    'The training ended at learning rate 0.004, more than twice the recommended one: let it decay further (train.decayPerEpoch, train.epochs), or give the burn-in time for it.',
  ],
  [
    'other-sampler',
    findings({ sgd: { sampler: 'shuffle-once' } }),
    'The sampler of this run is shuffle-once; what is expected to be seen is that of reshuffle, with shuffle-once as its control.',
  ],
  [
    'lacks-memory',
    { ...findings(), lacksMemory: true },
    'What Hessian products share does not fit into the memory for all 50,000 samples: they will take longer than is said here.',
  ],
])('%s', (code, given, text) => {
  expect(probeWarnings(given)).toEqual([{ code, text }]);
});

it('a training that the polish follows need not be annealed', () => {
  expect(probeWarnings(findings({ train: annealed.train }))).toEqual([]);
});
