/** Collects a sweep: from what its finished points have left, its tables, fits, figures and page. Nothing is computed anew. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { renderPdf } from '../../../report/pdf.ts';
import { renderPng } from '../../../report/png.ts';
import type { Collected, CollectedPoint } from '../../../report/sweep/collected.ts';
import type { SweepReportInput } from '../../../report/sweep/input.ts';
import { renderSweepPage } from '../../../report/sweep/page.ts';
import { sweepFigures } from '../../../report/sweep/sweep-figures.ts';
import type { SummaryWarning } from '../../../report/summary.ts';
import { attempt, writeFileAtomic } from '../../../store/atomic.ts';
import { writeJson } from '../../../store/json.ts';
import { silent, type Report } from '../../../progress.ts';
import { stageAt } from '../../stages.ts';
import type { Sweep } from '../load.ts';
import { measuredScale } from './crossover.ts';
import { curveCache, type ExactCurve } from './exact-curve.ts';
import { compareGeneralisation } from './generalisation.ts';
import { measuredPlateau } from './plateau.ts';
import { type ComparedRun, type ReadPoint, readPoint } from './points.ts';
import { samplerRatios } from './samplers.ts';
import { findingsOf, isBalanced, replicasOf, settingSummary } from './settings.ts';
import { type RunFits, writeDirectionTable, writePointTable } from './tables.ts';
import { headlineOf, lackOfSeeds, leftOutInWords, STUDENT } from './words.ts';

/** Names of what is collected, in a sweep's folder; the tables': `SWEEP_TABLES`. */
export const COLLECTED_FILES = { results: 'collected.json', figures: 'figures', page: 'report.html' } as const;

/** What is known of a sweep as a whole. */
type SweepHead = Omit<Sweep, 'points'>;

type CurveOf = (window: ComparedRun['window']) => ExactCurve;

/**
 * Writes sweep.csv, sweep-directions.csv, collected.json, figures/ and report.html into a sweep's folder, from the run
 * directories in its points/. Points that are not done are left out of all numbers and named; those whose files are damaged
 * or out of date likewise. The same points give the same bytes, seconds and memory in sweep.csv apart.
 *
 * @param folder absolute path
 * @throws StorageError where something cannot be written
 */
export async function collectSweep(folder: string, sweep: Sweep, report: Report = silent): Promise<Collected> {
  const { points, ...head } = sweep;
  const read: ReadPoint[] = [];
  for (const point of points) {
    read.push(readPoint(folder, point, head));
    await report(read.length, points.length + 1);
  }
  const collected = writeCollected(folder, head, read);
  await report(points.length + 1, points.length + 1);
  return collected;
}

/** The same for points that have been read. */
export function writeCollected(folder: string, head: SweepHead, points: readonly ReadPoint[]): Collected {
  const runs = points.flatMap(({ run }) => run ?? []);
  const curveOf = curveCache();
  const collected = summarise(head, points, runs, curveOf);
  const input = reportInput(collected, runs, curveOf);
  const figures = sweepFigures(input);
  writePointTable(folder, points, head.axes, new Map(runs.map((run) => [run.name, fitsOf(run, curveOf)])));
  writeDirectionTable(folder, runs);
  writeJson(join(folder, COLLECTED_FILES.results), collected);
  removeOthers(join(folder, COLLECTED_FILES.figures), new Set(figures.map(({ name }) => name)));
  for (const { name, figure } of figures) {
    const path = join(folder, COLLECTED_FILES.figures, name);
    writeFileAtomic(`${path}.png`, renderPng(figure));
    writeFileAtomic(`${path}.pdf`, renderPdf(figure));
  }
  writeFileAtomic(join(folder, COLLECTED_FILES.page), renderSweepPage(input, figures));
  return collected;
}

/** Pictures of an earlier time that are none of these would be taken for some of the sweep. */
function removeOthers(folder: string, names: ReadonlySet<string>): void {
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder)) {
    const [, name] = /^(.*)\.(?:png|pdf)$/.exec(file) ?? [];
    if (name !== undefined && !names.has(name)) attempt(folder, () => rmSync(join(folder, file)));
  }
}

