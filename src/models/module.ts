/**
 * Models of a user's own: ES modules that export `shapes`, `forward` and, where they want to, `initialise`; by name, or
 * together in the default export, which may also be a function of the setting. What they hand over is checked, and what goes
 * wrong in them is said in one sentence that names the file.
 */
import { z } from 'zod';
import { ConfigurationError, UserError } from '../errors.ts';
import { reasonOf } from '../own-module.ts';
import type { RandomStream } from '../random.ts';
import type { Ops } from '../tensor/ops.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor/types.ts';
import { type Model, parameterCount, type ParameterShape } from './model.ts';

/** What a module may know of the experiment it is used in. */
export interface ModuleSetting {
  /** Of one sample, e.g. [20], or [28, 28, 1] as height, width, channels. */
  readonly inputShape: Shape;
  /** Numbers that the model is to give for a sample. */
  readonly outputs: number;
  /** `model.options` of the configuration; without any, no keys. */
  readonly options: Readonly<Record<string, unknown>>;
}

type Numbers = ArrayLike<number>;

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
  initialise?(shapes: readonly ParameterShape[], random: RandomStream): Numbers | readonly Numbers[];
}

/** A model all but for its size, which is counted on a back end. */
export type UncountedModel = Omit<Model, 'unitsPerSample'>;

const shapesSchema = z.array(
  z.strictObject({
    name: z.string().min(1),
    shape: z.array(z.number().int().positive()),
    initial: z.number().optional(),
    pytorch: z
      .strictObject({
        name: z.string().optional(),
        axes: z.array(z.number().int()).optional(),
        flattened: z.array(z.number().int().positive()).length(3).optional(),
      })
      .optional(),
  }),
);
const SHAPE =
  '{ name, shape: [whole numbers from 1 on] } and, where wanted, initial: a number, pytorch: { name, axes, flattened: [height, width, channels] }';

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
  const shapes = checkedShapes(typeof given === 'function' ? called(file, 'shapes', () => given(setting)) : given, file);
  return {
    name: file,
    shapes,
    forward(ops, parameters, x) {
      const outputs = called(file, 'forward', () => forward(ops, parameters, x));
      requireOutputs(outputs, x, setting.outputs, file);
      return outputs;
    },
    ...(initialise && {
      initialise: (random: RandomStream) =>
        flat(
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

function checkedShapes(given: unknown, file: string): ParameterShape[] {
  const { success, data, error } = shapesSchema.safeParse(given);
  if (!success) {
    const [at] = error.issues[0].path;
    const shown = typeof at === 'number' ? JSON.stringify((given as unknown[])[at]) : JSON.stringify(given);
    throw new ConfigurationError(
      `${file}: ${typeof at === 'number' ? `entry ${at} of shapes` : 'shapes'} is ${shown}; expected ${SHAPE}`,
    );
  }
  if (data.length === 0) throw new ConfigurationError(`${file}: shapes is empty; expected at least one parameter`);
  for (const [at, { name, shape, pytorch }] of data.entries()) {
    if (data.findIndex((other) => other.name === name) < at)
      throw new ConfigurationError(`${file}: two parameters are called ${name}; expected a name for each`);
    const wrong = (what: string, expected: string) =>
      new ConfigurationError(`${file}: pytorch.${what} of ${name} [${shape.join(', ')}]; expected ${expected}`);
    const { axes, flattened } = pytorch ?? {};
    if (axes && [...axes].sort((a, b) => a - b).join() !== shape.map((_, axis) => axis).join())
      throw wrong(`axes is [${axes.join(', ')}]`, `an order of the ${shape.length} axes from 0 on`);
    if (flattened && (axes || shape.length !== 2 || sizeOf(flattened) !== shape[0]))
      throw wrong(`flattened is [${flattened.join(', ')}]`, `[height, width, channels] of the inputs of dense weights [inputs, outputs], and no axes beside it`);
  }
  return data;
}

function requireOutputs(given: unknown, x: Tensor, outputs: number, file: string): asserts given is Tensor {
  const expected = `a tensor [${x.shape[0]}, ${outputs}] for ${x.shape[0]} samples`;
  const shape = (given as Partial<Tensor> | null | undefined)?.shape;
  if (!Array.isArray(shape))
    throw new ConfigurationError(
      `${file}: forward gave ${given instanceof Promise ? 'a promise' : typeof given}; expected ${expected}`,
    );
  if (shape.join() !== `${x.shape[0]},${outputs}`)
    throw new ConfigurationError(`${file}: forward gave a tensor [${shape.join(', ')}]; expected ${expected}`);
}

/** All weights in one array [d]. */
function flat(given: unknown, shapes: readonly ParameterShape[], file: string): Float64Array {
  const size = parameterCount({ shapes });
  const expected = `${size} numbers in one array, or an array of ${shapes.length} arrays of ${shapes.map(({ shape }) => sizeOf(shape)).join(', ')} numbers`;
  const isNumbers = (value: unknown): value is Numbers =>
    (ArrayBuffer.isView(value) && !(value instanceof DataView)) ||
    (Array.isArray(value) && value.every((one) => typeof one === 'number'));
  const parts = isNumbers(given) ? [given] : Array.isArray(given) && given.every(isNumbers) ? given : null;
  const lengths = parts?.map(({ length }) => length).join();
  if (!parts || (lengths !== String(size) && lengths !== shapes.map(({ shape }) => sizeOf(shape)).join()))
    throw new ConfigurationError(
      `${file}: initialise gave ${parts ? `${parts.length > 1 ? 'arrays' : 'an array'} of ${parts.map(({ length }) => length).join(', ')} numbers` : 'something else than arrays of numbers'}; expected ${expected}`,
    );
  const theta = new Float64Array(size);
  let offset = 0;
  for (const part of parts) {
    theta.set(part, offset);
    offset += part.length;
  }
  const broken = theta.findIndex((weight) => !Number.isFinite(weight));
  if (broken >= 0)
    throw new ConfigurationError(`${file}: initialise gave ${theta[broken]} for weight ${broken}; expected finite numbers`);
  return theta;
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
  return new ConfigurationError(`${file}: ${what} failed: ${reasonOf(error)}`, { cause: error });
}
