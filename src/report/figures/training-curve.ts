/** Loss and accuracy over epochs, through all phases of the run. */
import type { Figure, MarkerLine, Series } from '../figure.ts';
import type { ReportInput, TrainingRow } from '../input.ts';
import { rangeOf } from '../range.ts';
import { subtitled } from './words.ts';

/** A loss that falls by more than this is drawn on a log axis. */
const LOG_FROM = 10;

/** Of the polish, in epochs. */
const POLISH_WIDTH = 0.5;

const PHASES: Readonly<Record<string, string>> = {
  train: 'training',
  polish: 'polish',
  'burn-in': 'burn-in',
  window: 'window',
};

/** Training and test loss on the left axis, accuracies (where the task has any) on the right. */
export function trainingCurveFigure(input: ReportInput): Figure {
  const rows = input.training;
  const { x, phases } = layPhases(rows);
  const series: Series[] = [];
  const curve = (
    label: string,
    role: 'train' | 'test',
    axis: 'left' | 'right',
    value: (row: TrainingRow) => number | null,
  ) => {
    const known = rows.map((row, i) => ({ x: x[i], y: value(row) ?? NaN })).filter((point) => Number.isFinite(point.y));
    if (known.length === 0) return;
    const dashed = axis === 'right';
    series.push({
      label,
      kind: 'line',
      role,
      emphasis: 'normal',
      x: known.map((p) => p.x),
      y: known.map((p) => p.y),
      axis,
      dashed,
    });
  };
  curve('test accuracy', 'test', 'right', (row) => row.testAccuracy);
  curve('training accuracy', 'train', 'right', (row) => row.trainAccuracy);
  curve('test loss', 'test', 'left', (row) => row.testLoss);
  curve('training loss', 'train', 'left', (row) => row.trainLoss);

  const losses = series.filter((one) => one.axis === 'left').flatMap((one) => one.y);
  const accuracies = series.filter((one) => one.axis === 'right').flatMap((one) => one.y);
  const log = losses.length > 0 && Math.min(...losses) > 0 && Math.max(...losses) > LOG_FROM * Math.min(...losses);
  const trained = rows.some((row) => row.phase === 'train');
  const sentences = [];
  if (series.length > 0 && !trained) sentences.push(`No training epochs: the run starts with its ${phases[0].label}.`);
  if (rows.some((row) => row.phase === 'polish'))
    sentences.push('The polish has iterations, not epochs: it is drawn over half of one.');
  const figure: Figure = {
    title: accuracies.length > 0 ? 'Loss and accuracy over the run' : 'Loss over the run',
    ...subtitled(input),
    x: { label: 'epoch', scale: 'linear', range: [Math.min(0, ...x), Math.max(1, ...x)] },
    y: { label: 'loss', scale: log ? 'log' : 'linear', range: rangeOf(losses, log ? 'log' : 'linear') },
    series,
    verticals: phases,
    horizontals: [],
    footnote: sentences.join(' '),
    message: series.length === 0 ? 'no training epochs and no loss of a later phase: nothing to draw' : undefined,
  };
  if (accuracies.length === 0) return figure;
  const [low, high] = rangeOf(accuracies, 'linear');
  return {
    ...figure,
    right: { label: 'accuracy (fraction right)', scale: 'linear', range: [Math.max(0, low), Math.min(1, high)] },
  };
}

/**
 * Where each row stands, and where each phase begins: at the state that the one before it left behind. Epochs are counted
 * through the whole run. A polish takes none: its iterations are laid out over the first half of the next one, so that its
 * fall can be seen and every epoch keeps its number.
 */
function layPhases(rows: readonly TrainingRow[]): { x: number[]; phases: MarkerLine[] } {
  const polish = rows.filter(({ phase }) => phase === 'polish');
  const x = rows.map((row) => {
    const iteration = polish.indexOf(row);
    return iteration < 0 ? row.epoch : polish[0].epoch + (POLISH_WIDTH * iteration) / Math.max(1, polish.length - 1);
  });
  const phases = rows.flatMap(({ phase }, i): MarkerLine[] => {
    if (rows[i - 1]?.phase === phase) return [];
    return [{ value: i === 0 ? Math.min(0, x[i]) : x[i - 1], label: PHASES[phase] ?? phase }];
  });
  return { x, phases };
}
