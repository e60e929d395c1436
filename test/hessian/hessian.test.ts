import { afterAll, describe, expect, it } from 'vitest';
import { openHessian, openHessians } from '../../src/hessian/hessian.ts';
import { lanczos } from '../../src/hessian/lanczos.ts';
import { operatorFrom } from '../../src/hessian/operator.ts';
import type { Problem, Samples } from '../../src/models/problem.ts';
import { heldByLibrary } from '../../src/tensor/backend.ts';
import { dot, largestDifference, norm, rowsOf } from './matrices.ts';
import { mlpProblem, noisySamples, normals, plainMlp, range, SMALL_CHUNKS } from './plain-mlp.ts';

const [INPUTS, HIDDEN, OUTPUTS] = [3, 4, 2];
const WEIGHT_DECAY = 0.03;
const net = plainMlp(INPUTS, HIDDEN, OUTPUTS);
const theta = normals(net.size, 1, 0.7);

/** Hv by the fourth-order central difference of the gradient in plain loops: error about h⁴‖v‖⁵, below 1e-10 at this h. */
function differenced(data: Samples, vector: Float64Array): Float64Array {
  const h = 3e-3 / norm(vector);
  const all = range(data.samples);
  const at = (steps: number) =>
    net.meanGradient(
      theta.map((value, i) => value + steps * h * vector[i]),
      data,
      all,
      WEIGHT_DECAY,
    );
  const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
  return a.map((value, i) => (value - 8 * b[i] + 8 * c[i] - d[i]) / (12 * h));
}

async function productsOf(problem: Problem, data: Samples, vectors: readonly Float64Array[], savedBytes?: number) {
  const family = openHessian(problem, data, savedBytes);
  const operator = family.at(theta);
  const products: Float64Array[] = [];
  for (const vector of vectors) products.push(await operator.apply(vector));
  const again = await operator.apply(vectors[0]);
  operator.dispose();
  family.dispose();
  return { products, again };
}

const vectors = range(4).map((i) => normals(net.size, 10 + i));

