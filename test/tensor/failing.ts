/** A back end that fails where a test wants it to. */
import type { Backend } from '../../src/tensor/backend.ts';
import type { Compiled, Stored } from '../../src/tensor/types.ts';

/** What it says. */
export const FAILURE = 'the back end failed';

/** A back end whose call of this number throws, and the numbers of calls so far, readings among them, and of graphs that ran. */
export function failingAt(call: number, backend: Backend) {
  const counted = { calls: 0, runs: 0 };
  const guarded =
    <Args extends unknown[], Result>(work: (...args: Args) => Result) =>
    (...args: Args): Result => {
      if (++counted.calls === call) throw new Error(FAILURE);
      return work(...args);
    };
  /** The very object: the back end knows it again by what it holds. */
  const readable = (stored: Stored): Stored => Object.assign(stored, { read: guarded(stored.read.bind(stored)) });
  const calls = <Graph extends Compiled>(graph: Graph): Graph => ({
    ...graph,
    run: guarded((...given) => {
      counted.runs++;
      return graph.run(...given);
    }),
    keep: guarded((...given) => {
      counted.runs++;
      return graph.keep(...given).map(readable);
    }),
  });
  const failing: Backend = {
    ...backend,
    store: guarded((...given) => readable(backend.store(...given))),
    compile: guarded((...given) => calls(backend.compile(...given))),
    compileTogether: guarded((...given) => backend.compileTogether(...given).map(calls)),
    linearize: guarded((...given) => {
      const graph = backend.linearize(...given);
      return { ...graph, at: guarded((...statics) => calls(graph.at(...statics))) };
    }),
  };
  return { failing, counted };
}
