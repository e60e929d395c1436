/**
 * Goes to the minimum before the window opens, so that what the window shows is noise and not descent: trust-region
 * Newton–CG, at first plain, then preconditioned with the eigenbasis of the curvature, until the drift that is left is
 * small against the fluctuations that the theory predicts.
 */
import type { Report } from '../progress.ts';
import { curvedDirectionsOnly, eigenbasisPreconditioner, type Eigenpairs, project } from './eigenbasis.ts';
import {
  type Curvature,
  type Objective,
  type Point,
  type Preconditioner,
  SMALLEST_RADIUS,
  steihaug,
  TrustRegion,
  unpreconditioned,
} from './newton-cg.ts';
import { escapeStep, type Saddle, saddleAlong } from './saddle.ts';
import { norm } from './vectors.ts';

/** What the polish needs from other rooms. Vectors are float64 [d]. */
export interface PolishTools {
  valueAndGradient(theta: Float64Array): Promise<Objective>;
  /** The curvature of the objective. */
  hessianAt(theta: Float64Array): Operator;
  /**
   * Eigenpairs of about that curvature: all of them where that is affordable, else the leading ones; those of a subset of
   * the samples will do, because they only precondition.
   */
  eigenpairsAt(theta: Float64Array): Promise<Eigenpairs>;
  /** Gives, for eigenpairs at a point, the drift of a gradient there. */
  drift(theta: Float64Array, pairs: Eigenpairs): Promise<(gradientAlong: Float64Array) => Drift>;
}

/** The curvature at one point; whoever asked for it disposes of it. */
export interface Operator extends Curvature {
  readonly size: number;
  dispose(): void;
}

/** Median over the directions above λ_cross/100 of the drift over the window, in predicted standard deviations. */
export interface Drift {
  readonly median: number;
  readonly directions: number;
}

/** When to stop, and what counts as flat. */
export interface PolishOptions {
  /** Newton steps at the most. */
  readonly iterations: number;
  /** The drift to reach. */
  readonly driftRatio: number;
  /** Curvatures below this are preconditioned as this one; far below its negative they make a saddle. */
  readonly smallestCurvature: number;
}

/** Where the polish ended. */
export interface PolishResult {
  readonly theta: Float64Array;
  readonly converged: boolean;
  /** One sentence: what was reached, or why no more. */
  readonly verdict: string;
  readonly drift: Drift;
  readonly steps: readonly PolishStep[];
}

/** One Newton step, as it begins. */
export interface PolishStep {
  readonly kind: 'newton-cg' | 'eigenbasis';
  /** Objective and gradient norm before the step. */
  readonly value: number;
  readonly gradientNorm: number;
  /** Known once there is an eigenbasis. */
  readonly drift: number | null;
}

/** A step that lowers the objective by less than this share of it crawls; two of them in turn end a descent. */
const CRAWLING = 1e-2;
/** The same along the valley that the eigenbasis opens: it is long, and its floor is flatter than what is measured. */
const CRAWLING_IN_VALLEY = 3e-4;
/** Residual of the linear systems once they are preconditioned. */
const FORCING = 0.1;
/** Directions flatter than this part of the smallest curvature are left where they are in the end. */
const FLAT = 1 / 3;
/**
 * The smallest curvature this many times below zero makes a saddle: where it is λ_cross/100, the weights run away along
 * it by e³ in ten epochs.
 */
const SADDLE = 10;
/** Eigenbases at the most. A new one is computed where the old one has been left behind. */
const BASES = 4;
/** Steps with one basis that together have to halve the drift, or, one basis after the other, have to. */
const PATIENCE = 3;
const HALF = 0.5;

/**
 * Goes downhill from `start` until the median drift is below `driftRatio`, at no saddle, or until more steps bring nothing.
 *
 * @param start θ [d], not changed
 * @param report awaited at every product, with the number of steps and the loss or the drift in words; may end the work by throwing
 * @returns the last point; `converged` says whether the goal was reached, `verdict` why not. Not reaching it is no error
 */
