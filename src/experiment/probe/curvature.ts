/** Leading eigenvalues and trace of the Hessian from a few thousand samples, with the bias of so few taken off. */
import { Disposables } from '../../disposables.ts';
import { type HessianAt, openHessian } from '../../hessian/hessian.ts';
import { basisOn } from '../../hessian/native-basis.ts';
import { operatorFrom, type SymmetricOperator } from '../../hessian/operator.ts';
import { freshResiduals } from '../../hessian/residuals.ts';
import { type ConvergedPairs, shortLanczos } from '../../hessian/short-lanczos.ts';
import type { TraceEstimate } from '../../hessian/trace.ts';
import { median } from '../../statistics/median.ts';
import type { Reals } from '../../tensor/types.ts';
import type { Voice } from '../context.ts';
import { makeRoom } from '../memory.ts';
import { measured } from '../profile.ts';
import { estimateLossTrace } from '../visibility.ts';
import { chosenSamples, type Workbench } from '../workbench.ts';

/** One of the leading eigenvalues. */
export interface ProbedEigenvalue {
  /** From 1, by the size of the estimate. */
  readonly rank: number;
  /** Estimate of the eigenvalue on all samples; the subset's own where that is all samples. */
  readonly eigenvalue: number;
  /** Of the subset's Hessian: too large on average. */
  readonly inSample: number;
  /** eᵀHe of the same direction on as many other samples; null where there are no others. */
  readonly disjoint: number | null;
  /** ‖He−λe‖ of the subset's Hessian over its λ. */
  readonly relativeResidual: number;
}

/** What the curvature at the minimum looks like. */
export interface ProbedCurvature {
  /** Samples of the Hessian whose eigenpairs were sought, n. */
  readonly samples: number;
  /** Other samples that the directions were tried on. */
  readonly disjointSamples: number;
  /** Lanczos steps. */
  readonly iterations: number;
  /** Converged pairs, up to the first that is not. */
  readonly spectrum: readonly ProbedEigenvalue[];
  /** Tr H of the loss without L2 on the n samples; its interval is that of the random probes alone. */
  readonly trace: TraceEstimate;
}

/** What looking at it cost. */
export interface ProbeCost {
  /** One Hessian product on all samples, from those on n. */
  readonly secondsPerProduct: number;
  /** Memory for the values that products on all samples would share. */
  readonly sharedBytes: number;
}

/** A Ritz pair with a residual of up to this part of its value counts: its error in λ is of second order in it. */
const TOLERANCE = 0.02;
/** Names the draw of the subset. */
export const SUBSET = 'probe/subset';

/**
 * A subset's eigenvalue λ̂ = êᵀH_nê is too large, because its direction ê was fitted to the subset. The curvature of ê on all
 * samples, êᵀHê, is too small, because the direction is not that of H. To second order in H_n − H the two errors are opposite
 * and equal, ±Σ_j(e_jᵀ(H_n−H)e)²/(λ−λ_j): their mean is the estimate. êᵀHê is n/N of λ̂ and 1−n/N of the curvature on the
 * others, of which as many are taken.
 *
 * @param wanted samples for the Hessian whose pairs are sought, and Lanczos steps
 */
export async function probeCurvature(
  bench: Workbench,
  theta: Reals,
  seed: number,
  wanted: { readonly samples: number; readonly iterations: number },
  voice: Voice,
): Promise<ProbeCost & { readonly curvature: ProbedCurvature }> {
  const { problem, samples: all } = bench;
  const samples = Math.min(wanted.samples, all);
  const disjointSamples = Math.min(samples, all - samples);
  const seconds: number[] = [];
  const found = await onSubset(bench, theta, seed, { count: samples, purpose: SUBSET }, async (operator) => {
    const report = voice.begin('leading curvatures of a subset');
    const pairs = await shortLanczos(timed(operator, seconds), {
      iterations: wanted.iterations,
      tolerance: TOLERANCE,
      seed,
      openBasis: basisOn(problem.backend),
      wayOut: (fewer) => `${fewer} (--iterations), ${makeRoom(operator)}`,
      onProgress: report,
    });
    const settings = { weightDecay: problem.weightDecay, seed };
    const trace = await estimateLossTrace(operator, settings, voice.begin('trace of the Hessian'));
    return { pairs, trace, savedBytes: operator.savedBytes };
  });
  const { pairs, trace, savedBytes } = found;
  const disjoint =
    disjointSamples > 0
      ? await onSubset(
          bench,
          theta,
          seed,
          { count: disjointSamples, purpose: SUBSET, skip: samples },
          async (operator) => {
            const report = voice.begin('the same directions on other samples');
            const { rayleighQuotients } = await freshResiduals(operator, pairs.eigenvectors, {
              afterEach: (done, total) => report(done, total),
            });
            return rayleighQuotients;
          },
        )
      : null;
  return {
    curvature: {
      samples,
      disjointSamples,
      iterations: pairs.iterations,
      spectrum: withoutBias(pairs, disjoint, samples / all),
      trace,
    },
    secondsPerProduct: (median(seconds) * all) / samples,
    sharedBytes: (savedBytes * all) / samples,
  };
}

/** @param share n/N of all samples that are in the subset */
export function withoutBias(
  { eigenvalues, residuals }: Pick<ConvergedPairs, 'eigenvalues' | 'residuals'>,
  disjoint: Float64Array | null,
  share: number,
): ProbedEigenvalue[] {
  const estimates = Array.from(eigenvalues, (inSample, i) => {
    const onOthers = disjoint ? disjoint[i] : inSample;
    const onAll = share * inSample + (1 - share) * onOthers;
    return {
      eigenvalue: (inSample + onAll) / 2,
      inSample,
      disjoint: disjoint && onOthers,
      relativeResidual: residuals[i] / inSample,
    };
  });
  return estimates
    .sort((a, b) => b.eigenvalue - a.eigenvalue)
    .map((estimate, index) => ({ rank: index + 1, ...estimate }));
}

async function onSubset<T>(
  bench: Workbench,
  theta: Reals,
  seed: number,
  subset: Parameters<typeof chosenSamples>[2],
  work: (operator: HessianAt) => Promise<T>,
): Promise<T> {
  const held = new Disposables();
  try {
    const hessian = held.add(openHessian(bench.problem, chosenSamples(bench, seed, subset), bench.savedBytes));
    return await work(measured('Hessian products', held.add(hessian.at(theta)), 'apply'));
  } finally {
    held.dispose();
  }
}

/** The operator, with the seconds of each product noted. */
function timed({ size, relativePrecision, apply }: HessianAt, seconds: number[]): SymmetricOperator {
  const timedApply = async (vector: Float64Array) => {
    const start = performance.now();
    const product = await apply(vector);
    seconds.push((performance.now() - start) / 1000);
    return product;
  };
  return operatorFrom(size, timedApply, relativePrecision);
}
