/** Differences between samplers, seed by seed, with their means. */
import type { NamedFigure } from '../all-figures.ts';
import type { Figure, Series } from '../figure.ts';
import { shortNumber } from '../numbers.ts';
import { rangeOf } from '../range.ts';
import { type Generalisation, JUDGED, METRICS, type SamplerComparison } from './generalisation.ts';

/** In units of the distance of two comparisons: how wide the seeds are strewn, and where their mean and both intervals stand. */
const STREWN = 0.4;
const ALONE = 0.28;
const TOGETHER = 0.36;
/** Multiples of the golden section lie evenly, however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** One picture a judged metric and setting: `generalisation-test-accuracy`, and with several settings `…-2` and so on. */
export function generalisationFigures({ comparisons }: Generalisation, subtitle: string): NamedFigure[] {
  return JUDGED.flatMap((metric) => {
    const own = comparisons.filter((one) => one.metric === metric);
    const settings = [...new Set(own.map(({ set }) => JSON.stringify(set)))];
    return settings.map((setting, at) => {
      const members = own.filter(({ set }) => JSON.stringify(set) === setting);
      const name = `generalisation-${METRICS[metric].name.replaceAll(' ', '-')}${at === 0 ? '' : `-${at + 1}`}`;
      const words = Object.entries(members[0].set).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
      return {
        name,
        figure: generalisationFigure(members, [subtitle, ...(words.length > 0 ? [words.join(', ')] : [])].join('\n')),
      };
    });
  });
}

/** @param comparisons by one metric, at one setting; at least one */
function generalisationFigure(comparisons: readonly SamplerComparison[], subtitle: string): Figure {
  const { name, isGain, scale, unit } = METRICS[comparisons[0].metric];
  const places = comparisons.map((_, at) => at + 1);
  const means = (
    label: string,
    offset: number,
    look: Pick<Series, 'role' | 'emphasis'>,
    ends: typeof alone,
  ): Series => ({
    label,
    kind: 'errorbars',
    ...look,
    x: places.map((x) => x + offset),
    y: comparisons.map(({ difference }) => scale * difference.value),
    low: comparisons.map((one) => scale * (ends(one).low ?? NaN)),
    high: comparisons.map((one) => scale * (ends(one).high ?? NaN)),
  });
  const alone = ({ difference }: SamplerComparison) => difference;
  const together = (one: SamplerComparison): ReturnType<typeof alone> => ({ ...one.difference, ...one.together });
  const seeds: Series = {
    label: 'one seed',
    kind: 'points',
    role: 'measured',
    emphasis: 'normal',
    x: comparisons.flatMap(({ differences }, at) => differences.map((_, i) => places[at] + strewn(i))),
    y: comparisons.flatMap(({ differences }) => differences.map((value) => scale * value)),
  };
  const series = [
    seeds,
    means('mean, 95 % interval', ALONE, { role: 'measured', emphasis: 'strong' }, alone),
    ...(comparisons.length > 1
      ? [means('mean, all comparisons at once', TOGETHER, { role: 'reference', emphasis: 'strong' }, together)]
      : []),
  ];
  const ends = series.flatMap(({ y, low = [], high = [] }) => [...y, ...low, ...high]);
  const visible = comparisons
    .filter(({ smallestVisibleTogether }) => smallestVisibleTogether !== null)
    .map((one) => `${one.of} less ${one.against} ${shortNumber(scale * one.smallestVisibleTogether!, 2)}`);
  return {
    title: `${name[0].toUpperCase()}${name.slice(1)}: one sampler less another`,
    subtitle,
    x: {
      label: 'runs that have all but the sampler in common',
      scale: 'linear',
      range: [0.5, comparisons.length + 0.5],
      ticks: comparisons.map(({ of, against }, at) => ({ value: places[at], label: `${of}\nless ${against}` })),
    },
    y: {
      label: `difference in ${name}${unit === '' ? '' : `, ${unit}`}`,
      scale: 'linear',
      range: rangeOf([...ends, 0], 'linear'),
    },
    series,
    verticals: [],
    horizontals: [{ value: 0, label: 'equal' }],
    footnote: [
      `${isGain ? 'Above' : 'Below'} 0 the sampler that is named first is the better one.`,
      'Means over the epochs of the window, evaluated at the end of each. Intervals by Student’s t over seeds; all comparisons at once: Bonferroni.',
      ...(visible.length > 0 ? [`Would have been seen four times in five: ${visible.join('; ')}.`] : []),
    ].join(' '),
  };
}

const strewn = (index: number): number => STREWN * (((index * GOLDEN) % 1) - 0.5);
