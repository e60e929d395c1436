/** The tables of a sweep as data, for a terminal and for its page alike. */
import type { Estimate } from '../../statistics/estimate.ts';
import type { Flatness } from '../../statistics/flatness.ts';
import { SAMPLING } from '../figures/words.ts';
import { fixedNumber, shortNumber, wholeNumber } from '../numbers.ts';
import { NOTHING, rangeLabel, type Table } from '../tables.ts';
import type { Collected, Findings, SettingSummary } from './collected.ts';

/** `0.987 (0.950 … 1.025)`. */
export function estimateText(estimate: Estimate | null | undefined, digits = 3): string {
  if (!estimate) return NOTHING;
  const { value, low, high } = estimate;
  const shown = (number: number) => (value >= 10 ? shortNumber(number, digits) : fixedNumber(number, digits));
  return low === null || high === null ? shown(value) : `${shown(value)} (${shown(low)} … ${shown(high)})`;
}

/** A line a setting: where its crossover lies, its plateau, whether it is flat; null where there is none. */
export function settingsTable({ settings, all }: Collected): Table | null {
  if (settings.length === 0) return null;
  const flat = (flatness: Flatness | null) =>
    flatness ? `${flatness.tested - flatness.outside} of ${flatness.tested}` : NOTHING;
  const scatter = (flatness: Flatness | null) =>
    flatness ? `${fixedNumber(flatness.medianAbsLog10, 3)} (${fixedNumber(flatness.expectedAbsLog10, 3)})` : NOTHING;
  const found = ({ scale, scaleTwoComponent, flatness, flatnessTwoComponent }: Findings) => ({
    scales: [estimateText(scale?.scale), estimateText(scaleTwoComponent?.scale)],
    bins: [flat(flatness), flat(flatnessTwoComponent), scatter(flatness), scatter(flatnessTwoComponent)],
  });
  const line = (setting: SettingSummary) => {
    const { scales, bins } = found(setting);
    return [
      setting.label,
      wholeNumber(setting.seeds),
      setting.sampler === 'with-replacement' ? NOTHING : shortNumber(setting.crossoverEigenvalue, 4),
      ...scales,
      estimateText(setting.plateau?.ratio),
      estimateText(setting.plateau?.ratioTwoComponent),
      ...bins,
      setting.multiplicativeShare === null ? NOTHING : shortNumber(setting.multiplicativeShare, 2),
    ];
  };
  const together = all && settings.length > 1 ? found(all) : null;
  return {
    header: [
      ['', 'setting'],
      ['', 'seeds'],
      ['predicted', 'λ×'],
      ['measured', '/ predicted λ×'],
      ['the same,', 'two comp.'],
      ['plateau', '/ exact'],
      ['the same,', 'two comp.'],
      ['bins that', 'hold 1'],
      ['the same,', 'two comp.'],
      ['scatter', '(expected)'],
      ['the same,', 'two comp.'],
      ['fluctuating', 'curvature'],
    ],
    rows: [
      ...settings.map((setting) => ({ cells: line(setting) })),
      ...(together
        ? [
            {
              cells: [
                'all together',
                wholeNumber(all!.seeds),
                NOTHING,
                ...together.scales,
                NOTHING,
                NOTHING,
                ...together.bins,
                NOTHING,
              ],
            },
          ]
        : []),
    ],
    notes: [
      'Measured λ×: one scale of λ fitted in the exact curve R(λ/s), between x = 0.03 and 100. Plateau: correlation time between λ×/100 and λ×/10, measured over exact. Two comp.: with the noise of a fluctuating curvature. Bins: of x, three a decade, whose 95 % interval holds 1. Scatter: median of |log₁₀(measured/predicted)|. In brackets after a value its 95 % interval. Fluctuating curvature: its noise over that of the batches, median.',
    ],
  };
}

/** Bins of measured over predicted, all settings together; null where there are none. */
export function binsTable({ all }: Collected): Table | null {
  if (!all?.flatness) return null;
  const two = all.flatnessTwoComponent?.bins ?? [];
  return {
    header: [
      ['', 'x'],
      ['direc-', 'tions'],
      ['', 'seeds'],
      ['measured', '/ exact'],
      ['measured', '/ two comp.'],
    ],
    rows: all.flatness.bins.toReversed().map(({ low, high, directions, seeds, ratio }) => ({
      cells: [
        `${shortNumber(low, 2)} … ${shortNumber(high, 2)}`,
        wholeNumber(directions),
        wholeNumber(seeds),
        estimateText(ratio),
        estimateText(two.find((bin) => bin.low === low)?.ratio),
      ],
    })),
    notes: [
      `Means over the directions of a bin, weighted by their degrees of freedom, with 95 % intervals, ${all.flatness.bins.some(({ ratio }) => ratio.from === 'seeds') ? 'Student’s t over the seeds’ means where there are three or more' : 'as if directions were independent'}. The crossover is at x = 3.`,
    ],
  };
}

/** Samplers against one another, range by range; null where none were run at equal settings. */
export function samplersTable({ samplers }: Collected): Table | null {
  if (samplers.length === 0) return null;
  return {
    header: [
      ['', 'weight variance'],
      ['', 'λ/λ×'],
      ['', 'pairs'],
      ['', 'seeds'],
      ['', 'measured'],
      ['', 'predicted'],
      ['measured', '/ predicted'],
    ],
    rows: samplers.map(({ of, against, low, high, pairs, seeds, measured, predicted, overPredicted }) => ({
      cells: [
        `${SAMPLING[of]} / ${SAMPLING[against]}`,
        rangeLabel({ low, high }),
        wholeNumber(pairs),
        wholeNumber(seeds),
        estimateText(measured),
        fixedNumber(predicted, 3),
        estimateText(overPredicted),
      ],
    })),
    notes: [
      'Pairs of runs that differ in the sampler alone, each in units of the variance of independent batches at its own eigenvalues and noise. Predicted: geometric mean over the directions of a range, by two components, or where unknown by the theory of the sampler; measured: that times the mean of measured over predicted.',
    ],
  };
}
