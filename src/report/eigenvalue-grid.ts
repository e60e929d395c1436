/** At which eigenvalues curves of predictions are computed: few enough to be quick, many enough to be smooth. */

const GRID_POINTS = 201;
/** Points of a curve that share a pixel would be drawn as stairs. Nearer than this part of the axis, one goes. */
const LEAST_DISTANCE = 1 / 500;

/** Eigenvalues a picture is about, all > 0. */
export interface ShownEigenvalues {
  /** Shown whatever was asked for. */
  readonly low: number;
  readonly high: number;
  /** Above this nothing is stable, and `asked` and `high` lie below it. */
  readonly limit: number;
  /** Every curve passes through these. */
  readonly asked: readonly number[];
}

/** Rising, even on a log axis, closer where curves rise steeply, near the limit of stability. */
export function eigenvalueGrid({ low, high, limit, asked }: ShownEigenvalues): number[] {
  const [first, last] = [Math.min(low, ...asked), Math.max(high, ...asked)];
  const stretched = first < low || last > high ? logSpaced(first, last) : [];
  const nearLimit = last > limit / 2 ? logSpaced(1 - last / limit, 0.5).map((gap) => limit * (1 - gap)) : [];
  const least = LEAST_DISTANCE * Math.log(last / first);
  const apart = (value: number, other: number) => Math.abs(Math.log(value / other)) >= least;
  const fixed = [...new Set([first, last, ...asked])];
  const between: number[] = [];
  for (const value of [...logSpaced(low, high), ...stretched, ...nearLimit].sort((a, b) => a - b)) {
    const outside = value <= first || value >= last;
    if (outside || !fixed.every((other) => apart(value, other))) continue;
    if (between.length === 0 || apart(value, between[between.length - 1])) between.push(value);
  }
  return [...fixed, ...between].sort((a, b) => a - b);
}

function logSpaced(low: number, high: number): number[] {
  const step = Math.log(high / low) / (GRID_POINTS - 1);
  return Array.from({ length: GRID_POINTS }, (_, i) => low * Math.exp(i * step));
}
