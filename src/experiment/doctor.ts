/** What `epochnoise doctor` finds out: versions, back ends tried with a real product, data, and what to do. */
import os from 'node:os';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from '../data/folder.ts';
import { KNOWN_DATASETS } from '../data/known-files.ts';
import { openHessian } from '../hessian/hessian.ts';
import { openFullBatch } from '../models/full-batch.ts';
import { lossFor } from '../models/losses.ts';
import { mlp } from '../models/mlp.ts';
import { initialWeights } from '../models/model.ts';
import { defineProblem, type Samples } from '../models/problem.ts';
import { randomStream } from '../random.ts';
import { openBackend } from '../tensor/backend.ts';
import type { BackendName } from '../tensor/types.ts';
import { describeEnvironment } from './environment.ts';
import type { Described } from './result.ts';
import { coresToUse } from './choices.ts';

interface BackendFinding {
  readonly name: BackendName;
  readonly works: boolean;
  /** What it calls itself, or why it does not work. */
  readonly says: string;
  /** Largest error of Hessian products against finite differences, in units of the product. */
  readonly productError: number | null;
}

/** Central differences of a float32 gradient are no better than this. */
const ERROR_LIMIT = 1e-2;
const STEP = 1e-2;

/** Tries what a run needs. @returns exit code 1 where no back end works */
export async function examine(): Promise<Described & { readonly exitCode: number }> {
  const threads = coresToUse();
  const backends = (['tensorflow', 'cpu'] as const).map((name) => tryBackend(name, threads));
  const folder = dataFolder(null);
  const data = KNOWN_DATASETS.map(({ name, files }) => ({
    name,
    files: files.filter(({ file }) => existsSync(join(folder, file))).length,
    of: files.length,
  }));
  const environment = describeEnvironment({ threads }, null, { stages: {}, files: {} });
  const advice: string[] = [];
  const [native, plain] = backends;
  if (!native.works && plain.works)
    advice.push(
      'run set-up again to get the native library (npm start), or use --set backend=cpu, which is far slower',
    );
  if (!plain.works) advice.push('install the npm packages again: npm ci --ignore-scripts');
  if (data.some(({ files }) => files === 0))
    advice.push(
      'quickstart needs no data files; for others, `epochnoise data get mnist` or `epochnoise data get cifar10`',
    );
  if (advice.length === 0) advice.push('everything is in place');
  const lines = [
    `${environment.program} on Node ${environment.node}, ${environment.platform}`,
    `processor: ${environment.cpu}, ${environment.cores} cores; memory: ${(os.totalmem() / 2 ** 30).toFixed(1)} GiB, ${(os.freemem() / 2 ** 30).toFixed(1)} free`,
    `cores used: ${threads} (EPOCHNOISE_THREADS changes it)`,
    ...backends.map(({ name, works, says, productError }) => {
      const checked = productError === null ? '' : `; Hessian product right to ${productError.toExponential(0)}`;
      return `back end ${name}: ${works ? 'works' : 'does not work'} (${says}${checked})`;
    }),
    `data folder: ${folder}`,
    ...data.map(({ name, files, of }) => `  ${name}: ${files} of ${of} ${of === 1 ? 'file' : 'files'}`),
    ...advice.map((text) => `→ ${text}`),
  ];
  const { stages: _stages, files: _files, ...machine } = environment;
  const document = { ...machine, backends, data: { folder, datasets: data }, advice };
  return { document, text: lines.join('\n'), exitCode: backends.some(({ works }) => works) ? 0 : 1 };
}

/** Opens a back end and holds a Hessian product of a small network against finite differences of its gradient. */
function tryBackend(name: BackendName, threads: number): BackendFinding {
  try {
    const backend = openBackend({ name, precision: 'float32', threads });
    const productError = errorOfProduct(backend);
    const works = productError < ERROR_LIMIT;
    return { name, works, says: works ? backend.version : `${backend.version}: wrong derivatives`, productError };
  } catch (error) {
    return { name, works: false, says: (error as Error).message, productError: null };
  }
}

function errorOfProduct(backend: ReturnType<typeof openBackend>): number {
  const random = randomStream(1, 'doctor');
  const model = mlp([4], 3, { hidden: [5], activation: 'tanh' });
  const loss = lossFor('cross-entropy', 'classes');
  const problem = defineProblem({ backend, model, loss, inputShape: [4], outputs: 3, weightDecay: 0 });
  const samples = 32;
  const data: Samples = {
    x: new Float32Array(samples * 4).map(() => random.normal()),
    y: new Float32Array(samples * 3).map((_, at) => (at % 3 === Math.floor(at / 3) % 3 ? 1 : 0)),
    samples,
  };
  const theta = initialWeights(model, 'tanh', random);
  const direction = theta.map(() => random.normal());
  const hessian = openHessian(problem, data);
  const operator = hessian.at(theta);
  const full = openFullBatch(problem, data);
  const product = operator.apply(direction).slice();
  const gradientAt = (step: number) =>
    full.valueAndGradient(theta.map((value, i) => value + step * direction[i])).gradient;
  const [ahead, behind] = [gradientAt(STEP), gradientAt(-STEP)];
  let error = 0;
  let scale = 0;
  for (let i = 0; i < theta.length; i++) {
    error = Math.max(error, Math.abs((ahead[i] - behind[i]) / (2 * STEP) - product[i]));
    scale = Math.max(scale, Math.abs(product[i]));
  }
  for (const thing of [operator, hessian, full]) thing.dispose();
  return error / scale;
}
