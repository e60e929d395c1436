/** Whether a network's loss is twice differentiable: ops with kinks, and inputs that lie exactly on one. */
import { split } from '../../models/model.ts';
import type { Problem, Samples } from '../../models/problem.ts';
import { overheard } from '../../models/units.ts';
import { real, type Reals, type Tensor } from '../../tensor/types.ts';
import type { Finding } from './finding.ts';

const WITH_KINKS: ReadonlySet<string> = new Set(['relu', 'maximum', 'minimum', 'maxPool']);

/** The finding, and what the other checks must know. */
export interface Kinks {
  readonly finding: Finding;
  /** Names of the ops. */
  readonly ops: readonly string[];
  /** Inputs that lie exactly on a kink. */
  readonly onKinks: number;
}

/**
 * Looks at every op of a forward pass. An input of `relu` is on its kink where it is 0, those of `maximum` and `minimum`
 * where they are equal; ties within a window of max pooling are not looked for.
 */
export async function findKinks(problem: Problem, { x, samples }: Samples, theta: Reals): Promise<Kinks> {
  const { backend, model, size, inputShape } = problem;
  const found: string[] = [];
  let distances = 0;
  const looked = backend.compile(
    (flat, inputs) => {
      const looks: Tensor[] = [];
      const ops = overheard(backend.ops, (name, given) => {
        if (!WITH_KINKS.has(name)) return;
        if (!found.includes(name)) found.push(name);
        const [a, b] = given as Tensor[];
        if (name === 'relu') looks.push(a);
        else if (name !== 'maxPool') looks.push(backend.ops.sub(a, b));
      });
      const outputs = model.forward(ops, split(backend.ops, model, flat), inputs);
      return [outputs, ...looks];
    },
    [real(size), real(samples, ...inputShape)],
  );
  let onKinks = 0;
  try {
    const [, ...values] = await looked.run(theta, x);
    for (const inputs of values) {
      distances += inputs.length;
      for (const distance of inputs) if (distance === 0) onKinks++;
    }
  } finally {
    looked.dispose();
  }
  return { finding: inWords(found, onKinks, distances), ops: found, onKinks };
}

function inWords(ops: readonly string[], onKinks: number, distances: number): Finding {
  const check = 'twice differentiable';
  if (ops.length === 0) return { check, state: 'passed', value: 0, text: 'no op of the forward pass has kinks' };
  const on = distances === 0 ? '' : `, and ${onKinks} of their ${distances} inputs lie exactly on one here`;
  return {
    check,
    state: 'warned',
    value: onKinks,
    text: `${ops.join(', ')} ${ops.length > 1 ? 'have' : 'has'} kinks${on}: weights that cross them feel another curvature than the Hessian's, which a run measures (docs/concepts/curvature.md)`,
  };
}