export async function polish(
  start: Float64Array,
  tools: PolishTools,
  options: PolishOptions,
  report: Report,
): Promise<PolishResult> {
  const { iterations, driftRatio, smallestCurvature } = options;
  const steps: PolishStep[] = [];
  let drift: Drift = { median: Infinity, directions: 0 };
  let driftOf: ((gradientAlong: Float64Array) => Drift) | undefined;
  let pairs: Eigenpairs | undefined;

  const note = ({ value, gradient }: Point) => {
    if (pairs && driftOf) drift = driftOf(project(pairs, gradient));
    const known = pairs ? drift.median : null;
    steps.push({ kind: pairs ? 'eigenbasis' : 'newton-cg', value, gradientNorm: norm(gradient), drift: known });
    return known === null ? `loss ${value.toPrecision(6)}` : `drift ${known.toPrecision(3)} σ`;
  };
  /** One Newton step. @returns the point it leads to, which is the old one where it leads nowhere better */
  const advance = async (point: Point, region: TrustRegion, preconditioner: Preconditioner, forcing: number) => {
    const detail = note(point);
    const operator = tools.hessianAt(point.theta);
    try {
      const tell = () => report(steps.length, iterations, detail);
      const step = await steihaug(operator, preconditioner, point.gradient, region.radius, forcing, tell);
      return (await region.judge(point, step, tools.valueAndGradient)) ?? point;
    } finally {
      operator.dispose();
    }
  };
  /** Newton steps until two in turn crawl. */
  const descend = async (from: Point, region: TrustRegion, preconditioner: Preconditioner, crawling: number) => {
    let point = from;
    const firstNorm = norm(from.gradient);
    for (let crawls = 0; crawls < 2 && steps.length < iterations && norm(point.gradient) > 0;) {
      const forcing = Math.min(FORCING, Math.sqrt(norm(point.gradient) / firstNorm));
      const next = await advance(point, region, preconditioner, forcing);
      // A step that was refused only made the region smaller.
      if (next !== point || !(region.radius >= SMALLEST_RADIUS))
        crawls = point.value - next.value < crawling * Math.abs(point.value) ? crawls + 1 : 0;
      point = next;
    }
    return point;
  };

  let point: Point = { theta: start, ...(await tools.valueAndGradient(start)) };
  const downhill = () => {
    const region = new TrustRegion(0.1 * Math.max(1, norm(point.theta)));
    return descend(point, region, unpreconditioned, CRAWLING);
  };
  /** Settles along what is curved. @returns whether the drift is small enough */
  const settle = async (known: Eigenpairs, measure: (along: Float64Array) => Drift, valley: TrustRegion) => {
    const preconditioner = curvedDirectionsOnly(known, FLAT * smallestCurvature);
    const drifts: number[] = [];
    for (;;) {
      drift = measure(project(known, point.gradient));
      if (drift.median < driftRatio) return true;
      const before = drifts[drifts.length - PATIENCE];
      if (steps.length >= iterations || (before !== undefined && !(drift.median <= HALF * before))) return false;
      drifts.push(drift.median);
      point = await advance(point, valley, preconditioner, FORCING);
    }
  };

  const leave = async (saddle: Saddle) => {
    const from = point;
    const region = new TrustRegion(0.1 * Math.max(1, norm(from.theta)));
    while (point === from && steps.length < iterations && region.radius >= SMALLEST_RADIUS) {
      note(from);
      const step = escapeStep(saddle, from, region.radius);
      point = (await region.judge(from, step, tools.valueAndGradient)) ?? from;
    }
    point = await downhill();
  };

  point = await downhill();
  let lowest = NaN;
  let saddle: Saddle | null = null;
  let lastDrift = Infinity;
  for (let basis = 0; basis < BASES && (basis === 0 || steps.length < iterations); basis++) {
    if (saddle) await leave(saddle);
    pairs = await tools.eigenpairsAt(point.theta);
    driftOf = await tools.drift(point.theta, pairs);
    lowest = pairs.eigenvalues[pairs.eigenvalues.length - 1];
    // In the norm of the preconditioner a step of length l lowers the quadratic model by l²/2.
    const valley = new TrustRegion(Math.sqrt(0.01 * Math.abs(point.value)));
    if (basis === 0 || saddle)
      point = await descend(point, valley, eigenbasisPreconditioner(pairs, smallestCurvature), CRAWLING_IN_VALLEY);
    const settled = await settle(pairs, driftOf, valley);
    saddle = settled ? await saddleAlong(pairs, () => tools.hessianAt(point.theta), -SADDLE * smallestCurvature) : null;
    if (settled && !saddle)
      return { theta: point.theta, converged: true, verdict: `near the minimum: ${inWords(drift)}`, drift, steps };
    if (!settled && !(drift.median <= HALF * lastDrift)) break;
    lastDrift = saddle ? Infinity : drift.median;
  }
  let reason = `further Newton steps bring nothing (lowest eigenvalue ${lowest.toPrecision(3)})`;
  if (saddle)
    reason = `at a saddle: the curvature is ${saddle.curvature.toPrecision(3)} along one direction, and the weights will run away along it`;
  if (steps.length >= iterations) reason = `stopped after ${iterations} iterations (polish.iterations)`;
  const verdict = `${reason}; ${inWords(drift)}, wanted below ${driftRatio}`;
  return { theta: point.theta, converged: false, verdict, drift, steps };
}

const inWords = ({ median, directions }: Drift) =>
  `expected drift over the window ${median.toPrecision(2)} predicted σ (median over ${directions} directions above λ×/100)`;
