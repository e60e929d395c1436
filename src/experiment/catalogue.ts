/** What there is to run, known without loading anything: the experiments that come with the program, and the stages. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the experiments that come with the program. */
export const EXPERIMENTS = fileURLToPath(new URL('../../experiments/', import.meta.url));

/** How the names of sweeps begin. */
const SWEEP = 'sweep-';

/** Names of the experiments that come with the program. */
export const experimentNames = (): string[] => namesInFolder().filter((name) => !name.startsWith(SWEEP));

/** Names of the sweeps that come with the program. */
export const sweepNames = (): string[] => namesInFolder().filter((name) => name.startsWith(SWEEP));

function namesInFolder(): string[] {
  return fs
    .readdirSync(EXPERIMENTS)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .sort();
}

/** The stages of a run in their order, and what each does. */
export const STAGE_TITLES = {
  train: 'train the network and bring it near a minimum',
  record: 'burn in, then record the weights after every update of the window',
  spectrum: 'find the eigendirections of the Hessian, and project the window onto them',
  curvature: 'measure the curvature that the weights feel along the eigendirections',
  noise: 'measure the gradient noise along the eigendirections',
  compare: 'compare measured variances with the predictions for this window',
  controls: 'run the controls from the same minimum',
  report: 'draw the pictures and write the page',
} as const;

/** Name of a stage. */
export type StageName = keyof typeof STAGE_TITLES;

/** In their order. */
export const STAGE_NAMES = Object.keys(STAGE_TITLES) as readonly StageName[];
