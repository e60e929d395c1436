/** Functions whose inputs and outputs lie in a session, on its device. */
import { liveNodes, prepared, shapedAs } from '../compile.ts';
import type { Recording } from '../record.ts';
import type { Compilable, Compiled } from '../types.ts';
import { callsIn, partOf } from './calls.ts';
import { type Place, StageSession } from './session.ts';

/** Compiles functions into one session, where values that several of them take lie once. It is closed with the last of them. */
export function compileInSession(place: Place, functions: readonly Compilable[]): Compiled[] {
  const parts = functions.map(({ fn, inputs, examples = inputs }, i) => {
    const recording = renamed(shapedAs(inputs, prepared(place.library, place.precision, fn, examples)), `f${i}_`);
    const alive = liveNodes(recording.nodes, recording.outputs);
    const body = recording.nodes.filter(({ name }) => alive.has(name));
    return { recording, inputs, part: partOf(place, recording, body, inputs, `f${i}_`) };
  });
  const session = new StageSession(
    place,
    parts.flatMap(({ part }) => part.nodes),
  );
  const open = new Set(parts);
  return parts.map((one) => ({
    ...callsIn(place, session, one.part, one.recording.inputs, one.inputs),
    dispose() {
      open.delete(one);
      if (open.size === 0) session.close();
    },
  }));
}

/** The same recording with other names of its nodes: several are in one graph. */
function renamed(
  { nodes, inputs, outputs }: Recording,
  prefix: string,
): Pick<Recording, 'nodes' | 'inputs' | 'outputs'> {
  const all = (names: readonly string[]) => names.map((name) => prefix + name);
  return {
    nodes: nodes.map((node) => ({ ...node, name: prefix + node.name, inputs: all(node.inputs) })),
    inputs: all(inputs),
    outputs: all(outputs),
  };
}
