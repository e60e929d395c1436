/** Measured variances against the predictions for this very window: directions.csv and summary.json. */
import type { Summary } from '../../report/summary.ts';
import { accumulateWindow } from '../../statistics/window-variance.ts';
import { writeCsv } from '../../store/csv.ts';
import { writeJson } from '../../store/json.ts';
import { DIRECTION_COLUMNS, RUN_FILES, runPath } from '../../store/run-directory.ts';
import { crossoverEigenvalue } from '../../theory/index.ts';
import { compareDirections, type WindowSettings } from '../compare/directions.ts';
import { directLossFluctuation, quadraticLossFluctuation } from '../compare/loss-fluctuation.ts';
import { measureRoundingFloor } from '../compare/rounding.ts';
import { fitSlopes, summariseRanges } from '../compare/summary.ts';
import { type Findings, verdicts, warnings } from '../compare/verdicts.ts';
import type { Context } from '../context.ts';
import { readMean, readNoise, readPolishReport, readProjections, readSpectrum } from '../run-files.ts';

const SCHEMA_VERSION = 1;

export async function compareStage(context: Context): Promise<void> {
  const { directory, experiment, voice, workbench } = context;
  const bench = await workbench();
  const { batchesPerEpoch, samples, dataset } = bench;
  const { sgd, record, precision, backend } = experiment;
  const crossover = crossoverEigenvalue({ ...sgd, batchesPerEpoch });
  const settings: WindowSettings = {
    learningRate: sgd.learningRate,
    momentum: sgd.momentum,
    sampler: sgd.sampler,
    batchesPerEpoch,
    updates: record.epochs * batchesPerEpoch,
    burnInUpdates: record.burnInEpochs * batchesPerEpoch,
    crossover,
  };
  const mean = readMean(directory);
  const spectrum = readSpectrum(directory);
  const noise = readNoise(directory);
  const projections = readProjections(directory);
  const window = accumulateWindow(settings.updates, spectrum.eigenvalues.length);
  window.add(projections.theta, projections.velocity);

  await voice.begin('predictions')(0, 1);
  const table = compareDirections(settings, spectrum, noise, window.finish());
  const direct = await directLossFluctuation(context, bench, mean);
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const findings: Findings = {
    sampler: sgd.sampler,
    ranges: summariseRanges(table, crossover),
    table,
    crossover,
    polish: readPolishReport(directory),
    spectrum: spectrum.report,
    residualOverGap: spectrum.residualOverGap,
    floor:
      precision === 'float32'
        ? measureRoundingFloor(mean.theta, spectrum.eigenvectors, table.velocity_variance, table.noise_variance)
        : null,
    backend,
    dataWarnings: dataset.warnings,
  };
  const summary: Summary = {
    schemaVersion: SCHEMA_VERSION,
    learningRate: sgd.learningRate,
    momentum: sgd.momentum,
    batchSize: sgd.batchSize,
    samples,
    batchesPerEpoch,
    weightDecay: sgd.weightDecay,
    sampler: sgd.sampler,
    crossoverEigenvalue: crossover,
    window: { epochs: record.epochs, updates: settings.updates, burnInEpochs: record.burnInEpochs },
    ranges: findings.ranges,
    slopes: fitSlopes(table, crossover, sgd.weightDecay),
    lossFluctuation: {
      ...quadraticLossFluctuation(table, settings, sgd.weightDecay),
      direct: finite(direct.value),
      directLow: finite(direct.low),
      directHigh: finite(direct.high),
    },
    warnings: warnings(findings),
    verdicts: verdicts(findings),
  };
  const columns = Object.fromEntries(DIRECTION_COLUMNS.map((name) => [name, table[name]]));
  writeCsv(runPath(directory, RUN_FILES.directions), columns);
  writeJson(runPath(directory, RUN_FILES.summary), summary);
}
