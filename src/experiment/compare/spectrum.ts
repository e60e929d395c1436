/** How much of the Hessian the computed directions hold, and what the rest looks like. */
import { type RestOfSpectrum, restOfSpectrum } from '../../hessian/density.ts';
import type { TraceEstimate } from '../../hessian/trace.ts';
import type { SpectrumSummary } from '../../report/summary.ts';
import type { Spectrum } from '../run-files.ts';

/** Half-width of a 95 % interval in standard errors. */
const HALF_WIDTH = 1.96;

/**
 * Traces are those of the loss, without L2: of the objective's every direction has μ.
 *
 * The quadrature belongs to the Hessian that Lanczos worked on. Where that is not the one of the eigenvalues, but a subset's or
 * another run's, nothing is said of single directions beyond the computed ones, and the trace is that of the look at the minimum.
 *
 * @param trace Tr H of the loss on all samples, by random probes; null where there was no look
 */
export function describeSpectrum(
  { eigenvalues, density, report }: Pick<Spectrum, 'eigenvalues' | 'density' | 'report'>,
  size: number,
  weightDecay: number,
  trace: TraceEstimate | null,
): { readonly summary: SpectrumSummary; readonly rest: RestOfSpectrum | null } {
  const computed = eigenvalues.reduce((sum, value) => sum + value - weightDecay, 0);
  const isOwn = report.subset === null && !report.shared;
  const rest = isOwn ? restOfSpectrum(density, eigenvalues, size) : null;
  const beyond = () => {
    if (eigenvalues.length === size) return { value: 0, error: 0 };
    if (rest) return { value: rest.trace - weightDecay * rest.directions, error: rest.traceError };
    if (isOwn || trace === null) return { value: null, error: null };
    return { value: trace.value - computed, error: (trace.high - trace.low) / 2 / HALF_WIDTH };
  };
  const { value, error } = beyond();
  return {
    rest,
    summary: {
      parameters: size,
      computed: eigenvalues.length,
      traceComputed: computed,
      traceRest: value,
      traceRestError: error,
      share: value === null ? null : computed / (computed + value),
    },
  };
}
