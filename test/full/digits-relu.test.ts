/** The claim of docs/concepts/curvature.md, for two seeds that were not chosen afterwards. Channel: a real network with kinks. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/report/summary.ts';
import { summaryOf } from './run.ts';

describe.each([1, 2])('digits-relu, seed %d', (seed) => {
  let summary: Summary;
  beforeAll(() => {
    summary = summaryOf('digits-relu', [`seed=${seed}`]);
  });
  /** Around the crossover, where there are directions enough and curvature matters most. */
  const ranges = () => summary.curvatures.ranges.filter(({ low }) => low === 1 || low === 0.1);

  it('feels more curvature than the Hessian has, along the path and over a step alike', () => {
    for (const { trajectory, finiteStep } of ranges()) {
      const [path, step] = [trajectory.overEigenvalue!, finiteStep.overEigenvalue!];
      expect(path.low).toBeGreaterThan(1.1);
      expect(path.value).toBeLessThan(2);
      expect(step.value / path.value).toBeGreaterThan(0.85);
      expect(step.value / path.value).toBeLessThan(1.25);
    }
    expect(summary.warnings.map(({ code }) => code)).toContain('curvature-felt-differs');
  });

  it('has the variance that follows from it, and not that of the Hessian', () => {
    for (const { eigenvalue, trajectory, finiteStep } of ranges()) {
      expect(eigenvalue.ratio).toBeLessThan(0.87);
      for (const { ratio } of [trajectory, finiteStep]) {
        expect(ratio).toBeGreaterThan(0.88);
        expect(ratio).toBeLessThan(1.1);
      }
    }
  });

  it('hides it from the Hessian along the window', () => {
    expect(Math.abs(summary.quadraticity!.median - 1)).toBeLessThan(0.1);
  });
});
