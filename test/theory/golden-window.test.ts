/** Finite windows against 60-digit arithmetic that shares no formula with this code (test/oracle/theory-cases.md). */
import { describe, expect, it } from 'vitest';
import {
  decoupledVelocityVariance,
  withDecoupledDecay,
  windowPredictor,
  type WindowOptions,
} from '../../src/theory/index.ts';
import { runProcesses } from '../../src/theory/process.ts';
import { propagateWindow } from '../../src/theory/propagated-window.ts';
import { directionOf, golden, nameOf, stationaryCases, windowOf, type RestCase } from './golden-cases.ts';
import { relativeError } from './relative-error.ts';

const TOLERANCE = 1e-10;

describe('stationary windows equal the 60-digit values', () => {
  it.each(stationaryCases)('$name K=$updates', ({ sampler, direction, updates, expected }) => {
    const { thetaVariance } = windowPredictor({ ...direction, sampler, updates, start: 'stationary' })(
      direction.eigenvalue,
    );
    const error = relativeError(direction.noiseVariance * thetaVariance, expected.window_var_theta);
    expect(error).toBeLessThan(TOLERANCE);
  });
});

const restCases = golden.extra_cases.map((one) => ({ name: `${one.kind} ${nameOf(one.input)}`, ...one }));
const plainCases = restCases.filter(({ input }) => input.decoupledDecay === undefined);
const decayCases = restCases.filter(({ input }) => input.decoupledDecay !== undefined);

describe('windows from rest equal the 60-digit values', () => {
  it.each(plainCases)('$name', (one) => {
    const moments = windowPredictor(restWindow(one))(one.input.lam);
    const noiseVariance = one.input.sigma2_dg;
    const { window_var_theta, mean_square_v } = one.expected;
    expect(relativeError(noiseVariance * moments.thetaVariance, window_var_theta), 'weight').toBeLessThan(TOLERANCE);
    if (mean_square_v !== undefined)
      expect(relativeError(noiseVariance * moments.velocityVariance, mean_square_v), 'speed').toBeLessThan(TOLERANCE);
  });

  it.each(restCases.filter(({ expected }) => expected.mean_square_theta !== undefined))(
    'the mean square about the minimum: $name',
    (one) => {
      const error = relativeError(propagated(one).thetaMeanSquare, one.expected.mean_square_theta ?? NaN);
      expect(error).toBeLessThan(TOLERANCE);
    },
  );

  it.each(decayCases)('$name', (one) => {
    const moments = propagated(one);
    const velocity = decoupledVelocityVariance(moments, one.input.eta, one.input.decoupledDecay ?? NaN);
    expect(relativeError(moments.thetaVariance, one.expected.window_var_theta), 'weight').toBeLessThan(TOLERANCE);
    expect(relativeError(velocity, one.expected.mean_square_v ?? NaN), 'velocity').toBeLessThan(TOLERANCE);
  });

  it('the file holds every kind of case', () => {
    expect(plainCases.length).toBeGreaterThanOrEqual(12);
    expect(decayCases.length).toBeGreaterThanOrEqual(1);
    expect(golden.extra_cases.some(({ input }) => input.lam < 0)).toBe(true);
    expect(golden.extra_cases.some(({ kind }) => kind.startsWith('drop_last'))).toBe(true);
  });
});

function restWindow({ kind, input }: RestCase): WindowOptions {
  const sampler = kind.startsWith('with_replacement') ? 'with-replacement' : 'reshuffle';
  return {
    ...windowOf(input, sampler, input.K ?? input.window ?? NaN, 'rest'),
    burnInUpdates: (input.burnInEpochs ?? 0) * input.M,
    samplingFraction: sampler === 'reshuffle' ? input.samplingFraction : undefined,
  };
}

/** The propagation itself, which also gives what a change of variables needs. */
function propagated(one: RestCase) {
  const options = restWindow(one);
  const rule = withDecoupledDecay(directionOf(one.input), one.input.decoupledDecay ?? 0);
  const process = runProcesses({ ...options, ...rule })(rule.eigenvalue);
  if (!process) throw new Error(`no process for ${nameOf(one.input)}`);
  return propagateWindow(process, options.updates);
}
