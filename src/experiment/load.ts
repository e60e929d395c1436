/** From a name or a file and `--set` options to a resolved configuration. */
import fs from 'node:fs';
import path from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { RUN_FILES } from '../store/run-directory.ts';
import { nearest } from '../nearest.ts';
import { quoted, typed } from '../typed.ts';
import { assign } from './assignments.ts';
import { EXPERIMENTS, experimentNames } from './catalogue.ts';
import { describeIssue } from './messages.ts';
import { fromWorkingDirectory } from './own-files.ts';
import { type Experiment, experimentSchema } from './schema.ts';
import { readYaml } from './yaml-file.ts';

export { experimentNames } from './catalogue.ts';

/** A configuration and what to call its results. */
export interface LoadedExperiment {
  readonly name: string;
  readonly experiment: Experiment;
}

/**
 * @param nameOrFile an experiment that comes with the program, or the path of a YAML file or of a run's experiment.json
 * @param assignments `key.path=value`, the value in YAML
 * @throws ConfigurationError for an unknown experiment, a file that is no YAML, and every wrong key or value
 */
export function loadExperiment(nameOrFile: string, assignments: readonly string[] = []): LoadedExperiment {
  const { name, given } = readGiven(nameOrFile, assignments);
  return { name, experiment: resolveExperiment(given) };
}

/**
 * A configuration as it was written, `--set` options in it, before it is checked.
 *
 * @param nameOrFile null: nothing but the assignments
 */
export function readGiven(nameOrFile: string | null, assignments: readonly string[]) {
  const file = nameOrFile === null ? null : findExperiment(nameOrFile);
  const given = file === null ? {} : readYaml(file);
  if (file !== null && given.base !== undefined)
    throw new ConfigurationError(
      `${nameOrFile} is a sweep: it names a base; run it with \`${typed('sweep', nameOrFile!)}\``,
    );
  const isRun = file !== null && path.basename(file) === RUN_FILES.experiment;
  // What the machine suggested for that run is no setting.
  if (isRun) delete given.choices;
  // Those of a run have been made such as start there.
  else if (file !== null) fromWorkingDirectory(given, path.dirname(file));
  const before = structuredClone(given);
  for (const assignment of assignments) assign(given, assignment);
  if (nameOrFile !== null) refuseMixedSections(before, given, nameOrFile);
  const stem = path.basename(file ?? '').replace(/\.ya?ml$/, '');
  return { name: isRun ? path.basename(path.dirname(file)) : stem, given };
}

/**
 * Another kind of data or model has other keys: those that were written for the first kind are nothing that whoever asks for
 * the other has given.
 *
 * @param before the configuration without the assignments
 * @throws ConfigurationError naming them, and how the whole section is replaced
 */
function refuseMixedSections(before: Record<string, unknown>, given: Record<string, unknown>, where: string): void {
  for (const section of ['data', 'model']) {
    const [old, now] = [before, given].map((all) => (all[section] ?? {}) as Record<string, unknown>);
    if (now.name === old.name || typeof now.name !== 'string') continue;
    const known = Object.keys(defaultsOf(given, [section]));
    const left = Object.keys(now).filter((key) => key !== 'name' && Object.hasOwn(old, key) && !known.includes(key));
    if (known.length === 0 || left.length === 0) continue;
    const keys = `${left.join(', ')} of ${where} ${left.length === 1 ? 'belongs' : 'belong'} to the ${section} that it names`;
    const own = Object.keys(now).filter((key) => key !== 'name' && known.includes(key) && !Object.hasOwn(old, key));
    const whole = ['name', ...own]
      .map((key) => `${key}: ${JSON.stringify(now[key])}`)
      .join(', ')
      .replaceAll('"', '');
    throw new ConfigurationError(
      `${section}.name is ${now.name}, but ${keys}; replace the whole section: --set ${quoted(`${section}={ ${whole}${own.length === 0 ? ', …' : ''} }`)}`,
    );
  }
}

/**
 * Checks a configuration and fills in every default.
 *
 * @throws ConfigurationError naming the key, what it is and what it should be
 */
export function resolveExperiment(given: unknown): Experiment {
  const result = experimentSchema.safeParse(given ?? {});
  if (result.success) return checked(result.data);
  const { issues } = result.error;
  // Who has mistyped two keys need not find that out one after the other.
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
  const told = (unknown.length > 0 ? unknown : issues.slice(0, 1)).map((issue) =>
    describeIssue(issue, given, defaultsOf(given, issue.path)),
  );
  throw new ConfigurationError(told.join('; '));
}

