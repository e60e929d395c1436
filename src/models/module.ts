/**
 * Models of a user's own: ES modules that export `shapes`, `forward` and, where they want to, `initialise`; by name, or
 * together in the default export, which may also be a function of the setting. What they hand over is checked, and what goes
 * wrong in them is said in one sentence that names the file.
 */
import { ConfigurationError, UserError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { placeOf, reasonOf } from '../own-module.ts';
import type { RandomStream } from '../random.ts';
import { checkedOps, type Ops, throughOpsAlone } from '../tensor/ops.ts';
import type { Shape, Tensor } from '../tensor/types.ts';
import type { Model, ParameterShape } from './model.ts';
import { checkedShapes, flatWeights, requireOutputs, tellingOps } from './module-checks.ts';

/** What a module may know of the experiment it is used in. */
export interface ModuleSetting {
  /** Of one sample, e.g. [20], or [28, 28, 1] as height, width, channels. */
  readonly inputShape: Shape;
  /** Numbers that the model is to give for a sample. */
  readonly outputs: number;
  /** `model.options` of the configuration; without any, no keys. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a module exports. */
export interface ModelModule {
  /** In the order in which `forward` gets the parameters; a layer's bias after its weights. */
  readonly shapes: readonly ParameterShape[] | ((setting: ModuleSetting) => readonly ParameterShape[]);
  /**
   * Outputs [n, outputs] for inputs x [n, ...inputShape], for whatever n. Pure: written in the ops that are handed in, and
   * a sample's outputs depend on that sample alone.
   */
  forward(ops: Ops, parameters: readonly Tensor[], x: Tensor): Tensor;
  /**
   * Weights before training: all in one array [d], or an array for each parameter. Random numbers come from `random` alone.
   * Without it, weights are normal with variance 1/fan-in, and vectors 0, or what `initial` of their shape says.
   */
  initialise?(
    shapes: readonly ParameterShape[],
    random: RandomStream,
  ): ArrayLike<number> | readonly ArrayLike<number>[];
}

/** A model all but for its size, which is counted on a back end. */
export type UncountedModel = Omit<Model, 'unitsPerSample'>;

/**
 * The model that a module describes.
 *
 * @param exported what the module exports
 * @param file names the module in errors
 * @throws ConfigurationError where exports are missing or not what they should be
 */
export async function modelOfModule(
  exported: Readonly<Record<string, unknown>>,
  file: string,
  setting: ModuleSetting,
): Promise<UncountedModel> {
  const { shapes: given, forward, initialise } = await contentsOf(exported, file, setting);
  const shapes = checkedShapes(
    typeof given === 'function' ? called(file, 'shapes', () => given(setting)) : given,
    file,
  );
  return {
    name: file,
    shapes,
    forward(ops, parameters, x) {
      const names = new Map<unknown, string>([
        [x, 'x'],
        ...shapes.map(({ name }, i) => [parameters[i], name] as const),
      ]);
      const outputs = called(file, 'forward', () =>
        throughOpsAlone(ops, () => forward(tellingOps(ops, names), parameters, x)),
      );
      requireOutputs(outputs, x, setting.outputs, file);
      return outputs;
    },
    ...(initialise && {
      initialise: (random: RandomStream) =>
        flatWeights(
          called(file, 'initialise', () => initialise(shapes, random)),
          shapes,
          file,
        ),
    }),
  };
}

async function contentsOf(
  exported: Readonly<Record<string, unknown>>,
  file: string,
  setting: ModuleSetting,
): Promise<ModelModule> {
  let contents: unknown = exported.default ?? exported;
  if (typeof contents === 'function') {
    const make = contents as (setting: ModuleSetting) => unknown;
    try {
      contents = await make(setting);
    } catch (error) {
      throw failure(file, 'the default export', error);
    }
  }
  const { shapes, forward, initialise } = (contents ?? {}) as Partial<Record<keyof ModelModule, unknown>>;
  const isThere = (Array.isArray(shapes) || typeof shapes === 'function') && typeof forward === 'function';
  if (isThere && (initialise === undefined || typeof initialise === 'function')) return contents as ModelModule;
  const found = Object.entries((contents ?? {}) as object).map(
    ([name, value]) => `${name} (${Array.isArray(value) ? 'array' : typeof value})`,
  );
  throw new ConfigurationError(
    `${file} exports ${found.join(', ') || 'nothing'}; expected shapes (an array, or a function that gives one), forward (a function) and, where wanted, initialise (a function)`,
  );
}

function called<T>(file: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw failure(file, what, error);
  }
}

/** What ops refuse by name says enough; anything else gets the name of the file. */
function failure(file: string, what: string, error: unknown): Error {
  if (error instanceof ConfigurationError) return new ConfigurationError(`${file}: ${error.message}`, { cause: error });
  if (error instanceof UserError) return error;
  return new ConfigurationError(`${file}: ${what} failed${placeOf(error)}: ${reasonOf(error)}${meantOp(error)}`, {
    cause: error,
  });
}

/** An op of another name was called: which one may have been meant. */
function meantOp(error: unknown): string {
  const [, called] = /\bops\.(\w+) is not a function/.exec((error as Error | null)?.message ?? '') ?? [];
  const near = called === undefined ? undefined : nearest(called, checkedOps);
  return near === undefined ? '' : `; did you mean ${near}?`;
}
