/** Predictions as a table for a terminal. */
import { shortNumber } from '../report/numbers.ts';
import type { TheoryTable } from '../theory/index.ts';

export { SAMPLERS, theoryTable, type TheoryTableOptions } from '../theory/index.ts';

const HEADINGS = ['eigenvalue', 'σ²(θ)', 'σ²(v)', 'correlation time'];

export function theoryAsText({ sampler, crossoverEigenvalue, predictions }: TheoryTable): string {
  const hasWindow = predictions.some(({ windowThetaVariance }) => windowThetaVariance !== undefined);
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : shortNumber(value, 6);
  const rows = predictions.map((row) => [
    cell(row.eigenvalue),
    cell(row.thetaVariance),
    cell(row.velocityVariance),
    cell(row.correlationTime),
    ...(hasWindow ? [cell(row.windowThetaVariance)] : []),
  ]);
  const table = [[...HEADINGS, ...(hasWindow ? ['σ²(θ) in window'] : [])], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) => row.map((text, column) => text.padStart(widths[column])).join('  '));
  const positions = predictions.flatMap(({ eigenvalue, positionThetaVariance }) =>
    positionThetaVariance
      ? [`σ²(θ) by position in the epoch, eigenvalue ${cell(eigenvalue)}: ${positionThetaVariance.map(cell).join(' ')}`]
      : [],
  );
  return [`${sampler}, crossover eigenvalue ${cell(crossoverEigenvalue)}`, ...lines, ...positions].join('\n');
}
