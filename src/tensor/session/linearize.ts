/** Functions whose static inputs can be fixed, in a session: what depends on these alone is computed once and stays there. */
import { prepared } from '../compile.ts';
import { nodeOf, type NodeSpec, TYPE } from '../graph.ts';
import { checkInputs } from '../inputs.ts';
import { rewired, splitAt } from '../split.ts';
import type { Linearizable, Linearized, Spec, Stored, TensorFunction } from '../types.ts';
import { callsIn, partOf } from './calls.ts';
import { type Feed, type Place, StageSession } from './session.ts';
import { keyOf, peekNodes, putNodes, type Stage, whenDone } from './stages.ts';
import { sessionKeeper, type StagedValues } from './stored.ts';

/** Compiles `fn` so that its first inputs, the static ones, can be fixed. Both of its parts are in one session. */
export function linearizeInSession(
  place: Place,
  fn: TensorFunction,
  statics: readonly Spec[],
  dynamics: readonly Spec[],
): Linearizable {
  const specs = [...statics, ...dynamics];
  const recording = prepared(place.library, place.precision, fn, specs, statics.length);
  const { saved, computed, staticNodes, dynamicNodes, bytes } = splitAt(statics.length, recording);
  const staticInputs = recording.inputs.slice(0, statics.length);
  const dynamicInputs = recording.inputs.slice(statics.length);
  // All that is saved for one point lies under one number.
  const stage: Stage = { name: 'saved', types: computed.map((edge) => recording.types.get(edge) ?? TYPE.float) };
  const edges = new Map(computed.map((edge, i) => [edge, `saved:${i}`]));
  const saving = computed.length
    ? [
        ...putNodes('save', stage, computed, place.device),
        whenDone('save_done', ['save']),
        ...peekNodes('saved', stage, place.device),
      ]
    : [];
  const part = partOf(place, recording, each([...staticNodes, ...rewired(dynamicNodes, edges)]), specs);
  const session = new StageSession(place, [...part.nodes, ...saving], computed.length ? [stage] : []);
  const read = new Set(staticNodes.flatMap(({ inputs }) => inputs.map(nodeOf)));

  return {
    at(...given: Stored[]): Linearized {
      checkInputs(statics, given, sessionKeeper(place));
      /** Some of the static inputs, by their numbers. */
      const fed = (isWanted: (name: string) => boolean) =>
        staticInputs.flatMap((name, i): Feed[] =>
          isWanted(name) ? [[part.inputs.get(name)!.key, (given[i] as StagedValues).keyIn(session)]] : [],
        );
      const [key] = computed.length
        ? session.put(
            fed((name) => read.has(name)),
            ['save'],
            ['save_done:0'],
          ).keys
        : [];
      const numbers: Feed[] = key === undefined ? [] : [[keyOf('saved'), key]];
      let open = true;
      return {
        bytes,
        ...callsIn(place, session, part, dynamicInputs, dynamics, () => [
          ...fed((name) => saved.includes(name)),
          ...numbers,
        ]),
        dispose() {
          if (!open) return;
          // First: what is let go twice would be waited for, for ever.
          open = false;
          if (key !== undefined) session.drop(stage.name, key);
        },
      };
    },
    dispose: () => session.close(),
  };
}

/** Nodes, those that are there twice once. */
const each = (nodes: readonly NodeSpec[]): NodeSpec[] => [...new Map(nodes.map((node) => [node.name, node])).values()];
