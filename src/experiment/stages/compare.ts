/**
 * Measured variances against the predictions for this very window: directions.csv, estimators.csv, curvatures.csv,
 * positions.csv, components.csv and summary.json.
 */
import type { ComponentsSummary, LossFluctuation, NoiseSummary, Summary } from '../../report/summary.ts';
import { median } from '../../statistics/median.ts';
import { windowEstimates } from '../../statistics/window-estimates.ts';
import { accumulateWindow } from '../../statistics/window-variance.ts';
import { writeCsv } from '../../store/csv.ts';
import { writeJson } from '../../store/json.ts';
import {
  CURVATURE_COLUMNS,
  DIRECTION_COLUMNS,
  ESTIMATOR_COLUMNS,
  RUN_FILES,
  runPath,
} from '../../store/run-directory.ts';
import { componentExponent, type Components, principalComponents, randomWalk } from '../compare/components.ts';
import { summariseQuadraticity } from '../compare/curvature-summary.ts';
import { compareCurvatures } from '../compare/curvatures.ts';
import { compareDirections, predictWindow, whiteFromOpening, windowSettings } from '../compare/directions.ts';
import { compareEstimators, noisePerCurvature, proportionalPrediction } from '../compare/estimators.ts';
import {
  directLossFluctuation,
  type DirectLossFluctuation,
  UNKNOWN_LIFT,
  quadraticLossFluctuation,
} from '../compare/loss-fluctuation.ts';
import { comparePositions } from '../compare/positions.ts';
import { measureRoundingFloor } from '../compare/rounding.ts';
import { describeSpectrum } from '../compare/spectrum.ts';
import { fitSlopes, summariseRanges } from '../compare/summary.ts';
import { type Findings, verdicts, warnings } from '../compare/verdicts.ts';
import type { Context } from '../context.ts';
import {
  type NoiseResults,
  readCurvature,
  readExplained,
  readMean,
  readNoise,
  readPolishReport,
  readProjections,
  readSpectrum,
  readVisibility,
} from '../run-files.ts';
import type { Visibility } from '../visibility.ts';
import { comparedDirections } from '../../statistics/drift.ts';

const SCHEMA_VERSION = 1;

