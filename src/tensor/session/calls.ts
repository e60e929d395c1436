/** Functions that run in a session: what is fed to them, and what is fetched, or stays. */
import { bitcast } from '../compile.ts';
import { type NodeSpec, port, TYPE } from '../graph.ts';
import { checkInputs } from '../inputs.ts';
import type { Recording } from '../record.ts';
import { ownMemory } from '../stored.ts';
import type { Compiled, Input, Spec } from '../types.ts';
import { bringBits, readBits } from './crossing.ts';
import type { Feed, Place, StageSession } from './session.ts';
import { outputNodes, stagedNodes, stagesAt, type ValueNodes } from './stages.ts';
import { sessionKeeper, StagedValues } from './stored.ts';

/** A recorded function as nodes of a session. */
export interface Part {
  readonly nodes: readonly NodeSpec[];
  /** Inputs by the names of their placeholders, in order. */
  readonly inputs: ReadonlyMap<string, ValueNodes>;
  /** Ports at which outputs are fetched. */
  readonly fetches: readonly string[];
  /** Nodes that put outputs where they stay, and ports of the outputs' shapes, which come after all of them. */
  readonly puts: readonly string[];
  readonly shapes: readonly string[];
}

/**
 * A recording as it is in a session: inputs are looked up there or fed, outputs put there or fetched.
 *
 * @param body nodes without placeholders; those that nothing needs are left out
 */
export function partOf(
  { precision, device }: Place,
  { inputs, outputs }: Pick<Recording, 'inputs' | 'outputs'>,
  body: readonly NodeSpec[],
  specs: readonly Spec[],
  name = '',
): Part {
  const stages = stagesAt(precision);
  const given = new Map(inputs.map((input, i) => [input, stagedNodes(input, stages[specs[i].dtype], device)]));
  const puts = outputs.map((_, i) => `${name}keep${i}`);
  const kept = `${name}kept`;
  const [type] = stages.real.types;
  return {
    nodes: [
      ...[...given.values()].flatMap(({ nodes }) => nodes),
      ...body.filter((node) => !given.has(node.name)),
      ...[...new Set(outputs)].map((output) => bitcast(`${output}_bits`, output, type, TYPE.int32)),
      ...outputNodes(puts, stages.real, outputs, device),
      shapesOf(kept, outputs, type, puts),
    ],
    inputs: given,
    fetches: outputs.map((output) => port(`${output}_bits`)),
    puts,
    shapes: outputs.map((_, i) => `${kept}:${i}`),
  };
}

/** Shapes of tensors of one type, once other nodes have run. */
function shapesOf(name: string, tensors: readonly string[], type: number, after: readonly string[]): NodeSpec {
  const inputs = [...tensors.map(port), ...after.map((node) => `^${node}`)];
  const attributes = { N: { integer: tensors.length }, T: { type }, out_type: { type: TYPE.int32 } };
  return { op: 'ShapeN', name, inputs, attributes };
}

/**
 * @param names the inputs that are given at a call, in their order, of kinds `specs`
 * @param fixed what is fed beside them
 */
export function callsIn(
  place: Place,
  session: StageSession,
  { inputs, fetches, puts, shapes }: Part,
  names: readonly string[],
  specs: readonly Spec[],
  fixed: () => Feed[] = () => [],
): Pick<Compiled, 'run' | 'keep'> {
  const { library, precision } = place;
  const { binding } = library;

  /**
   * Works with what is fed. Arrays are tensors meanwhile; where outputs stay, which may lie in the memory of inputs, the
   * tensors have memory of their own.
   */
  function fed<T>(given: readonly Input[], outputsStay: boolean, work: (feeds: Feed[]) => T): T {
    checkInputs(specs, given, sessionKeeper(place));
    const brought: number[] = [];
    try {
      const feeds = given.flatMap((input, i): Feed[] => {
        const nodes = inputs.get(names[i])!;
        const { shape, dtype } = specs[i];
        if (!ArrayBuffer.isView(input)) return [[nodes.key, (input as StagedValues).keyIn(session)]];
        brought.push(bringBits(library, outputsStay ? ownMemory(input, precision) : input, shape, precision));
        return session.feedsOf(dtype, nodes, brought.at(-1)!);
      });
      return work([...fixed(), ...feeds]);
    } finally {
      for (const tensor of brought) binding.deleteTensor(tensor);
    }
  }

  return {
    run: async (...given) =>
      fed(given, false, (feeds) => session.run(feeds, fetches)).map(({ id }) => {
        const values = readBits(library, id, precision);
        binding.deleteTensor(id);
        return values;
      }),
    keep(...given) {
      const { keys, told } = fed(given, true, (feeds) => session.put(feeds, puts, shapes));
      return keys.map((key, i) => StagedValues.in(place, session, key, [...told[i]]));
    },
  };
}
