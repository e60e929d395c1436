/** The objective of a plain network on a few samples, with its exact gradient and dense Hessian. */
import { type Arithmetic, doubles, hyperDuals } from './plain-network-arithmetic.ts';
import { plainLoss, type PlainLoss, type PlainNetwork, plainOutputs } from './plain-network.ts';

/** x [samples, …input], y [samples, outputs], row by row. */
export interface PlainSamples {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly samples: number;
}

export interface PlainProblem {
  readonly net: PlainNetwork;
  readonly loss: PlainLoss;
  readonly weightDecay: number;
  readonly data: PlainSamples;
}

const row = (values: ArrayLike<number>, rows: number, index: number): number[] => {
  const width = values.length / rows;
  return Array.from({ length: width }, (_, i) => values[index * width + i]);
};

/** Loss of each sample, without L2. */
export function plainLosses<T>(n: Arithmetic<T>, { net, loss, data }: PlainProblem, theta: readonly T[]): T[] {
  const { x, y, samples } = data;
  return Array.from({ length: samples }, (_, sample) =>
    plainLoss(n, loss, plainOutputs(n, net, theta, row(x, samples, sample)), row(y, samples, sample)),
  );
}

/** L(θ): the mean loss plus (weightDecay/2)·‖θ‖². */
export function plainObjective<T>(n: Arithmetic<T>, problem: PlainProblem, theta: readonly T[]): T {
  const losses = plainLosses(n, problem, theta);
  const squares = theta.map((weight) => n.mul(weight, weight)).reduce(n.add);
  return n.add(n.scale(1 / losses.length, losses.reduce(n.add)), n.scale(problem.weightDecay / 2, squares));
}

export const plainValue = (problem: PlainProblem, theta: ArrayLike<number>): number =>
  plainObjective(doubles, problem, Array.from(theta));

/** θ with ε₁ at one place and ε₂ at another. */
const seeded = (theta: ArrayLike<number>, first: number, second: number) =>
  Array.from(theta, (x, i) => ({ x, p: i === first ? 1 : 0, q: i === second ? 1 : 0, r: 0 }));

/** ∇L(θ) [d], exact. */
export function plainGradient(problem: PlainProblem, theta: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    { length: theta.length },
    (_, i) => plainObjective(hyperDuals, problem, seeded(theta, i, i)).p,
  );
}

/** ∇²L(θ) as rows, exact: one evaluation for every pair of parameters. */
export function plainHessian(problem: PlainProblem, theta: ArrayLike<number>): Float64Array[] {
  const size = theta.length;
  const rows = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++)
    for (let j = i; j < size; j++) rows[i][j] = rows[j][i] = plainObjective(hyperDuals, problem, seeded(theta, i, j)).r;
  return rows;
}
