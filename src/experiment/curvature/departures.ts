/**
 * How far the gradient's change between two points departs, along the eigendirections, from what the Hessian at the window's
 * mean says. All samples: the gradients' difference less λ times the distance. A subset: its own gradients' difference less its
 * own Hessian's product, group by group. To first order that is the same for every subset, so that its sampling error enters
 * with the departure only.
 */
import { openTogether } from '../../disposables.ts';
import { openHessians } from '../../hessian/hessian.ts';
import { openFullBatches } from '../../models/full-batch.ts';
import type { Samples } from '../../models/problem.ts';
import { openProjection, projectionBackend } from '../../tensor/projection.ts';
import type { Reals } from '../../tensor/types.ts';
import { measured } from '../profile.ts';
import type { Spectrum } from '../run-files.ts';
import type { Workbench } from '../workbench.ts';

/** Between two points, along the directions. */
export interface Departure {
  /** e·(a−b), of the points as the back end has them [k]. */
  readonly distance: Float64Array;
  /** e·(∇L(a) − ∇L(b) − H(a−b)) of each group's objective L, H at the window's mean [groups, k]. */
  readonly departure: Float64Array;
}

/** Departures on one choice of samples. */
export interface Departures {
  readonly groups: number;
  /** @param b the window's mean unless given */
  between(a: Reals, b?: Reals): Promise<Departure>;
  /** The point as the back end has it [d]. */
  rounded(theta: Reals): Reals;
  dispose(): void;
}

/**
 * @param groups one of all samples, or several of a subset
 * @param mean θ̄ [d]
 */
export function openDepartures(
  { problem, savedBytes }: Workbench,
  groups: readonly Samples[],
  { eigenvalues, eigenvectors }: Pick<Spectrum, 'eigenvalues' | 'eigenvectors'>,
  mean: Float64Array,
): Departures {
  const { backend, size } = problem;
  const k = eigenvalues.length;
  const array = backend.precision === 'float32' ? Float32Array : Float64Array;
  const exact = projectionBackend(backend, k, size);
  return openTogether((held) => {
    const full = held.add(openFullBatches(problem, groups));
    const projection = held.add(openProjection(exact, eigenvectors, k, size));
    const gradientsOf = measured(
      'gradients',
      {
        async at(theta: Reals) {
          const gradients: Float64Array[] = [];
          for (const batch of full.batches) gradients.push((await batch.valueAndGradient(theta)).gradient);
          return gradients;
        },
      },
      'at',
    );
    // Of all samples the directions are eigendirections, and the product along them is known.
    const hessians = groups.length > 1 ? held.add(openHessians(problem, groups, savedBytes)) : null;
    const operators = hessians?.families.map((family) =>
      measured('Hessian products', held.add(family.at(mean)), 'apply'),
    );
    const center = array.from(mean);
    let atCenter: readonly Float64Array[] | undefined;
    const rows = new Float64Array((1 + groups.length) * size);

    return {
      groups: groups.length,
      rounded: (theta) => array.from(theta),
      async between(a, b = center) {
        const here = await gradientsOf.at(a);
        const there = b === center ? (atCenter ??= await gradientsOf.at(center)) : await gradientsOf.at(b);
        const apart = rows.subarray(0, size);
        for (let j = 0; j < size; j++) apart[j] = a[j] - b[j];
        for (const [group, gradient] of here.entries()) {
          const linear = operators && (await operators[group].apply(apart));
          const row = rows.subarray((1 + group) * size, (2 + group) * size);
          for (let j = 0; j < size; j++) row[j] = gradient[j] - there[group][j] - (linear ? linear[j] : 0);
        }
        const along = Float64Array.from(await projection.project(rows, 1 + groups.length));
        const distance = along.slice(0, k);
        const departure = along.slice(k);
        if (!operators) for (let i = 0; i < k; i++) departure[i] -= eigenvalues[i] * distance[i];
        return { distance, departure };
      },
      dispose: () => held.dispose(),
    };
  });
}
