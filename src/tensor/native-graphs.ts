/** Where TensorFlow's graphs have their inputs and outputs: in the library's memory between calls, or in their sessions. */
import { ConfigurationError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { compileGraph } from './compile.ts';
import type { NativeDevices } from './devices.ts';
import type { NodeLibrary } from './library.ts';
import { linearizeGraph } from './linearize.ts';
import { oneByOne } from './one-by-one.ts';
import { compileInSession } from './session/compile.ts';
import { linearizeInSession } from './session/linearize.ts';
import { StagedValues } from './session/stored.ts';
import { storeValues } from './stored.ts';
import type { Precision } from './types.ts';

type Graphs = Pick<Backend, 'store' | 'compile' | 'compileTogether' | 'linearize'>;

/**
 * Whether graphs are to keep state: on a GPU, for between calls everything would be in the memory of the processor. On the
 * processor nothing is gained by it. EPOCHNOISE_STATE_IN_SESSION, 1 or 0, says otherwise.
 *
 * @throws ConfigurationError where it says anything else
 */
export function keepsState({ gpus }: NativeDevices, environment: NodeJS.ProcessEnv = process.env): boolean {
  const { EPOCHNOISE_STATE_IN_SESSION: wanted } = environment;
  if (!wanted) return gpus > 0;
  if (wanted !== '0' && wanted !== '1')
    throw new ConfigurationError(`EPOCHNOISE_STATE_IN_SESSION is ${JSON.stringify(wanted)}; expected 1 or 0`);
  return wanted === '1';
}

/** Graphs that take tensors and give tensors. */
export function graphsBetweenCalls(library: NodeLibrary, precision: Precision): Graphs {
  const compile: Backend['compile'] = (fn, inputs, examples) => compileGraph(library, precision, fn, inputs, examples);
  return {
    store: (values, shape) => storeValues(library, values, shape, precision),
    compile,
    compileTogether: oneByOne(compile),
    linearize: (fn, statics, dynamics) => linearizeGraph(library, precision, fn, statics, dynamics),
  };
}

/** Graphs that keep state on the first GPU, where there is one. */
export function graphsInSessions(library: NodeLibrary, precision: Precision, { gpus }: NativeDevices): Graphs {
  const place = { library, precision, device: gpus > 0 ? '/device:GPU:0' : '/device:CPU:0' };
  return {
    store: (values, shape) => StagedValues.of(place, values, shape),
    compile: (fn, inputs, examples) => compileInSession(place, [{ fn, inputs, examples }])[0],
    compileTogether: (functions) => compileInSession(place, functions),
    linearize: (fn, statics, dynamics) => linearizeInSession(place, fn, statics, dynamics),
  };
}
