/** How much memory the values take that products of one Hessian share, found out before it is opened on all samples. */
import { Disposables } from '../disposables.ts';
import { hessianProduct, type Problem, specs } from '../models/problem.ts';
import { real, sizeOf } from '../tensor/types.ts';

/** Two chunks whose difference is that of their samples: what a chunk takes besides cancels. */
const FEW = 2;
const MORE = 6;

const known = new WeakMap<Problem, number>();

/** Bytes a sample, its inputs aside, from two very small chunks; compiling them takes about a second for a large network, once. */
export function sharedBytesPerSample(problem: Problem): number {
  let bytes = known.get(problem);
  if (bytes === undefined) {
    bytes = Math.max(0, (bytesOfChunk(problem, MORE) - bytesOfChunk(problem, FEW)) / (MORE - FEW));
    known.set(problem, bytes);
  }
  return bytes;
}

function bytesOfChunk(problem: Problem, samples: number): number {
  const { backend, size } = problem;
  const shapes = specs(problem, samples);
  const held = new Disposables();
  try {
    const graph = held.add(backend.linearize(hessianProduct(problem), shapes, [real(size)]));
    const zeros = shapes.map(({ shape }) => held.add(backend.store(new Float32Array(sizeOf(shape)), shape)));
    return held.add(graph.at(...zeros)).bytes;
  } finally {
    held.dispose();
  }
}
