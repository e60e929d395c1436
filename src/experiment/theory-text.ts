/** Predictions as a table for a terminal. */
import { shortNumber } from '../report/numbers.ts';
import type { TheoryTable } from '../theory/index.ts';

export { SAMPLERS, theoryTable, type TheoryTableOptions } from '../theory/index.ts';

const HEADINGS = ['eigenvalue', 'σ²(θ)', 'σ²(v)', 'correlation time'];
const DIGITS = 6;

/** One line an eigenvalue; where positions were asked for, then one line a position and one column an eigenvalue. */
export function theoryAsText(table: TheoryTable): string {
  const { sampler, crossoverEigenvalue, predictions } = table;
  const hasWindow = predictions.some(({ windowThetaVariance }) => windowThetaVariance !== undefined);
  const rows = predictions.map((row) => [
    cell(row.eigenvalue),
    cell(row.thetaVariance),
    cell(row.velocityVariance),
    cell(row.correlationTime),
    ...(hasWindow ? [cell(row.windowThetaVariance)] : []),
  ]);
  return [
    `${sampler}, crossover eigenvalue ${cell(crossoverEigenvalue)}`,
    ...aligned([[...HEADINGS, ...(hasWindow ? ['σ²(θ) in window'] : [])], ...rows]),
    ...positionLines(table),
  ].join('\n');
}

/** σ²(θ) after j = 0 … M−1 updates of an epoch, as far as there is any. */
function positionLines({ predictions }: TheoryTable): string[] {
  const updates = Math.max(0, ...predictions.map(({ positionThetaVariance }) => positionThetaVariance?.length ?? 0));
  if (updates === 0) return [];
  const rows = Array.from({ length: updates }, (_, position) => [
    String(position),
    ...predictions.map(({ positionThetaVariance }) => cell(positionThetaVariance?.[position])),
  ]);
  const headings = predictions.map(({ eigenvalue }) => `λ = ${cell(eigenvalue)}`);
  return ['', 'σ²(θ) by the number of updates since the epoch began', ...aligned([['updates', ...headings], ...rows])];
}

function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : shortNumber(value, DIGITS);
}

/** Columns set flush right. */
function aligned(table: readonly (readonly string[])[]): string[] {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) => row.map((text, column) => text.padStart(widths[column])).join('  '));
}
