/** A back end that fails where a test wants it to. */
import type { Backend } from '../../src/tensor/backend.ts';

/** What it says. */
export const FAILURE = 'the back end failed';

/** A back end whose call of this number throws, and the number of calls so far. */
export function failingAt(call: number, backend: Backend) {
  const counted = { calls: 0 };
  const guarded =
    <Args extends unknown[], Result>(work: (...args: Args) => Result) =>
    (...args: Args): Result => {
      if (++counted.calls === call) throw new Error(FAILURE);
      return work(...args);
    };
  const failing: Backend = {
    ...backend,
    store: guarded(backend.store),
    compile: guarded((...given) => {
      const compiled = backend.compile(...given);
      return { ...compiled, run: guarded(compiled.run) };
    }),
    linearize: guarded((...given) => {
      const graph = backend.linearize(...given);
      const at: typeof graph.at = (...statics) => {
        const linear = graph.at(...statics);
        return { ...linear, run: guarded(linear.run) };
      };
      return { ...graph, at: guarded(at) };
    }),
  };
  return { failing, counted };
}
