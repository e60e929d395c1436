/** `epochnoise doctor <experiment>`: the doctor for models on any experiment. */
import { ConfigurationError } from '../../errors.ts';
import { mostExact } from '../../tensor/backend.ts';
import { typed } from '../../typed.ts';
import { suggestChoices } from '../choices.ts';
import type { Voice } from '../context.ts';
import { loadExperiment } from '../load.ts';
import type { Described } from '../result.ts';
import { openWorkbench } from '../workbench.ts';
import { examineModel } from './examine-model.ts';
import { counted, findingLines } from './finding.ts';

/**
 * Examines the model of an experiment. Nothing is written.
 *
 * @param assignments as `--set` gives them
 * @throws ConfigurationError where there is no network; and as `openWorkbench`
 * @returns with an exit code: 2 where a check failed, which would refuse a run
 */
export async function examineExperiment(
  nameOrFile: string,
  assignments: readonly string[],
  voice: Pick<Voice, 'warn'>,
): Promise<Described & { readonly exitCode: number }> {
  const { name, experiment } = loadExperiment(nameOrFile, assignments);
  if (experiment.model.name === 'none')
    throw new ConfigurationError(`${nameOrFile} has no network (model.name is none): there is nothing to examine`);
  const bench = await openWorkbench(experiment, suggestChoices(experiment), voice);
  const checks = await examineModel(experiment, bench);
  const { size, model } = bench.problem;
  const failed = checks.filter(({ state }) => state === 'failed').length;
  const run = typed('run', nameOrFile, ...assignments.flatMap((assignment) => ['--set', assignment]));
  const verdict =
    failed === 0
      ? `→ nothing stands against \`${run}\``
      : `→ ${failed === 1 ? 'a check' : `${failed} checks`} failed: \`${run}\` would be refused`;
  const { precision } = mostExact(bench.problem.backend);
  const head = `model ${model.name}: ${counted(model.shapes.length, 'parameter')}, ${counted(size, 'weight')}, about ${counted(Math.round(model.unitsPerSample), 'layer output')} a sample`;
  return {
    document: {
      experiment: name,
      model: model.name,
      weights: size,
      unitsPerSample: model.unitsPerSample,
      precision,
      checks,
    },
    text: [head, ...findingLines(checks), verdict].join('\n'),
    exitCode: failed === 0 ? 0 : 2,
  };
}
