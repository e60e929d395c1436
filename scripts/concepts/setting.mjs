// @ts-check
/** What the pictures of docs/concepts share: one setting, the range of curvatures, and shorthands of a figure. */
import { crossoverEigenvalue, independentWeightVariance, stationaryMoments } from '../../dist/theory/index.js';

/** @typedef {import('../../src/report/figure.ts').Figure} Figure */
/** @typedef {import('../../src/report/figure.ts').Series} Series */

/** The setting of the pages' tables. λ_cross is 0.06. */
export const RUN = { learningRate: 0.05, momentum: 0.9, batchesPerEpoch: 100 };
export const M = RUN.batchesPerEpoch;
export const CROSSOVER = crossoverEigenvalue(RUN);
export const SETTING = `η = ${RUN.learningRate}, β = ${RUN.momentum}, M = ${M}`;

/** λ/λ_cross along most pictures. */
export const RELATIVE = logSpaced(1e-3, 30, 160);
export const CURVATURE = 'λ / λ_×';

/** @param {number} relative λ/λ_cross */
export const direction = (relative) => ({ ...RUN, eigenvalue: relative * CROSSOVER, noiseVariance: 1 });
/** @param {number} relative λ/λ_cross */
export const whiteVariance = (relative) => independentWeightVariance(direction(relative));
/** @param {number} relative λ/λ_cross @param {import('../../src/theory/index.ts').Sampler} sampler */
export const stationary = (relative, sampler) => stationaryMoments(direction(relative), sampler);

/** @param {number} low @param {number} high @param {number} count @returns {number[]} */
export function logSpaced(low, high, count) {
  return Array.from({ length: count }, (_, i) => low * (high / low) ** (i / (count - 1)));
}

/**
 * @param {string} label @param {Series['role']} role @param {readonly number[]} x @param {readonly number[]} y
 * @param {Partial<Series>} [more]
 * @returns {Series}
 */
export function line(label, role, x, y, more) {
  return { label, kind: 'line', role, emphasis: 'normal', x, y, ...more };
}

/**
 * A figure with the parts that most of them lack left empty.
 *
 * @param {Pick<Figure, 'title' | 'x' | 'y' | 'series'> & Partial<Figure>} parts
 * @returns {Figure}
 */
export function figure(parts) {
  return { subtitle: SETTING, verticals: [], horizontals: [], footnote: '', ...parts };
}

/** @param {string} label @param {readonly [number, number]} [range] @returns {Figure['x']} */
export const log = (label, range) => ({ label, scale: 'log', range });
/** @param {string} label @param {readonly [number, number]} [range] @returns {Figure['x']} */
export const linear = (label, range) => ({ label, scale: 'linear', range });
