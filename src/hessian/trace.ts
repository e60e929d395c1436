/** The trace of an operator from few products: Hutch++ (Meyer, Musco, Musco & Woodruff 2021, arXiv 2010.09649). */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { randomStream } from '../random.ts';
import type { SymmetricOperator } from './operator.ts';
import { normOf, orthogonalise } from './basis.ts';
import { PlainBasis } from './plain-basis.ts';

/** A trace with the 95 % interval that the scatter of its probes gives it; equal ends where it is exact. */
export interface TraceEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Products it took. */
  readonly products: number;
}

const LEVEL = 0.95;
/** Part of a vector below which what is left of it, in float64, is rounding. */
const EXHAUSTED = 1e-10;

/**
 * Tr H = Tr QᵀHQ + Tr (1−QQᵀ)H(1−QQᵀ): the first exactly, Q the range of H times a few random signs, which holds what is
 * large; the second from random signs g, whose gᵀ(1−QQᵀ)H(1−QQᵀ)g scatter little because what is large is gone.
 *
 * @param products about so many, a third for each part; at least 6. An operator that is no larger is traced exactly
 * @param afterEach awaited after every product, with the number done and that of all
 */
export async function estimateTrace(
  operator: SymmetricOperator,
  { products, seed }: { readonly products: number; readonly seed: number },
  afterEach?: (done: number, total: number) => void | Promise<void>,
): Promise<TraceEstimate> {
  const { size } = operator;
  const third = Math.max(2, Math.floor(products / 3));
  let done = 0;
  const total = Math.min(3 * third, size);
  const vector = new Float64Array(size);
  const apply = async () => {
    const product = await operator.apply(vector);
    done++;
    await afterEach?.(done, total);
    return product;
  };
  if (size <= 3 * third) {
    let value = 0;
    for (let i = 0; i < size; i++) {
      vector.fill(0);
      vector[i] = 1;
      value += (await apply())[i];
    }
    return { value, low: value, high: value, products: size };
  }

  const random = randomStream(seed, 'hessian/trace');
  const drawSigns = () => {
    for (let i = 0; i < size; i++) vector[i] = random.uniform() < 0.5 ? -1 : 1;
  };
  const form = (product: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += vector[i] * product[i];
    return sum;
  };
  const range = new PlainBasis(size, 'float64');
  const components = new Float64Array(third);
  try {
    let value = 0;
    for (let probe = 0; probe < third; probe++) {
      drawSigns();
      const sketch = Float64Array.from(await apply());
      const length = normOf(sketch);
      const norm = await orthogonalise(range, sketch, components);
      // A range that is exhausted is known in full: what is left is rounding, and orthogonal to nothing.
      if (!(norm > EXHAUSTED * length)) continue;
      for (let i = 0; i < size; i++) vector[i] = sketch[i] / norm;
      range.push(vector);
      value += form(await apply());
    }
    const rest: number[] = [];
    for (let probe = 0; probe < third; probe++) {
      drawSigns();
      await orthogonalise(range, vector, components);
      rest.push(form(await apply()));
    }
    const mean = rest.reduce((sum, part) => sum + part, 0) / third;
    const square = rest.reduce((sum, part) => sum + (part - mean) ** 2, 0);
    const margin = tQuantile((1 + LEVEL) / 2, third - 1) * Math.sqrt(square / (third - 1) / third);
    value += mean;
    return { value, low: value - margin, high: value + margin, products: done };
  } finally {
    range.dispose();
  }
}
