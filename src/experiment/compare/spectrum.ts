/** How much of the Hessian the computed directions hold, and what the rest looks like. */
import { type RestOfSpectrum, restOfSpectrum } from '../../hessian/density.ts';
import type { SpectrumSummary } from '../../report/summary.ts';
import type { Spectrum } from '../run-files.ts';

/** Traces are those of the loss, without L2: of the objective's every direction has μ. */
export function describeSpectrum(
  { eigenvalues, density }: Pick<Spectrum, 'eigenvalues' | 'density'>,
  size: number,
  weightDecay: number,
): { readonly summary: SpectrumSummary; readonly rest: RestOfSpectrum | null } {
  const rest = restOfSpectrum(density, eigenvalues, size);
  const computed = eigenvalues.reduce((sum, value) => sum + value - weightDecay, 0);
  const isComplete = eigenvalues.length === size;
  const beyond = rest ? rest.trace - weightDecay * rest.directions : isComplete ? 0 : null;
  const total = beyond === null ? null : computed + beyond;
  return {
    rest,
    summary: {
      parameters: size,
      computed: eigenvalues.length,
      traceComputed: computed,
      traceRest: beyond,
      traceRestError: rest ? rest.traceError : isComplete ? 0 : null,
      share: total === null ? null : computed / total,
    },
  };
}
