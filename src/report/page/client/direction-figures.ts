/** Path and autocorrelation of one direction, as figures like all others. */
import { stationaryAutocorrelation, stationaryMoments, type Sampler } from '../../../theory/index.ts';
import type { Figure, Role, Series } from '../../figure.ts';
import { WHITE_THEORY, samplerTheory } from '../../figures/words.ts';
import { shortNumber } from '../../numbers.ts';
import { rangeOf } from '../../range.ts';
import type { PageRun, PageTraces } from '../contents.ts';
import { FLUCTUATING_NOISE, NOISE } from '../quantities.ts';
import { shorts } from './unpacking.ts';

const FULL = 32767;

/** What is shown of one direction. */
export interface DirectionFigures {
  readonly path: Figure;
  readonly autocorrelation: Figure;
}

/** Reads the traces of a run once. @returns figures of a direction */
export function directionFigures(run: PageRun, traces: PageTraces): (direction: number) => DirectionFigures {
  const measured = shorts(traces.measured);
  const replayed = shorts(traces.replayed);
  const memory = shorts(traces.autocorrelation);
  const lambda = run.quantities[0].values;
  const row = (all: Int16Array, length: number, direction: number, scale: number) =>
    Array.from(all.subarray(direction * length, (direction + 1) * length), (value) => (value / FULL) * scale);
  return (direction) => {
    const points = traces.updates.length;
    const scale = traces.scale[direction];
    const along = (all: Int16Array) => (all.length === 0 ? null : row(all, points, direction, scale));
    return {
      path: pathFigure(run, traces, lambda[direction], along(measured)!, along(replayed)),
      autocorrelation: autocorrelationFigure(
        run,
        traces.lags,
        direction,
        row(memory, traces.lags.length, direction, 1),
      ),
    };
  };
}

function pathFigure(
  run: PageRun,
  { updates }: PageTraces,
  eigenvalue: number,
  measured: readonly number[],
  replayed: readonly number[] | null,
): Figure {
  const x = updates.map((update) => update / run.batchesPerEpoch);
  const every = updates.length > 1 ? updates[1] - updates[0] : 1;
  const line = (label: string, role: Role, y: readonly number[]): Series => ({
    label,
    kind: 'line',
    role,
    emphasis: role === 'fit' ? 'muted' : 'normal',
    x,
    y,
  });
  const series = [line('measured', 'measured', measured)];
  if (replayed) series.push(line('replayed from the window’s own batches', 'fit', replayed));
  return {
    title: 'Path',
    subtitle: '',
    x: { label: 'epochs of the window', scale: 'linear', range: [0, x[x.length - 1]] },
    y: {
      label: `θ along λ = ${shortNumber(eigenvalue)}${every > 1 ? `, every ${every} updates` : ''}`,
      scale: 'linear',
      range: rangeOf(
        series.flatMap(({ y }) => y),
        'linear',
      ),
    },
    series,
    verticals: [],
    horizontals: [{ value: 0, label: '' }],
    footnote: '',
  };
}

function autocorrelationFigure(
  run: PageRun,
  lags: readonly number[],
  direction: number,
  measured: readonly number[],
): Figure {
  const eigenvalue = run.quantities[0].values[direction];
  const x = lags.map((lag) => lag / run.batchesPerEpoch);
  const series: Series[] = [];
  const line = (label: string, role: Role, y: readonly number[]) =>
    series.push({ label, kind: 'line', role, emphasis: 'normal', x, y });
  if (run.sampler !== 'with-replacement') {
    const white = predicted(run, eigenvalue, 'with-replacement', lags);
    if (white) line(WHITE_THEORY, 'white-theory', white);
  }
  const own = predicted(run, eigenvalue, run.sampler, lags);
  const two = withFluctuation(run, direction, lags);
  if (two) line('two-component theory', 'two-component-theory', two);
  if (own) line(samplerTheory(run.sampler), 'sampler-theory', own);
  series.push({ label: 'measured', kind: 'points', role: 'measured', emphasis: 'strong', x, y: measured });
  return {
    title: 'Autocorrelation',
    subtitle: '',
    x: { label: 'lag in epochs', scale: 'log', range: [1 / run.batchesPerEpoch, x[x.length - 1]] },
    y: {
      label: 'autocorrelation of θ',
      scale: 'linear',
      range: rangeOf([...series.flatMap(({ y }) => y), 0, 1], 'linear'),
    },
    series,
    verticals: [{ value: 1, label: 'one epoch' }],
    horizontals: [{ value: 0, label: '' }],
    footnote: '',
  };
}

/**
 * With the noise of a fluctuating curvature, white and of variance C_mult, beside the sampler's of variance C: autocovariances of
 * independent noises add. Null where C_mult is unknown, or predicts nothing, as for one order kept.
 */
function withFluctuation(run: PageRun, direction: number, lags: readonly number[]): number[] | null {
  const of = (name: string) => run.quantities.find(({ label }) => label === name)?.values[direction] ?? NaN;
  const [own, fluctuating] = [of(NOISE), of(FLUCTUATING_NOISE)];
  const { learningRate, momentum, batchesPerEpoch, sampler } = run;
  const eigenvalue = run.quantities[0].values[direction];
  if (sampler === 'shuffle-once' || !(eigenvalue > 0) || !(own > 0) || !(fluctuating >= 0)) return null;
  const parts = [
    { memory: predicted(run, eigenvalue, sampler, lags), sampler, noiseVariance: own },
    {
      memory: predicted(run, eigenvalue, 'with-replacement', lags),
      sampler: 'with-replacement' as const,
      noiseVariance: fluctuating,
    },
  ].map(({ memory, sampler: drawn, noiseVariance }) => ({
    memory,
    variance: memory
      ? stationaryMoments({ learningRate, momentum, batchesPerEpoch, eigenvalue, noiseVariance }, drawn).thetaVariance
      : NaN,
  }));
  const total = parts.reduce((sum, { variance }) => sum + variance, 0);
  if (!(total > 0 && total < Infinity)) return null;
  return lags.map((_, i) => parts.reduce((sum, { memory, variance }) => sum + (memory![i] * variance) / total, 0));
}

/** Null where there is none: no positive eigenvalue, or a rule that diverges, or batches that leave out samples. */
function predicted(run: PageRun, eigenvalue: number, sampler: Sampler, lags: readonly number[]): number[] | null {
  const { learningRate, momentum, batchesPerEpoch } = run;
  const isStable = eigenvalue >= 0 && learningRate * eigenvalue < 2 * (1 + momentum);
  if (!isStable || (sampler !== 'with-replacement' && !run.usesAllData)) return null;
  return stationaryAutocorrelation({ learningRate, momentum, batchesPerEpoch, eigenvalue }, sampler, lags);
}
