/** What `epochnoise doctor` finds out: versions, back ends tried with a real product, memory, data, and what to do. */
import { availableMemory } from '../hessian/memory.ts';
import { nativePart, type NativePart } from '../tensor/native.ts';
import { downloadCommand } from '../data/folder.ts';
import { typed } from '../typed.ts';
import { coresToUse } from './choices.ts';
import { type BackendFinding, tryBackend } from './doctor/back-ends.ts';
import { cudaAdvice, cudaLine, findCuda } from './doctor/cuda.ts';
import { dataLine, findData } from './doctor/data.ts';
import { describeEnvironment } from './environment.ts';
import type { Described } from './result.ts';

const GIBIBYTE = 2 ** 30;
/** The quickstart takes 0.6 of it. */
const LITTLE_MEMORY = GIBIBYTE;

/** Tries what a run needs. @returns exit code 1 where no back end works */
export async function examine(): Promise<Described & { readonly exitCode: number }> {
  const threads = coresToUse();
  const native = nativePart({ retry: true });
  const backends: BackendFinding[] = [];
  for (const name of ['tensorflow', 'cpu'] as const) backends.push(await tryBackend(name, threads));
  const cuda = backends[0].works ? await findCuda() : null;
  const data = findData();
  const availableMemoryBytes = availableMemory();
  const {
    stages: _stages,
    files: _files,
    backend: _backend,
    ...machine
  } = describeEnvironment({ threads }, null, { stages: {}, files: {} });
  const advice = [
    ...(cuda ? cudaAdvice(cuda, native.again) : []),
    ...adviceOn(backends, native, data, availableMemoryBytes),
  ];
  const gibibytes = (bytes: number) => (bytes / GIBIBYTE).toFixed(1);
  const lines = [
    `${machine.program} on Node ${machine.node}, ${machine.platform}`,
    `processor: ${machine.cpu}, ${machine.cores} cores; cores used: ${threads} (EPOCHNOISE_THREADS changes it)`,
    `memory: ${gibibytes(machine.memoryBytes)} GiB, ${gibibytes(availableMemoryBytes)} available`,
    ...backends.map(backendLine),
    libraryLine(native),
    ...(cuda ? [cudaLine(cuda)] : []),
    `data folder: ${data.folder}`,
    ...data.datasets.map((finding) => `  ${dataLine(finding)}`),
    ...advice.map((text) => `→ ${text}`),
  ];
  const { library: libtensorflow, reason } = native;
  const document = { ...machine, availableMemoryBytes, backends, libtensorflow, reason, cuda, data, advice };
  return { document, text: lines.join('\n'), exitCode: backends.some(({ works }) => works) ? 0 : 1 };
}

function backendLine({ name, works, says, productError, productMilliseconds }: BackendFinding): string {
  const error =
    productError === null
      ? ''
      : `; Hessian product and finite differences agree to ${productError.toExponential(0)}, about what float32 lets differences tell`;
  const time = productMilliseconds === null ? '' : `, ${productMilliseconds.toPrecision(2)} ms`;
  return `back end ${name}: ${works ? 'works' : 'does not work'} (${says}${error}${time})`;
}

function libraryLine({ library, reason }: NativePart): string {
  if (library) return `libtensorflow: ${library.version}, ${library.origin}, ${library.path}`;
  return `libtensorflow: none${reason ? ` (${reason})` : ''}`;
}

/** What to do, the most urgent first; the last word where nothing is in the way is the first experiment. */
function adviceOn(
  [native, plain]: readonly BackendFinding[],
  { again, reinstall }: NativePart,
  { folder, datasets }: ReturnType<typeof findData>,
  available: number,
): string[] {
  const advice: string[] = [];
  if (!plain.works) advice.push(`the npm packages are damaged; install them again: ${reinstall}`);
  if (!native.works) advice.push(`back end tensorflow is missing; look for its library again: ${again}`);
  if (available < LITTLE_MEMORY) advice.push('little memory is available: end other programs before a run');
  for (const { name, files, missing } of datasets)
    if (missing.length > 0 && missing.length < files)
      advice.push(
        `the training or the test split of ${name} is missing; to have both: ${downloadCommand(folder, name)}`,
      );
  if (native.works && plain.works) advice.push(`ready: ${typed('run', 'quickstart')}`);
  else if (plain.works) advice.push(`until then, far slower: ${typed('run', 'quickstart', '--set', 'backend=cpu')}`);
  return advice;
}
