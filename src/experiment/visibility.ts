/** Whether the law can be seen at all: how much a fluctuating curvature will fill up what epochs suppress. See docs/concepts/epoch-noise.md, equation 20. */
import { estimateTrace, type TraceEstimate } from '../hessian/trace.ts';
import type { SymmetricOperator } from '../hessian/operator.ts';
import type { Report } from '../progress.ts';
import { shortNumber } from '../report/numbers.ts';

/** The estimate, made at the minimum before the window opens. */
export interface Visibility {
  /** Tr H of the loss, without L2. */
  readonly trace: TraceEstimate;
  /** m = 3 Tr(H)/(2Nλ_cross): the expected share of the fluctuating curvature in the noise. */
  readonly contamination: number;
  /** N at which m is 0.01: the linear law then shows to 10 % down to a tenth of the crossover. */
  readonly samplesForClearView: number;
}

/** Products for the trace: enough for about a per cent where a few dozen directions hold most of it. */
export const TRACE_PRODUCTS = 60;
/** m that a clear view of the law takes. */
export const CLEAR = 0.01;
/** From this m on the filling-up is as large as what is left at a tenth of the crossover: m·λ_cross/λ = 1. */
const INVISIBLE = 0.1;

/**
 * @param operator the Hessian of the objective at the minimum, L2 included
 * @param settings μ, the samples of an epoch (N, or what is left of it where a batch is dropped), λ_cross
 */
export async function estimateVisibility(
  operator: SymmetricOperator,
  settings: {
    readonly weightDecay: number;
    readonly samples: number;
    readonly crossover: number;
    readonly seed: number;
  },
  report: Report,
): Promise<Visibility> {
  return visibilityOf(await estimateLossTrace(operator, settings, report), settings);
}

/** Tr H of the loss: that of the objective, L2 taken off. */
export async function estimateLossTrace(
  operator: SymmetricOperator,
  { weightDecay, seed }: { readonly weightDecay: number; readonly seed: number },
  report: Report,
): Promise<TraceEstimate> {
  const objective = await estimateTrace(operator, { products: TRACE_PRODUCTS, seed }, report);
  const decay = weightDecay * operator.size;
  return {
    ...objective,
    value: objective.value - decay,
    low: objective.low - decay,
    high: objective.high - decay,
  };
}

/** What a known trace says of one crossover. */
export function visibilityOf(
  trace: TraceEstimate,
  { samples, crossover }: { readonly samples: number; readonly crossover: number },
): Visibility {
  const contamination = (3 * trace.value) / (2 * samples * crossover);
  return {
    trace,
    contamination,
    samplesForClearView: Math.round((samples * contamination) / CLEAR),
  };
}

/** One sentence for the terminal. */
export function visibilityInWords({ trace, contamination, samplesForClearView }: Visibility): string {
  const margin = (trace.high - trace.low) / 2;
  return `trace of the loss's Hessian ${shortNumber(trace.value)} ± ${shortNumber(margin, 2)}; expected share of its fluctuations in the noise m = 3Tr(H)/(2Nλ×) = ${shortNumber(contamination)}, and 0.01, a clear view, with ${samplesForClearView} samples`;
}

/** Why the law will not be seen, and what would help; undefined where it will. */
export function warningOfInvisibility(visibility: Visibility): string | undefined {
  const { contamination, samplesForClearView } = visibility;
  if (!(contamination > INVISIBLE)) return undefined;
  return `The law cannot be seen: with m = 3Tr(H)/(2Nλ×) = ${shortNumber(contamination)} a fluctuating curvature adds ${shortNumber(10 * contamination)} times what is left of the weight variance at a tenth of the crossover. About ${samplesForClearView} samples would do, with the batch size raised in proportion.`;
}
