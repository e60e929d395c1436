import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DIRECTION_COLUMNS,
  keepPrevious,
  requireRunDirectory,
  RUN_FILES,
  runPath,
  trajectoryPath,
  trajectoryPaths,
} from '../../src/store/run-directory.ts';
import { listing, problemOf, scratchFolder } from './scratch.ts';

describe('the contract with other tools', () => {
  it('names of files', () => {
    const promised = [
      'batches.safetensors',
      'directions.csv',
      'environment.json',
      'experiment.json',
      'figures',
      'mean.safetensors',
      'noise.safetensors',
      'projections.safetensors',
      'report.html',
      'spectrum.safetensors',
      'summary.json',
      'trajectory',
      'weights.safetensors',
    ];
    expect(Object.values(RUN_FILES)).toEqual(expect.arrayContaining(promised));
    expect(new Set(Object.values(RUN_FILES)).size).toBe(Object.values(RUN_FILES).length);
    expect(runPath(join('results', 'quickstart'), RUN_FILES.noise)).toBe(
      join('results', 'quickstart', 'noise.safetensors'),
    );
  });

  it('header of directions.csv', () => {
    expect(DIRECTION_COLUMNS.join(',')).toBe(
      'index,eigenvalue,residual,noise_variance,noise_variance_low,noise_variance_high,theta_variance,theta_variance_low,' +
        'theta_variance_high,theta_dof,velocity_variance,velocity_variance_low,velocity_variance_high,velocity_dof,' +
        'correlation_time,theta_variance_sampler,theta_variance_white,theta_variance_two_component,' +
        'velocity_variance_sampler,velocity_variance_white,velocity_variance_two_component,correlation_time_sampler,' +
        'correlation_time_white,correlation_time_two_component,trend_fraction,drift_ratio,regime',
    );
  });
});

describe('trajectory', () => {
  it('lists its parts in the order of time, without those in the making', () => {
    const run = scratchFolder();
    expect(trajectoryPaths(run)).toEqual([]);
    mkdirSync(join(run, 'trajectory'));
    for (const part of [10, 2, 0]) writeFileSync(trajectoryPath(run, part), '');
    for (const other of ['.00003.safetensors.1-0.partial', 'notes.txt', 'x00004.safetensors']) {
      writeFileSync(join(run, 'trajectory', other), '');
    }
    expect(trajectoryPaths(run).map((path) => relative(run, path))).toEqual([
      join('trajectory', '00000.safetensors'),
      join('trajectory', '00002.safetensors'),
      join('trajectory', '00010.safetensors'),
    ]);
  });
});

describe('requireRunDirectory', () => {
  it('gives the absolute path of a run, and says what is none', async () => {
    const folder = scratchFolder();
    expect(await problemOf(() => requireRunDirectory(join(folder, 'none')))).toBe(
      'exit 3: no run directory ~/none; `epochnoise run` makes one',
    );
    expect(await problemOf(() => requireRunDirectory(folder))).toBe(
      'exit 3: ~ is no run directory: it holds no experiment.json; `epochnoise run` makes one',
    );
    writeFileSync(join(folder, 'experiment.json'), '{}');
    expect(requireRunDirectory(relative(process.cwd(), folder))).toBe(folder);
  });
});

describe('keepPrevious', () => {
  it('sets a folder aside under the first free number', () => {
    const folder = scratchFolder();
    const run = join(folder, 'quickstart');
    expect(keepPrevious(run)).toBeUndefined();
    for (const content of ['first', 'second', 'third']) {
      mkdirSync(run);
      writeFileSync(join(run, 'x'), content);
      if (content === 'second') writeFileSync(join(folder, 'quickstart.previous-3'), 'in the way');
      expect(keepPrevious(`${run}/`)).toBe(`${run}.previous-${{ first: 1, second: 2, third: 4 }[content]}`);
    }
    expect(listing(folder).filter((name) => !name.includes('/'))).toEqual([
      'quickstart.previous-1',
      'quickstart.previous-2',
      'quickstart.previous-3',
      'quickstart.previous-4',
    ]);
    expect(readFileSync(join(`${run}.previous-4`, 'x'), 'utf8')).toBe('third');
  });

  it('sets a file aside too', () => {
    const path = join(scratchFolder(), 'summary.json');
    writeFileSync(path, '1');
    expect(keepPrevious(path)).toBe(`${path}.previous-1`);
    expect(readFileSync(`${path}.previous-1`, 'utf8')).toBe('1');
  });
});
