/** What `epochnoise doctor` finds out: versions, back ends tried with a real product, memory, data, and what to do. */
import { availableMemory } from '../hessian/memory.ts';
import { type Report, silent } from '../progress.ts';
import { nativePart, type NativePart } from '../tensor/native.ts';
import { downloadCommand } from '../data/folder.ts';
import { BACK_ENDS } from '../tensor/types.ts';
import { hasSoftwareDriver } from '../tensor/webgpu/driver.ts';
import { typed } from '../typed.ts';
import { tryInChild } from './back-ends/in-child.ts';
import type { BackendFinding } from './back-ends/try.ts';
import { coresToUse } from './choices.ts';
import { backendLines } from './doctor/back-ends.ts';
import { cudaAdvice, cudaLine, findCuda } from './doctor/cuda.ts';
import { dataLine, findData } from './doctor/data.ts';
import { tryOtherDevices } from './doctor/other-devices.ts';
import { describeEnvironment } from './environment.ts';
import type { Described } from './result.ts';

const GIBIBYTE = 2 ** 30;
/** The quickstart takes 0.6 of it. */
const LITTLE_MEMORY = GIBIBYTE;

/**
 * Tries what a run needs.
 *
 * @param report told after every back end
 * @returns exit code 1 where no back end works
 */
export async function examine(report: Report = silent): Promise<Described & { readonly exitCode: number }> {
  const threads = coresToUse();
  const native = nativePart({ retry: true });
  const backends: BackendFinding[] = [];
  for (const name of BACK_ENDS) {
    backends.push(await tryInChild({ name, threads, timed: 'lenet' }));
    await report(backends.length, BACK_ENDS.length);
  }
  const others = await tryOtherDevices(backends[1], threads, (done, total) =>
    report(BACK_ENDS.length + done, BACK_ENDS.length + total),
  );
  const softwareDriver = hasSoftwareDriver();
  const cuda = await findCuda(backends[0].works);
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
    ...backends.flatMap((finding) => backendLines(finding, softwareDriver, finding === backends[1] ? others : [])),
    libraryLine(native),
    ...(cuda ? [cudaLine(cuda)] : []),
    `data folder: ${data.folder}`,
    ...data.datasets.map((finding) => `  ${dataLine(finding)}`),
    ...advice.map((text) => `→ ${text}`),
  ];
  const { library: libtensorflow, reason } = native;
  const document = {
    ...machine,
    availableMemoryBytes,
    backends,
    otherDevices: others,
    softwareDriver,
    libtensorflow,
    reason,
    cuda,
    data,
    advice,
  };
  return { document, text: lines.join('\n'), exitCode: backends.some(({ works }) => works) ? 0 : 1 };
}

function libraryLine({ library, reason }: NativePart): string {
  if (library) return `libtensorflow: ${library.version}, ${library.origin}, ${library.path}`;
  return `libtensorflow: none${reason ? ` (${reason})` : ''}`;
}

/** What to do, the most urgent first; the last word where nothing is in the way is the first experiment. */
function adviceOn(
  [native, graphics, plain]: readonly BackendFinding[],
  { again, reinstall }: NativePart,
  { folder, datasets }: ReturnType<typeof findData>,
  available: number,
): string[] {
  const advice: string[] = [];
  const isGpu = graphics.works && graphics.device?.isSoftware === false;
  if (!plain.works) advice.push(`the npm packages are damaged; install them again: ${reinstall}`);
  if (!native.works) advice.push(`back end tensorflow is missing; look for its library again: ${again}`);
  if (available < LITTLE_MEMORY) advice.push('little memory is available: end other programs before a run');
  for (const { name, files, missing } of datasets)
    if (missing.length > 0 && missing.length < files)
      advice.push(
        `the training or the test split of ${name} is missing; to have both: ${downloadCommand(folder, name)}`,
      );
  if (native.works && isGpu)
    advice.push('`run` with --backend auto takes tensorflow or webgpu, whichever is faster for the experiment');
  if (native.works && plain.works) advice.push(`ready: ${typed('run', 'quickstart')}`);
  else if (isGpu) advice.push(`until then: ${typed('run', 'quickstart', '--backend', 'webgpu')}`);
  else if (plain.works) advice.push(`until then, far slower: ${typed('run', 'quickstart', '--set', 'backend=cpu')}`);
  return advice;
}