export async function compareStage(context: Context): Promise<void> {
  const { directory, experiment, voice, workbench } = context;
  const bench = await workbench();
  const { batchesPerEpoch, samples, dataset, problem } = bench;
  const { sgd, record, precision, seed } = experiment;
  const settings = windowSettings(experiment, bench);
  const { crossover } = settings;
  const mean = readMean(directory);
  const spectrum = readSpectrum(directory);
  const { eigenvalues, eigenvectors } = spectrum;
  const k = eigenvalues.length;
  const noise = readNoise(directory);
  const projections = readProjections(directory);
  const window = accumulateWindow(settings.updates, k);
  window.add(projections.theta, projections.velocity);

  await voice.begin('predictions')(0, 1);
  const predictions = predictWindow(settings, eigenvalues, noise);
  const table = compareDirections(settings, spectrum, noise, predictions, window.finish());
  const perCurvature = noisePerCurvature(table, crossover, sgd.weightDecay);
  const estimators = compareEstimators(
    table,
    noise,
    predictions,
    windowEstimates(projections.theta, k, batchesPerEpoch),
    { explained: readExplained(directory), unexplained: whiteFromOpening(settings, eigenvalues) },
    proportionalPrediction(table, perCurvature, sgd.weightDecay),
  );
  const felt = readCurvature(directory);
  const curvatures = compareCurvatures(settings, felt, noise, table, estimators, samples);
  const positions = comparePositions(settings, table, noise, projections.theta);

  const report = voice.begin('principal components');
  const path = await principalComponents(projections.theta, eigenvalues, problem, seed, report);
  const walked = await randomWalk(settings, eigenvalues, noise.variance, seed, report);
  const walk = await principalComponents(walked, eigenvalues, problem, seed, report);

  const direct =
    experiment.model.name === 'none'
      ? UNKNOWN_LIFT
      : await directLossFluctuation(context, bench, mean, eigenvectors, projections.theta);
  const visibility = readVisibility(directory);
  const held = describeSpectrum(spectrum, problem.size, sgd.weightDecay, visibility?.trace ?? null);
  const noiseSummary = summariseNoise(noise, comparedDirections(table, crossover), visibility);
  const findings: Findings = {
    sampler: sgd.sampler,
    ranges: summariseRanges(table, estimators, crossover),
    table,
    crossover,
    polish: readPolishReport(directory),
    spectrum: spectrum.report,
    residualOverGap: spectrum.residualOverGap,
    floor:
      precision === 'float32'
        ? measureRoundingFloor(mean.theta, eigenvectors, table.velocity_variance, table.noise_variance)
        : null,
    backEnds: context.backEnds,
    imported: experiment.import !== null,
    multiplicativeShare: noiseSummary.multiplicativeShare,
    dataWarnings: dataset.warnings,
    visibility,
    quadraticity: summariseQuadraticity(felt.alongWindow, eigenvalues, crossover),
    curvatures: curvatures.summary,
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
    lossFluctuation: summariseLoss(quadraticLossFluctuation(table, settings, sgd.weightDecay), direct),
    spectrum: held.summary,
    noise: noiseSummary,
    quadraticity: findings.quadraticity,
    curvatures: findings.curvatures,
    components: summariseComponents(path, walk),
    warnings: warnings(findings),
    verdicts: verdicts(findings),
  };
  const file = (name: (typeof RUN_FILES)[keyof typeof RUN_FILES]) => runPath(directory, name);
  writeCsv(file(RUN_FILES.directions), Object.fromEntries(DIRECTION_COLUMNS.map((name) => [name, table[name]])));
  writeCsv(file(RUN_FILES.estimators), Object.fromEntries(ESTIMATOR_COLUMNS.map((name) => [name, estimators[name]])));
  writeCsv(
    file(RUN_FILES.curvatures),
    Object.fromEntries(CURVATURE_COLUMNS.map((name) => [name, curvatures.table[name]])),
  );
  writeCsv(file(RUN_FILES.positions), { ...positions });
  writeCsv(file(RUN_FILES.components), {
    rank: Array.from(path.variance, (_, i) => i + 1),
    variance: path.variance,
    share: path.share,
    curvature: path.curvature,
    random_walk_variance: walk.variance,
    random_walk_share: walk.share,
    random_walk_curvature: walk.curvature,
  });
  const { nodes, counts } = held.rest ?? { nodes: [], counts: [] };
  writeCsv(file(RUN_FILES.density), { eigenvalue: nodes, directions: counts });
  writeJson(file(RUN_FILES.summary), summary);
}

function summariseLoss(
  sums: ReturnType<typeof quadraticLossFluctuation>,
  { all, subspace }: DirectLossFluctuation,
): LossFluctuation {
  const constant = sums.constantVariance;
  return {
    ...sums,
    direct: finite(all.value),
    directLow: finite(all.low),
    directHigh: finite(all.high),
    subspace: finite(subspace.value),
    subspaceLow: finite(subspace.low),
    subspaceHigh: finite(subspace.high),
    overstatement:
      constant === null || !(subspace.value > 0)
        ? null
        : {
            value: constant / subspace.value,
            low: finite(constant / subspace.high),
            // A lift that may be nothing may be overstated without bound.
            high: subspace.low > 0 ? constant / subspace.low : null,
          },
  };
}

function summariseNoise(
  { multiplicative, variance, report: { relations } }: NoiseResults,
  compared: readonly number[],
  visibility: Visibility | null,
): NoiseSummary {
  return {
    commutator: finite(relations.commutator),
    commutatorFloor: finite(relations.commutatorFloor),
    correlation: finite(relations.correlation),
    correlationFloor: finite(relations.correlationFloor),
    multiplicativeShare: finite(median(compared.map((i) => multiplicative.variance[i] / variance[i]))),
    expectedShare: visibility && finite(visibility.contamination),
    trace: visibility && finite(visibility.trace.value),
    traceLow: visibility && finite(visibility.trace.low),
    traceHigh: visibility && finite(visibility.trace.high),
    samplesForClearView: visibility && finite(visibility.samplesForClearView),
  };
}

function summariseComponents(path: Components, walk: Components): ComponentsSummary {
  const { exponent, firstRank } = componentExponent(path);
  return {
    path: exponent,
    randomWalk: componentExponent(walk).exponent,
    firstRank,
    lastRank: path.variance.length,
    firstShare: path.share[0],
    firstShareRandomWalk: walk.share[0],
  };
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
