/** Seeded draws for simulations. */
import { randomStream } from '../../src/random.ts';

/**
 * χ² variables as sums of squared normals. Between whole numbers: a part of ν = 1/2 comes from a gamma variable of shape
 * 1/4, drawn by the method of Ahrens and Dieter (1974).
 *
 * @param dofOf ν of each draw, a multiple of 1/2
 */
export function chiSquares(count: number, dofOf: (at: number) => number, purpose: string): number[] {
  const random = randomStream(1, `test/statistics/${purpose}`);
  return Array.from({ length: count }, (_, at) => {
    const dof = dofOf(at);
    let sum = 0;
    for (let i = 0; i < Math.floor(dof); i++) sum += random.normal() ** 2;
    return dof % 1 === 0.5 ? sum + 2 * gammaQuarter(random) : sum;
  });
}

function gammaQuarter({ uniform }: ReturnType<typeof randomStream>): number {
  const shape = 1 / 4;
  const bound = 1 + shape / Math.E;
  for (;;) {
    const p = bound * uniform();
    if (p <= 1) {
      const x = p ** (1 / shape);
      if (uniform() <= Math.exp(-x)) return x;
    } else {
      const x = -Math.log((bound - p) / shape);
      if (uniform() <= x ** (shape - 1)) return x;
    }
  }
}

/** Standard normal deviates. */
export function normals(count: number, purpose: string): number[] {
  const random = randomStream(1, `test/statistics/${purpose}`);
  return Array.from({ length: count }, () => random.normal());
}
