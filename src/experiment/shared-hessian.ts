/** The Hessian of the objective on all training samples or on a subset of them, by this process alone or with its crew. */
import { type HessianFamily, openHessian } from '../hessian/hessian.ts';
import type { SymmetricOperator } from '../hessian/operator.ts';
import type { Samples } from '../models/problem.ts';
import { sizeOf } from '../tensor/types.ts';
import { type Crew, partsOf } from './crew.ts';
import { RunError } from '../errors.ts';
import type { CrewAnswer, CrewOrder, SamplePart, SubsetChoice } from './crew-member.ts';
import { drawSubset, type Workbench } from './workbench.ts';

export interface SharedHessian {
  /** ∇²L at θ. Dispose of it before asking for the next. */
  at(theta: Float64Array | Float32Array): SharedHessianAt;
  dispose(): void;
}

export interface SharedHessianAt extends SymmetricOperator {
  dispose(): void;
}

let opened = 0;

/** @param subset null for all samples */
export function openSharedHessian(bench: Workbench, seed: number, subset: SubsetChoice | null): SharedHessian {
  const { problem } = bench;
  const shares = shareOut(bench, subset);
  if (!shares) return openHessian(problem, chosenSamples(bench, seed, subset));
  const { crew, parts, samples } = shares;
  const number = opened++;
  const own = openPart(bench, seed, parts[0], subset);
  // Orders are obeyed one after another: what follows need not wait for their answers.
  let ready = tell(crew.order((member) => ({ open: number, part: parts[member], subset })));
  const then = (order: CrewOrder) => {
    ready = ready.then(() => tell(crew.order(() => order)));
    // Heard of where it is awaited, by the next product.
    ready.catch(() => {});
  };
  return {
    at(theta) {
      const here = own.at(theta);
      const point = Float64Array.from(theta);
      then({ at: point, of: number });
      return {
        size: problem.size,
        relativePrecision: here.relativePrecision,
        async apply(vector) {
          await ready;
          const answers = await crew.order(() => ({ apply: vector, of: number }));
          const ours = here.apply(vector);
          const products = [ours, ...(await Promise.all(answers)).map((answer) => expected(answer, 'product'))];
          const product = new Float64Array(problem.size);
          products.forEach((part, index) => {
            const share = parts[index].count / samples;
            for (let i = 0; i < product.length; i++) product[i] += share * part[i];
          });
          return product;
        },
        dispose: () => here.dispose(),
      };
    },
    dispose() {
      own.dispose();
      then({ close: number });
    },
  };
}

/** Who does which part of the samples; null where this process does them alone: a part without a sample has no mean. */
export function shareOut(
  { crew, samples: all }: Workbench,
  subset: SubsetChoice | null,
): { readonly crew: Crew; readonly parts: SamplePart[]; readonly samples: number } | null {
  const samples = subset ? Math.min(subset.count, all) : all;
  return crew && samples >= crew.size ? { crew, parts: partsOf(samples, crew.size), samples } : null;
}

/** The Hessian of one process's part. The mean of the parts' Hessians, weighted by their samples, is the whole's. */
export function openPart(
  bench: Workbench,
  seed: number,
  { first, count }: SamplePart,
  subset: SubsetChoice | null,
): HessianFamily {
  return openHessian(bench.problem, samplesOfPart(bench, seed, { first, count }, subset));
}

/** One process's part of the samples. */
export function samplesOfPart(
  bench: Workbench,
  seed: number,
  { first, count }: SamplePart,
  subset: SubsetChoice | null,
): Samples {
  const { inputShape, outputs } = bench.problem;
  const { x, y } = chosenSamples(bench, seed, subset);
  const width = sizeOf(inputShape);
  return {
    x: x.subarray(first * width, (first + count) * width),
    y: y.subarray(first * outputs, (first + count) * outputs),
    samples: count,
  };
}

/** All training samples, or the subset. */
export function chosenSamples({ problem, dataset }: Workbench, seed: number, subset: SubsetChoice | null): Samples {
  return subset ? drawSubset(problem, dataset.train, subset.count, seed, subset.purpose) : dataset.train;
}

async function tell(order: Promise<Promise<CrewAnswer>[]>): Promise<void> {
  for (const { error } of await Promise.all(await order)) if (error) throw new RunError(error);
}

/** What an order asks for, out of its answer. @throws RunError where something went wrong instead */
export function expected<Key extends 'product' | 'moments'>(
  answer: CrewAnswer,
  key: Key,
): NonNullable<CrewAnswer[Key]> {
  const value = answer[key];
  if (value) return value;
  throw new RunError(`a process that shares the work failed: ${answer.error ?? `no ${key}`}`);
}
