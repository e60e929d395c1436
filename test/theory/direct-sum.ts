/**
 * Windows by direct sums over all pairs of updates: what every kick adds to every weight, from the optimiser's own loop, with
 * the mean of its epoch taken out of the kicks and the mean of the window out of the weights, one number at a time. Shares
 * nothing with src/theory, and loses no digits: the covariance is a sum of squares.
 */
import type { WindowMoments } from '../../src/theory/index.ts';
import { descend, type Rule } from './dense-window.ts';

/** A run from rest, C = 1. */
export interface DirectRun extends Rule {
  /** M: the kicks of an epoch sum to zero. 1: independent batches. */
  readonly epochLength: number;
  readonly burnInUpdates: number;
  readonly updates: number;
}

/** O(K²(K + burn-in)). */
export function directWindow(run: DirectRun): WindowMoments {
  const { epochLength, burnInUpdates, updates } = run;
  const length = Math.ceil((burnInUpdates + updates) / epochLength) * epochLength;
  const kicks = Array.from({ length }, (_, at) => (at === 0 ? 1 : 0));
  const response = descend(run, kicks);
  // One row a recorded update, one column a kick.
  const rowsOf = (values: readonly number[]) =>
    Array.from({ length: updates }, (_, k) => {
      const row = new Float64Array(length);
      for (let kick = 0; kick <= burnInUpdates + k; kick++) row[kick] = values[burnInUpdates + k - kick];
      if (epochLength > 1) takeOutEpochMeans(row, epochLength);
      return row;
    });
  const theta = rowsOf(response.theta);
  takeOutMeanRow(theta);
  const scale = epochLength > 1 ? epochLength / (epochLength - 1) : 1;
  const weight = tracesOf(theta, scale);
  const velocity = tracesOf(rowsOf(response.velocity), scale);
  return {
    thetaVariance: weight.trace / updates,
    velocityVariance: velocity.trace / updates,
    thetaDegreesOfFreedom: weight.trace ** 2 / weight.square,
    velocityDegreesOfFreedom: velocity.trace ** 2 / velocity.square,
  };
}

/** Variance and degrees of freedom of a process whose covariance is −s(|k−l|) but for a constant, about the window's mean. */
export function directToeplitz(
  displacement: (lag: number) => number,
  updates: number,
): { readonly variance: number; readonly degreesOfFreedom: number } {
  const byLag = Float64Array.from({ length: updates }, (_, lag) => -displacement(lag));
  const means = Array.from({ length: updates }, (_, k) => {
    let sum = 0;
    for (let l = 0; l < updates; l++) sum += byLag[Math.abs(k - l)];
    return sum / updates;
  });
  const mean = means.reduce((sum, value) => sum + value, 0) / updates;
  let [trace, square] = [0, 0];
  for (let k = 0; k < updates; k++) {
    trace += byLag[0] - 2 * means[k] + mean;
    for (let l = 0; l < updates; l++) square += (byLag[Math.abs(k - l)] - means[k] - means[l] + mean) ** 2;
  }
  return { variance: trace / updates, degreesOfFreedom: trace ** 2 / square };
}

function takeOutEpochMeans(row: Float64Array, epochLength: number): void {
  for (let start = 0; start < row.length; start += epochLength) {
    let sum = 0;
    for (let index = start; index < start + epochLength; index++) sum += row[index];
    for (let index = start; index < start + epochLength; index++) row[index] -= sum / epochLength;
  }
}

function takeOutMeanRow(rows: readonly Float64Array[]): void {
  for (let column = 0; column < rows[0].length; column++) {
    let sum = 0;
    for (const row of rows) sum += row[column];
    for (const row of rows) row[column] -= sum / rows.length;
  }
}

/** tr R and tr R² of R = scale · rows rowsᵀ. */
function tracesOf(rows: readonly Float64Array[], scale: number): { readonly trace: number; readonly square: number } {
  let [trace, square] = [0, 0];
  for (let k = 0; k < rows.length; k++)
    for (let l = 0; l <= k; l++) {
      let entry = 0;
      for (let column = 0; column < rows[k].length; column++) entry += rows[k][column] * rows[l][column];
      entry *= scale;
      if (k === l) trace += entry;
      square += (k === l ? 1 : 2) * entry * entry;
    }
  return { trace, square };
}
