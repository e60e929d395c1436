/** Checks of what a module of a user's own hands over: each mistake in one sentence that names the file. */
import { z } from 'zod';
import { ConfigurationError, UserError } from '../errors.ts';
import type { Ops } from '../tensor/ops.ts';
import { sizeOf, type Tensor } from '../tensor/types.ts';
import { parameterCount, type ParameterShape } from './model.ts';

type Numbers = ArrayLike<number>;

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

/** @throws ConfigurationError unless these are shapes of parameters, each with a name of its own */
export function checkedShapes(given: unknown, file: string): ParameterShape[] {
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
      throw wrong(
        `flattened is [${flattened.join(', ')}]`,
        `[height, width, channels] of the inputs of dense weights [inputs, outputs], and no axes beside it`,
      );
  }
  return data;
}

/** @throws ConfigurationError unless a forward pass gave a tensor [n, outputs] for inputs [n, …] */
export function requireOutputs(given: unknown, x: Tensor, outputs: number, file: string): asserts given is Tensor {
  const expected = `a tensor [${x.shape[0]}, ${outputs}] for ${x.shape[0]} sample${x.shape[0] === 1 ? '' : 's'}`;
  if (!isTensor(given))
    throw new ConfigurationError(
      `${file}: forward gave ${given instanceof Promise ? 'a promise' : typeof given}; expected ${expected}`,
    );
  if (given.shape.join() !== `${x.shape[0]},${outputs}`)
    throw new ConfigurationError(`${file}: forward gave a tensor [${given.shape.join(', ')}]; expected ${expected}`);
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Tensor>).shape);

/** The native library says in a second line what is the matter. */
function messageOf(error: unknown): string {
  const lines = error instanceof Error ? error.message.split('\n') : [String(error)];
  return lines.find((line) => line.startsWith('Message: '))?.slice('Message: '.length) ?? lines[0];
}

/** Weights that a module made, float64 [d]. @throws ConfigurationError unless they are so many finite numbers */
export function flatWeights(given: unknown, shapes: readonly ParameterShape[], file: string): Float64Array {
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
    throw new ConfigurationError(
      `${file}: initialise gave ${theta[broken]} for weight ${broken}; expected finite numbers`,
    );
  return theta;
}

/** The ops, whose errors name the op and the shapes that it was given, and of tensors that have one the name. */
export function tellingOps(ops: Ops, names: ReadonlyMap<unknown, string>): Ops {
  return new Proxy(ops, {
    get(target, name) {
      const op = Reflect.get(target, name) as unknown;
      if (typeof op !== 'function') return op;
      return (...given: unknown[]) => {
        try {
          return op(...given) as unknown;
        } catch (error) {
          if (error instanceof UserError) throw error;
          const shapes = given
            .flat()
            .flatMap((one) =>
              isTensor(one) ? [`${names.has(one) ? `${names.get(one)} ` : ''}[${one.shape.join(', ')}]`] : [],
            )
            .join(' and ');
          throw new ConfigurationError(`op ${String(name)}${shapes && ` of ${shapes}`} failed: ${messageOf(error)}`, {
            cause: error,
          });
        }
      };
    },
  });
}