/** What the points add up to; pure. */
export function summarise(
  { name, title, until, axes }: SweepHead,
  points: readonly ReadPoint[],
  runs: readonly ComparedRun[],
  curveOf: CurveOf,
): Collected {
  const settings = replicasOf(runs).map((replicas) => settingSummary(replicas, curveOf));
  const all = runs.length === 0 ? null : findingsOf(runs, curveOf);
  const lack = lackOfSeeds(settings, isBalanced(runs));
  const leftOut = leftOutInWords(runs);
  const generalisation = compareGeneralisation(points.flatMap(({ network }) => network ?? []));
  return {
    schemaVersion: 1,
    name,
    title,
    until,
    axes,
    points: points.map((point): CollectedPoint => {
      const setting = settings.findIndex((one) => one.points.includes(point.name));
      return {
        name: point.name,
        state: point.state,
        reason: point.reason,
        setting: setting < 0 ? null : setting,
        page: point.page,
        log: point.log,
      };
    }),
    settings,
    all,
    samplers: samplerRatios(runs),
    generalisation,
    headline: all && headlineOf(all, runs),
    verdicts: [
      ...(all ? [...all.verdicts, ...leftOut, ...(lack === null ? [STUDENT] : [])] : [nothingCompared(until)]),
      ...(generalisation?.verdicts ?? []),
    ],
    warnings: warningsOf(points, lack),
  };
}

const nothingCompared = (until: SweepHead['until']): string =>
  stageAt(until) < stageAt('compare')
    ? `Every point ends with stage ${until}: nothing is held against theory.`
    : 'No point is done: nothing is held against theory.';

function warningsOf(points: readonly ReadPoint[], lack: string | null): SummaryWarning[] {
  const list: SummaryWarning[] = [];
  const open = points.filter(({ state }) => state !== 'done');
  if (open.length > 0)
    list.push({
      code: 'points-missing',
      text: `${open.length} of ${points.length} points ${open.length === 1 ? 'is' : 'are'} not done and left out of every number: ${open.map(({ name, state }) => `${name} (${state})`).join(', ')}.`,
    });
  if (lack !== null) list.push({ code: 'few-seeds', text: lack });
  return list;
}

function fitsOf(run: ComparedRun, curveOf: CurveOf): RunFits {
  return {
    scale: measuredScale([run], curveOf, 'sampler'),
    scaleTwoComponent: measuredScale([run], curveOf, 'two-component'),
    plateau: measuredPlateau([run]),
  };
}

/** What figures and page are drawn from; pure. */
export function reportInput(collected: Collected, runs: readonly ComparedRun[], curveOf: CurveOf): SweepReportInput {
  return {
    collected,
    runs: runs.map((run) => reportRun(run, collected)),
    curves: curvesFor(collected, runs, curveOf),
  };
}

/** The columns of a run that figures show: of directions that are compared. */
function reportRun({ name, seed, measures }: ComparedRun, { settings }: Collected): SweepReportInput['runs'][number] {
  const of = (column: Float64Array) => measures.compared.map((i) => column[i]);
  return {
    seed,
    setting: settings.findIndex(({ points }) => points.includes(name)),
    x: of(measures.x),
    ratio: of(measures.ratio),
    ratioTwo: of(measures.ratioTwo),
    dof: of(measures.dof),
    dofTwo: of(measures.dofTwo),
    toWhite: of(measures.toWhite),
    twoToWhite: of(measures.twoToWhite),
  };
}

/** The exact curve of each setting, as far as its directions reach. */
function curvesFor(
  { settings }: Collected,
  runs: readonly ComparedRun[],
  curveOf: CurveOf,
): SweepReportInput['curves'] {
  return settings.map(({ points, batchesPerEpoch, learningRate, momentum }) => {
    const own = runs.filter(({ name }) => points.includes(name));
    const seen = own.flatMap(({ measures }) => measures.compared.map((i) => measures.eigenvalue[i]));
    const [low, high] = seen.reduce(
      ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
      [Infinity, 0],
    );
    const { eigenvalues, values } = curveOf(own[0].window);
    const shown = eigenvalues.map((_, i) => i).filter((i) => eigenvalues[i] >= low && eigenvalues[i] <= high);
    const toX = (batchesPerEpoch * learningRate) / (1 - momentum);
    return { x: shown.map((i) => eigenvalues[i] * toX), y: shown.map((i) => values[i]) };
  });
}
