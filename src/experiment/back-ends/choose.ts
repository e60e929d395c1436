/** `--backend auto`: the fastest back end of this machine for an experiment, of those that compute it rightly. */
import { resolve } from 'node:path';
import { inMilliseconds } from '../../duration.ts';
import { ConfigurationError, DataError, UserError } from '../../errors.ts';
import { fromHere, typed } from '../../typed.ts';
import { BACK_ENDS, type BackendName } from '../../tensor/types.ts';
import { coresToUse } from '../choices.ts';
import type { Voice } from '../context.ts';
import { inspectRunDirectory } from '../run-directory.ts';
import type { Experiment } from '../schema.ts';
import { tryInChild } from './in-child.ts';
import type { BackendFinding, Trial } from './try.ts';

/** How a back end is chosen. */
export interface ChooserOptions {
  /** Where the experiment is to be run: a run that is there goes on on its own back end. */
  readonly directory?: string;
  /** Tries a back end; in a process of its own unless said otherwise. */
  readonly attempt?: (trial: Trial) => Promise<BackendFinding>;
}

/**
 * Chooses a back end, and says which and why.
 *
 * Every candidate has to pass a self-test: a Hessian product against finite differences. Of those that do, the one is taken
 * on which a Hessian product of the experiment's own network takes less time; `cpu` only where no other works. Where the
 * directory holds a run, its back end is taken, if it works, and nothing is timed.
 *
 * @throws ConfigurationError where none works, with the reasons; DataError where the experiment's files are missing or damaged
 */
export async function chooseBackend(
  experiment: Experiment,
  voice: Voice,
  { directory, attempt = tryInChild }: ChooserOptions = {},
): Promise<BackendName> {
  const report = voice.begin('Choosing a back end');
  const findings: BackendFinding[] = [];
  const tryOne = async (name: BackendName, timed: Trial['timed'] = null): Promise<boolean> => {
    const found = await attempt({ name, threads: coresToUse(), timed });
    // That is no back end's fault, and another one would not help.
    if (found.dataProblem !== undefined) throw new DataError(found.dataProblem);
    findings.push(found);
    await report(findings.length, BACK_ENDS.length);
    return found.works;
  };
  const canBe = (name: BackendName) => experiment.precision === 'float32' || name === 'tensorflow';
  const leftOut = () => [
    ...findings.filter(({ works }) => !works).map(whyNot),
    ...(canBe('webgpu') ? [] : [NO_DOUBLES]),
  ];
  const take = (name: BackendName, why = ''): BackendName => {
    voice.say([`back end ${name}${why}`, ...leftOut().map((reason) => `left out: ${reason}`)].join('; '));
    return name;
  };

  const before = directory === undefined ? null : backendOf(directory);
  if (before !== null && canBe(before) && (await tryOne(before)))
    return take(before, `, that of the run in ${fromHere(resolve(directory!))}`);

  const candidates = CANDIDATES.filter((name) => name !== before && canBe(name));
  const isNetwork = experiment.model.name !== 'none';
  const working = () => findings.filter(({ works }) => works);
  for (const name of isNetwork ? candidates : candidates.reverse()) {
    const [rival] = working();
    if (rival && !isNetwork) break;
    // The last one need not be timed where there is nobody to compare it with.
    const isTimed = isNetwork && (rival !== undefined || name !== candidates.at(-1));
    await tryOne(name, isTimed ? { experiment, samples: rival?.timed?.samples ?? null } : null);
  }
  if (working().length === 0 && before !== 'cpu' && canBe('cpu')) await tryOne('cpu');
  if (working().length === 0)
    throw new ConfigurationError(
      `no back end of this machine computes this experiment (${leftOut().join('; ')}): \`${typed('doctor')}\` tells what to do`,
    );
  const [fastest, ...others] = working().sort((a, b) => millisecondsOf(a) - millisecondsOf(b));
  return take(fastest.name, others.length > 0 ? compared(fastest, others) : '');
}

/** An experiment on the back end that was chosen for it: what its configuration then says is a name. */
export async function withChosenBackend(
  experiment: Experiment,
  voice: Voice,
  options?: ChooserOptions,
): Promise<Experiment> {
  return { ...experiment, backend: await chooseBackend(experiment, voice, options) };
}

/** The one that mostly is not there comes first: the other need not be timed then. */
const CANDIDATES: readonly BackendName[] = ['webgpu', 'tensorflow'];
const NO_DOUBLES = 'webgpu, which has no float64';

/** Of the run in a directory. What is wrong with the directory is for the run to say. */
function backendOf(directory: string): BackendName | null {
  try {
    return inspectRunDirectory(resolve(directory))?.experiment.backend ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

const millisecondsOf = ({ timed }: BackendFinding): number => timed?.milliseconds ?? Infinity;

function compared(fastest: BackendFinding, others: readonly BackendFinding[]): string {
  const { samples, milliseconds } = fastest.timed!;
  const took = others.map((other) => `${inMilliseconds(millisecondsOf(other))} on ${called(other)}`);
  return `: a Hessian product of this network on ${samples.toLocaleString('en')} samples takes ${[`${inMilliseconds(milliseconds)} on ${called(fastest)}`, ...took].join(', ')}`;
}

const called = ({ name, says, device }: BackendFinding): string => (device ? `${name} (${says})` : name);

const whyNot = ({ name, absent, says }: BackendFinding): string =>
  absent ? `${name}, no graphics device was found` : `${name} (${says})`;
