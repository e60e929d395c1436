/** Back ends: where tensors live and functions run. */
import { openCpu } from './cpu.ts';
import { type Derivatives, derivativesOf } from './derivatives.ts';
import { devicesInWords, findDevices, type NativeDevices } from './devices.ts';
import { graphsBetweenCalls, graphsInSessions, keepsState } from './native-graphs.ts';
import { loadNodeLibrary } from './node-library.ts';
import { checkedOpsOf, type Ops } from './ops.ts';
import { heldInSessions } from './session/session.ts';
import { openWebgpu, prepareWebgpu } from './webgpu/open.ts';
import type {
  BackendName,
  Compilable,
  Compiled,
  Linearizable,
  Precision,
  Reals,
  Shape,
  Spec,
  Stored,
  TensorFunction,
} from './types.ts';

/** Where tensors live and functions run, at one precision. */
export interface Backend {
  readonly name: BackendName;
  readonly precision: Precision;
  /** What the library calls itself, and the device of a CUDA build, for the record of the environment. */
  readonly version: string;
  /** Threads that run the ops of a graph, an op each (lanes.ts); 1 where ops are JavaScript. */
  readonly threads: number;
  /** Whether it is a device that is fast at large calls, and slow at many small ones. */
  readonly isDevice: boolean;
  /** Numbers that one tensor may have; Infinity where memory alone bounds them. */
  readonly largestTensor: number;
  /** Whether TensorFlow's graphs keep stored values themselves, on the device, and nothing crosses but what is given or read. */
  readonly stateInSession: boolean;
  readonly ops: Ops;
  readonly derivatives: Derivatives;
  /** Keeps values on the back end; the caller disposes of them. */
  store(values: Reals | Int32Array, shape: Shape): Stored;
  /**
   * One native graph where there are such; elsewhere the function itself.
   *
   * @param examples shapes on which the function runs once to become a graph, where running it on the inputs' would take
   * long: the same ops must come of both
   */
  compile(fn: TensorFunction, inputs: readonly Spec[], examples?: readonly Spec[]): Compiled;
  /** Several functions that share the values stored for them, where graphs keep these; each is to be disposed of. */
  compileTogether(functions: readonly Compilable[]): Compiled[];
  /** Like compile, but the first inputs can be fixed, and what depends on them alone is computed once. */
  linearize(fn: TensorFunction, statics: readonly Spec[], dynamics: readonly Spec[]): Linearizable;
}

/** Which back end to open, and how exact. */
export interface BackendChoice {
  readonly name: BackendName;
  readonly precision: Precision;
  /** Threads that run ops of one graph at a time. Read by TensorFlow once, when it is loaded; later choices must agree. */
  readonly threads: number;
  /** Of back end `tensorflow`, see {@link Backend}: where TensorFlow has a GPU, unless said otherwise. No digit depends on it. */
  readonly stateInSession?: boolean;
}

/**
 * Makes ready what takes its time: the graphics device. To be waited for before a back end is opened; more often does nothing.
 *
 * @throws ConfigurationError where there is no device or no driver, or a package is missing, with the way out
 */
export async function prepareBackend({ name }: Pick<BackendChoice, 'name'>): Promise<void> {
  if (name === 'webgpu') await prepareWebgpu();
}

/**
 * Opens a back end; webgpu once it was prepared.
 *
 * @throws ConfigurationError where the native library is missing (the way out is the `cpu` back end or set-up), at
 * float64 on `cpu`, which has no doubles, and when TensorFlow was loaded with another number of threads
 */
export function openBackend({ name, precision, threads, stateInSession }: BackendChoice): Backend {
  if (name === 'cpu') return openCpu(precision);
  if (name === 'webgpu') return openWebgpu(precision);
  const library = loadNodeLibrary(threads);
  const keeps = stateInSession ?? keepsState(nativeDevices());
  return {
    name,
    precision,
    version: `tensorflow ${library.binding.TF_Version}${nativeDevicesInWords()}`,
    threads,
    isDevice: nativeDevices().gpus > 0,
    largestTensor: Infinity,
    stateInSession: keeps,
    ops: checkedOpsOf(library.tf),
    derivatives: derivativesOf(library.tf),
    ...(keeps ? graphsInSessions(library, precision, nativeDevices()) : graphsBetweenCalls(library, precision)),
  };
}

/** The same back end at another precision: the native library computes float32 and float64 side by side. */
export function atPrecision(backend: Backend, precision: Precision): Backend {
  if (backend.precision === precision) return backend;
  const { name, threads, stateInSession } = backend;
  return openBackend({ name, precision, threads, stateInSession });
}

/** The back end at float64 where it has doubles, else as it is: for sums and projections that must not round. */
export function mostExact(backend: Backend): Backend {
  return backend.name === 'tensorflow' ? atPrecision(backend, 'float64') : backend;
}

/** Tensors and sessions that the native library holds now, and values in these: the tests see to it that none leak. */
export function heldByLibrary(): { tensors: number; sessions: number; inSessions: number } {
  const { binding } = loadNodeLibrary();
  return {
    tensors: binding.getNumOfTensors(),
    sessions: binding.getNumOfSavedModels(),
    inSessions: heldInSessions(),
  };
}

let devices: NativeDevices | undefined;
let devicesSay: string | undefined;

/** What the native library computes on. @throws ConfigurationError where it is missing */
export function nativeDevices(): NativeDevices {
  return (devices ??= findDevices(loadNodeLibrary()));
}

/** Found once: where there are several cards the driver is asked. */
const nativeDevicesInWords = (): string => (devicesSay ??= devicesInWords(nativeDevices()));
