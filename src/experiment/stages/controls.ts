/**
 * Controls: runs from the same minimum that tell theory from artefact. Other samplers and other seeds train the network
 * again; `frozen` and `quadratic` are the quadratic model itself, along the computed directions.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlRange, ControlSummary, Summary } from '../../report/summary.ts';
import { geometricMean } from '../../statistics/seeds.ts';
import { attempt, sha256File } from '../../store/atomic.ts';
import { readJson, writeJson } from '../../store/json.ts';
import { RUN_FILES, runPath } from '../../store/run-directory.ts';
import { addedBackEndWarnings } from '../back-end-warnings.ts';
import type { Context, UsedBackEnd } from '../context.ts';
import { modelControl } from '../controls/model.ts';
import type { Experiment } from '../schema.ts';
import { each } from '../used-back-ends.ts';

export async function controlsStage(context: Context): Promise<void> {
  const { directory, experiment, voice } = context;
  const { run, seeds, directions } = experiment.controls;
  const shared = directions === 'shared' ? sha256File(runPath(directory, RUN_FILES.spectrum)) : null;
  const results: ControlSummary['controls'][number][] = [];
  const used: UsedBackEnd[] = [];
  for (const word of [...new Set(run)]) {
    if (word === 'frozen' || word === 'quadratic') {
      voice.say(`control: ${word}`);
      results.push(await modelControl(context, word));
      continue;
    }
    for (let replica = 0; replica < seeds; replica++) {
      const name = replica === 0 ? word : `${word}-${replica + 1}`;
      // The run itself is the first of its own sampler.
      const isSelf = replica === 0 && word === experiment.sgd.sampler;
      const folder = isSelf ? '.' : `${RUN_FILES.controls}/${name}`;
      if (!isSelf) {
        voice.say(`control: ${name}`);
        const other = controlExperiment(experiment, word, replica, shared);
        used.push(...(await context.runFromSameMinimum(join(directory, folder), other)));
      }
      const summary = readJson<Summary>(runPath(join(directory, folder), RUN_FILES.summary));
      results.push({ name, control: word, folder, ranges: rangesOf(summary) });
    }
  }
  const { controls: own = [], ...before } = context.backEnds;
  const warnings = addedBackEndWarnings(before, { ...before, controls: each([...used, ...own]) });
  const summary: ControlSummary = {
    controls: results,
    pooled: pooledOver(results),
    ...(warnings.length > 0 && { warnings }),
  };
  removeStrangers(runPath(directory, RUN_FILES.controls), new Set(results.map(({ name }) => name)));
  writeJson(runPath(directory, RUN_FILES.controlSummary), summary);
}

/** Takes away what earlier settings left in the folder: the run that was set aside has it. */
function removeStrangers(folder: string, names: ReadonlySet<string>): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!names.has(name)) attempt(folder, () => rmSync(join(folder, name), { recursive: true, force: true }));
}

/** The same experiment with another sampler, or other batches. */
function controlExperiment(
  experiment: Experiment,
  sampler: Experiment['sgd']['sampler'],
  replica: number,
  shared: string | null,
): Experiment {
  const seed = replica === 0 ? experiment.sgd.seed : (experiment.sgd.seed ?? experiment.seed) + replica;
  return {
    ...experiment,
    sgd: { ...experiment.sgd, sampler, seed },
    spectrum: { ...experiment.spectrum, shared },
    // Where products are what there is to be saved, steps are too: they say the same at the run's own mean.
    ...(shared === null ? {} : { curvature: { ...experiment.curvature, directions: 0 } }),
    controls: { run: [], seeds: 1, directions: 'own' },
  };
}

/** Where the weights feel another curvature than λ, the prediction with λ fails for every sampler: that with theirs goes beside. */
function rangesOf({ ranges, curvatures }: Summary): ControlRange[] {
  return ranges.map((range, at) => {
    const { trajectory } = curvatures.ranges[at];
    return {
      low: range.low,
      high: range.high,
      directions: range.directions,
      ratioSampler: range.ratioSampler,
      ratioTwoComponent: range.ratioTwoComponent,
      coverage: range.coverage,
      coverageTwoComponent: range.coverageTwoComponent,
      feltOverEigenvalue: trajectory.overEigenvalue?.value ?? null,
      ratioFelt: trajectory.ratio,
    };
  });
}

/** Over the seeds of each control: geometric means of the ratios, with intervals that suppose nothing but independent seeds. */
function pooledOver(results: ControlSummary['controls']): ControlSummary['pooled'] {
  const words = [...new Set(results.map(({ control }) => control))];
  return words.flatMap((control) => {
    const replicas = results.filter((one) => one.control === control);
    return replicas[0].ranges.map(({ low, high }, at) => {
      const pooled = (of: (range: ControlRange) => number | null) => {
        const values = replicas.map(({ ranges }) => of(ranges[at])).filter((value) => value !== null && value > 0);
        if (values.length < replicas.length) return null;
        const mean = geometricMean(values as number[]);
        const finite = (value: number) => (Number.isFinite(value) ? value : null);
        return { value: mean.value, low: finite(mean.low), high: finite(mean.high) };
      };
      return {
        control,
        low,
        high,
        seeds: replicas.length,
        ratioSampler: pooled((range) => range.ratioSampler),
        ratioTwoComponent: pooled((range) => range.ratioTwoComponent),
      };
    });
  });
}
