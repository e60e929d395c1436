/** What stands in the way of a good window, with what would help. */
import type { SummaryWarning } from '../../report/summary.ts';
import { shortNumber, wholeNumber } from '../../report/numbers.ts';
import type { Experiment } from '../schema.ts';
import { visibilityOf, warningOfInvisibility } from '../visibility.ts';
import type { Recommendation } from './advice.ts';
import type { Setting } from './choices.ts';
import type { ProbedCurvature } from './curvature.ts';
import type { WindowOutlook } from './window.ts';

/** What the warnings look at. */
export interface ProbeFindings {
  readonly experiment: Experiment;
  readonly setting: Setting;
  readonly curvature: ProbedCurvature;
  readonly recommendation: Recommendation;
  readonly outlooks: readonly WindowOutlook[];
  /** Whether the values that Hessian products share do not fit into the memory for all samples. */
  readonly lacksMemory: boolean;
}

/** A training that ends at more than this many times the rate of the window has not been annealed to it. */
const ANNEALED = 2;

/** The sentences, each with its code. */
export function probeWarnings(findings: ProbeFindings): SummaryWarning[] {
  const { experiment, setting, curvature, recommendation, outlooks, lacksMemory } = findings;
  const { sgd, train, polish, record } = experiment;
  const { choice } = recommendation;
  const found: SummaryWarning[] = [];
  const warn = (code: string, text: string | undefined | false) => {
    if (text) found.push({ code, text });
  };
  const samples = setting.bench.batchesPerEpoch * sgd.batchSize;
  warn('law-not-visible', warningOfInvisibility(visibilityOf(setting.trace, { samples, crossover: choice.crossover })));
  warn(
    'few-pairs',
    recommendation.isLimited &&
      `Only ${curvature.spectrum.length} eigenpairs converged in ${curvature.iterations} iterations, fewer than the recommendation is made from: ask for more iterations (--iterations ${2 * curvature.iterations}).`,
  );
  warn(
    'few-below',
    !recommendation.hasEnoughBelow &&
      `Only ${choice.suppressed?.count} directions lie in the decade below the recommended crossover, too few for a median: look for a rank with more in the table.`,
  );
  // What is too short at the crossover is so below it, too.
  const burnIn = outlooks.find(({ burnInSuffices }) => !burnInSuffices);
  warn(
    'burn-in-too-short',
    burnIn &&
      `At ${at(burnIn)} a burn-in of ${record.burnInEpochs} epochs leaves ${percent(burnIn.left)} of a distance from the minimum; one of ${burnIn.burnInEpochs} would leave 5 % (record.burnInEpochs).`,
  );
  const window = outlooks.find(({ windowSuffices }) => !windowSuffices);
  warn(
    'window-too-short',
    window &&
      `At ${at(window)} a window of ${record.epochs} epochs shows ${percent(window.kept)} of the variance: record a longer one (record.epochs).`,
  );
  const lastRate = train.initialLearningRate * train.decayPerEpoch ** (train.epochs - 1);
  warn(
    'not-annealed',
    polish.method === 'none' &&
      train.epochs > 0 &&
      lastRate > ANNEALED * choice.learningRate &&
      `The training ended at learning rate ${shortNumber(lastRate)}, more than twice the recommended one: let it decay further (train.decayPerEpoch, train.epochs), or give the burn-in time for it.`,
  );
  warn(
    'other-sampler',
    sgd.sampler !== 'reshuffle' &&
      `The sampler of this run is ${sgd.sampler}; what is expected to be seen is that of reshuffle, with ${sgd.sampler} as its control.`,
  );
  warn(
    'lacks-memory',
    lacksMemory &&
      `What Hessian products share does not fit into the memory for all ${wholeNumber(setting.bench.samples)} samples: they will take longer than is said here.`,
  );
  return found;
}

const at = ({ relative }: WindowOutlook) => (relative === 1 ? 'λ×' : `λ×/${shortNumber(1 / relative)}`);
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