describe('Hessian products', () => {
  const before = heldByLibrary();
  // 250 samples in chunks of 100, 100 and 50: two graphs; 60 samples fit one chunk.
  const data = noisySamples(250, INPUTS, OUTPUTS);
  const few = noisySamples(60, INPUTS, OUTPUTS);

  // Channel: finite differences of a gradient that was written out by hand.
  it.each([
    ['one chunk', few, undefined],
    ['one chunk of all samples', data, undefined],
    ['three chunks of two lengths', data, SMALL_CHUNKS],
  ])('are the derivative of the gradient: %s', async (_, samples, unitsPerSample) => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY, unitsPerSample });
    const { products, again } = await productsOf(problem, samples, vectors);
    products.forEach((product, i) =>
      expect(largestDifference(product, differenced(samples, vectors[i]))).toBeLessThan(1e-9 * norm(product)),
    );
    expect(again).toEqual(products[0]);
  });

  // Channel: the same; 2⁻²⁴ a product, some more for the sums.
  it.each(['tensorflow', 'cpu'] as const)('are exact to float32 on the %s back end at float32', async (name) => {
    const options = { precision: 'float32', weightDecay: WEIGHT_DECAY, unitsPerSample: SMALL_CHUNKS, name } as const;
    const { products } = await productsOf(mlpProblem(INPUTS, HIDDEN, OUTPUTS, options), data, vectors.slice(0, 2));
    products.forEach((product, i) =>
      expect(largestDifference(product, differenced(data, vectors[i]))).toBeLessThan(2e-6 * norm(product)),
    );
  });

  // Channel: the definition of symmetry, uᵀ(Hv) = vᵀ(Hu), and of linearity.
  it('are symmetric and linear', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY });
    const [u, v] = vectors;
    const sum = u.map((value, i) => 2 * value - 3 * v[i]);
    const { products } = await productsOf(problem, data, [u, v, sum]);
    const scale = norm(u) * norm(products[1]);
    expect(Math.abs(dot(v, products[0]) - dot(u, products[1]))).toBeLessThan(1e-14 * scale);
    expect(
      largestDifference(
        products[2],
        products[0].map((value, i) => 2 * value - 3 * products[1][i]),
      ),
    ).toBeLessThan(1e-13 * scale);
  });

  // Channel: the definition; of μ‖θ‖²/2 the Hessian is μ times the identity.
  it('hold L2 as μv', async () => {
    const [plain] = (await productsOf(mlpProblem(INPUTS, HIDDEN, OUTPUTS), data, vectors)).products;
    const [decayed] = (await productsOf(mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: 0.5 }), data, vectors))
      .products;
    expect(
      largestDifference(
        decayed,
        plain.map((value, i) => value + 0.5 * vectors[0][i]),
      ),
    ).toBeLessThan(1e-14 * norm(decayed));
  });

  it.each([
    ['nothing', 0],
    ['one chunk of three', 30_000],
  ])('have the same bytes where %s is kept between products', async (_, savedBytes) => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY, unitsPerSample: SMALL_CHUNKS });
    const kept = await productsOf(problem, data, vectors);
    expect(await productsOf(problem, data, vectors, savedBytes)).toEqual(kept);
  });

  it('say how exact they are', () => {
    for (const [precision, relative] of [
      ['float32', 2 ** -24],
      ['float64', 2 ** -53],
    ] as const) {
      const family = openHessian(mlpProblem(INPUTS, HIDDEN, OUTPUTS, { precision }), few);
      const operator = family.at(theta);
      expect(operator.relativePrecision).toBe(relative);
      operator.dispose();
      family.dispose();
    }
  });

  it('follow θ from one point to the next', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY });
    const family = openHessian(problem, data);
    const elsewhere = family.at(normals(net.size, 99, 0.7));
    const there = await elsewhere.apply(vectors[0]);
    elsewhere.dispose();
    const here = family.at(theta);
    const back = await here.apply(vectors[0]);
    here.dispose();
    here.dispose();
    family.dispose();
    expect(back).toEqual((await productsOf(problem, data, vectors)).products[0]);
    expect(largestDifference(there, back)).toBeGreaterThan(1e-3 * norm(back));
  });

  it('of several splits are those of each alone, byte for byte, whatever is kept', async () => {
    const problem = mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY, unitsPerSample: SMALL_CHUNKS });
    for (const savedBytes of [undefined, 0]) {
      const { families, dispose } = openHessians(problem, [few, data], savedBytes);
      const operators = families.map((family) => family.at(theta));
      const found: Float64Array[][] = operators.map(() => []);
      for (const [split, operator] of operators.entries())
        for (const vector of vectors) found[split].push(await operator.apply(vector));
      if (savedBytes === 0) expect(operators.map((operator) => operator.savedBytes)).toEqual([0, 0]);
      for (const operator of operators) operator.dispose();
      dispose();
      for (const [split, samples] of [few, data].entries())
        expect(found[split]).toEqual((await productsOf(problem, samples, vectors)).products);
    }
  });

  // Channel: trace and Frobenius norm of the Hessian that finite differences give column by column.
  it('give lanczos the whole spectrum: its sum is the trace, its squares the Frobenius norm', async () => {
    const unitVectors = range(net.size).map((i) =>
      Float64Array.from({ length: net.size }, (_, j) => (i === j ? 1 : 0)),
    );
    const columns = unitVectors.map((vector) => differenced(data, vector));
    const family = openHessian(mlpProblem(INPUTS, HIDDEN, OUTPUTS, { weightDecay: WEIGHT_DECAY }), data);
    const operator = family.at(theta);
    const { eigenvalues, eigenvectors } = await lanczos(operator, { eigenpairs: net.size });
    operator.dispose();
    family.dispose();
    expect(eigenvalues.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      columns.reduce((sum, column, i) => sum + column[i], 0),
      8,
    );
    expect(norm(eigenvalues)).toBeCloseTo(Math.sqrt(columns.reduce((sum, column) => sum + dot(column, column), 0)), 8);
    const plain = operatorFrom(net.size, (v) => Float64Array.from(columns, (column) => dot(column, v)));
    rowsOf(eigenvectors, net.size).forEach((row, i) => {
      const product = plain.apply(row) as Float64Array;
      expect(
        largestDifference(
          product,
          row.map((value) => eigenvalues[i] * value),
        ),
      ).toBeLessThan(1e-6);
    });
  });

  afterAll(() => expect(heldByLibrary()).toEqual(before));
});