/** What one key alone cannot tell. */
function checked(experiment: Experiment): Experiment {
  const { data, model, train } = experiment;
  if (model.initialisation.from === 'teacher' && data.name !== 'teacher')
    throw new ConfigurationError(
      `model.initialisation.from is teacher, but data ${data.name} have no teacher: use random`,
    );
  if (model.name === 'resnet20' && model.groups !== null && model.normalisation !== 'group')
    throw new ConfigurationError(
      `model.groups is ${model.groups}, but model.normalisation is ${model.normalisation}, which has no groups: leave it out, or use normalisation group`,
    );
  refuseHalfAnImport(experiment);
  const isRandom = train.epochs === 0 && experiment.polish.method === 'none' && model.initialisation.from === 'random';
  if (train.weights) refuseSecondStart(experiment);
  else if (isRandom && experiment.import === null)
    throw new ConfigurationError(
      'train.epochs is 0 and polish.method is none, so that the window would open at random weights: train, or polish',
    );
  return experiment;
}

/** An imported window has nothing before it, and no minimum for controls; without a network its eigenpairs are given. */
function refuseHalfAnImport({ import: imported, model, data, train, polish, controls, curvature }: Experiment): void {
  const isNothing = model.name === 'none';
  if (isNothing !== (data.name === 'none') || isNothing !== (imported !== null && imported.eigenpairs !== null))
    throw new ConfigurationError(
      `model.name is ${model.name}, data.name is ${data.name} and import.eigenpairs is ${imported?.eigenpairs ?? 'null'}: a run without a network has none in both and eigenpairs; see \`${typed('import', '--help')}\``,
    );
  if (imported === null) return;
  if (train.epochs > 0 || train.weights !== null || polish.method !== 'none')
    throw new ConfigurationError(
      'an imported window was trained elsewhere: set train.epochs to 0, train.weights to null and polish.method to none',
    );
  if (controls.run.length > 0)
    throw new ConfigurationError('an imported window has no controls: they start from a minimum that is found here');
  if (isNothing && curvature.window === 'second')
    throw new ConfigurationError('a second window needs a network: set curvature.window to same');
}

/** @throws ConfigurationError where weights are given, and others asked for */
function refuseSecondStart({ train, model }: Experiment): void {
  const wayOut = 'leave one of them out';
  if (train.epochs > 0)
    throw new ConfigurationError(
      `train.epochs is ${train.epochs}, but train.weights names weights that are trained already: ${wayOut}`,
    );
  if (model.initialisation.from === 'teacher')
    throw new ConfigurationError(
      `model.initialisation.from is teacher, but train.weights names weights to start from: ${wayOut}`,
    );
  if (train.weights?.layout === 'epochnoise' && train.weights.names !== null)
    throw new ConfigurationError(
      'train.weights.names tells tensors of a state dict, but train.weights.layout is epochnoise, which has one, theta: leave names out',
    );
}

/** The keys that the section at a path may have, given the kind that its name asks for, and their defaults. */
function defaultsOf(given: unknown, at: readonly PropertyKey[]): Readonly<Record<string, unknown>> {
  const nameOf = (section: string) => (given as Record<string, { name?: unknown }> | undefined)?.[section]?.name;
  const skeleton: Record<string, unknown> = Object.fromEntries(
    ['data', 'model'].flatMap((section) => {
      const name = nameOf(section);
      const hasPath = name === 'file' || name === 'module';
      return name === undefined
        ? []
        : [
            [
              section,
              { name, ...(hasPath && { path: '' }), ...(name === 'none' && section === 'data' && { samples: 1 }) },
            ],
          ];
    }),
  );
  if (at[0] === 'train' && at[1] === 'weights') skeleton.train = { weights: { path: '' } };
  if (at[0] === 'import') skeleton.import = { recording: '' };
  const defaults = experimentSchema.safeParse(skeleton);
  if (!defaults.success) return {};
  const section = at.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], defaults.data);
  return typeof section === 'object' && section !== null ? (section as Record<string, unknown>) : {};
}

function findExperiment(nameOrFile: string): string {
  if (/\.(ya?ml|json)$/.test(nameOrFile) || nameOrFile.includes(path.sep)) {
    const file = path.resolve(nameOrFile);
    if (!fs.existsSync(file))
      throw new ConfigurationError(
        `there is no experiment file ${file}; known experiments: ${experimentNames().join(', ')}`,
      );
    if (!fs.statSync(file).isDirectory()) return file;
    const stored = path.join(nameOrFile, RUN_FILES.experiment);
    if (fs.existsSync(stored))
      throw new ConfigurationError(`${nameOrFile} is the folder of a run; give its experiment: ${quoted(stored)}`);
    throw new ConfigurationError(
      `${file} is a folder; expected an experiment: give its YAML file, or one of ${experimentNames().join(', ')}`,
    );
  }
  const names = experimentNames();
  if (names.includes(nameOrFile)) return path.join(EXPERIMENTS, `${nameOrFile}.yaml`);
  const near = nearest(nameOrFile, names);
  throw new ConfigurationError(
    `unknown experiment ${nameOrFile}${near ? ` (did you mean ${near}?)` : ''}; known: ${names.join(', ')}, or give the path of a .yaml file`,
  );
}
