// @ts-check
/**
 * Tables of the results that are kept, as Markdown, from their files alone. `node scripts/reference-tables.mjs` puts them into the
 * pages that ask for them; a test holds the pages against the results.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../results/reference/', import.meta.url));
/** Pages with tables. */
export const PAGES = [fileURLToPath(new URL('../docs/concepts/paper.md', import.meta.url))];

/** @param {string} run @param {string} file @returns {any} */
const json = (run, file) => JSON.parse(fs.readFileSync(path.join(FOLDER, run, file), 'utf8'));

/** @param {number | null | undefined} value @param {number} [digits] */
const fixed = (value, digits = 3) =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : '–';
/** @param {number | null | undefined} value @param {number} [digits] */
const short = (value, digits = 3) => (typeof value === 'number' ? String(Number(value.toPrecision(digits))) : '–');
/** @param {number | null} share */
const percent = (share) => (share === null ? '–' : `${Math.round(100 * share)} %`);

/** @param {{ value: number, low: number, high: number } | null | undefined} estimate */
const interval = (estimate) =>
  estimate ? `${fixed(estimate.value, 2)} (${fixed(estimate.low, 2)} … ${fixed(estimate.high, 2)})` : '–';

/** @param {readonly string[]} header @param {readonly (readonly string[])[]} rows */
function table(header, rows) {
  const widths = header.map((cell, i) => Math.max(3, cell.length, ...rows.map((row) => row[i].length)));
  /** @param {readonly string[]} row */
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(header), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** @param {{ low: number, high: number | null }} range */
const rangeName = ({ low, high }) =>
  high === null ? `above ${low}` : low === 0 ? `up to ${high}` : `${low} … ${high}`;

/** @param {string} run the last line that knows each column @returns {{ loss: string, accuracy: string }} */
function trained(run) {
  const [header, ...lines] = fs
    .readFileSync(path.join(FOLDER, run, 'window.csv'), 'utf8')
    .trim()
    .split('\n');
  const names = header.split(',');
  /** @param {string} name */
  const last = (name) =>
    lines
      .map((line) => line.split(',')[names.indexOf(name)])
      .filter((cell) => cell !== '')
      .at(-1);
  return { loss: fixed(Number(last('train_loss'))), accuracy: fixed(Number(last('train_accuracy'))) };
}

/** What was run. @param {readonly string[]} runs */
export function settingsTable(runs) {
  const header = [
    'run',
    'd',
    'k',
    'N',
    'S',
    'η',
    'λ×',
    'rank of λ×',
    'loss',
    'accuracy',
    'Tr H',
    'computed',
    'm',
    'C_mult/C',
  ];
  const rows = runs.map((run) => {
    const { summary, experiment } = { summary: json(run, 'summary.json'), experiment: json(run, 'experiment.json') };
    const above = summary.ranges.filter((/** @type {any} */ { low }) => low >= 1);
    const { loss, accuracy } = trained(run);
    return [
      `\`${run}\``,
      short(summary.spectrum.parameters, 6),
      short(summary.spectrum.computed, 6),
      short(summary.samples, 6),
      short(experiment.sgd.batchSize),
      short(summary.learningRate),
      short(summary.crossoverEigenvalue),
      String(above.reduce((/** @type {number} */ sum, /** @type {any} */ { directions }) => sum + directions, 0)),
      loss,
      accuracy,
      `${short(summary.noise.trace)} ± ${short((summary.noise.traceHigh - summary.noise.traceLow) / 2, 2)}`,
      percent(summary.spectrum.share),
      short(summary.noise.expectedShare, 2),
      short(summary.noise.multiplicativeShare, 2),
    ];
  });
  return table(header, rows);
}

/** Measured over predicted, range by range. @param {readonly string[]} runs */
export function rangesTable(runs) {
  const header = [
    'run',
    'λ/λ×',
    'directions',
    '/ epoch theory',
    '/ two components',
    'within epochs / two comp.',
    '/ white theory',
    'velocity / epoch theory',
    'inside 95 % (two comp.)',
  ];
  const rows = runs.flatMap((run) =>
    json(run, 'summary.json')
      .ranges.toReversed()
      .filter((/** @type {any} */ { directions }) => directions > 0)
      .map((/** @type {any} */ range) => [
        `\`${run}\``,
        rangeName(range),
        String(range.directions),
        `${fixed(range.ratioSampler)} ± ${fixed(range.ratioSampler * range.pooledError)}`,
        fixed(range.ratioTwoComponent),
        fixed(range.withinEpochs.ratioTwoComponent ?? range.withinEpochs.ratioSampler),
        fixed(range.ratioWhite),
        fixed(range.velocityRatioSampler),
        percent(range.coverageTwoComponent ?? range.coverage),
      ]),
  );
  return table(header, rows);
}

/** Measured over predicted with the three curvatures. @param {readonly string[]} runs */
export function curvaturesTable(runs) {
  const header = ['run', 'λ/λ×', 'path / λ', '±σ / λ', 'measured / predicted with λ', 'with the path’s', 'with ±σ'];
  const rows = runs.flatMap((run) =>
    json(run, 'summary.json')
      .curvatures.ranges.toReversed()
      .filter((/** @type {any} */ { directions }) => directions > 0)
      .map((/** @type {any} */ range) => [
        `\`${run}\``,
        rangeName(range),
        interval(range.trajectory.overEigenvalue),
        interval(range.finiteStep.overEigenvalue),
        fixed(range.eigenvalue.ratio),
        fixed(range.trajectory.ratio),
        fixed(range.finiteStep.ratio),
      ]),
  );
  return table(header, rows);
}

/** Controls from the same minimum: each against its own prediction. @param {readonly string[]} runs */
export function controlsTable(runs) {
  const header = [
    'run',
    'control',
    'λ/λ×',
    'directions',
    '/ own theory',
    'inside 95 %',
    '/ own theory with the path’s curvature',
  ];
  const rows = runs.flatMap((run) =>
    json(run, 'controls.json')
      .controls.filter((/** @type {any} */ { folder }) => folder !== '.')
      .flatMap((/** @type {any} */ { name, ranges }) =>
        ranges
          .toReversed()
          .filter((/** @type {any} */ { directions }) => directions > 0)
          .map((/** @type {any} */ range) => [
            `\`${run}\``,
            name,
            rangeName(range),
            String(range.directions),
            fixed(range.ratioTwoComponent ?? range.ratioSampler),
            percent(range.coverageTwoComponent ?? range.coverage),
            fixed(range.ratioFelt),
          ]),
      ),
  );
  return table(header, rows);
}

/** @param {string} run @param {string} file @returns {Record<string, string>[]} */
function csv(run, file) {
  const [header, ...lines] = fs
    .readFileSync(path.join(FOLDER, run, file), 'utf8')
    .trim()
    .split('\n');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

/** Parts of the range around the crossover, in units of it. */
const BINS = [
  [1, 3],
  [0.3, 1],
  [0.1, 0.3],
];

/** @param {readonly Record<string, string>[]} rows @param {(row: Record<string, string>) => number} value */
const geometric = (rows, value) => Math.exp(rows.reduce((sum, row) => sum + Math.log(value(row)), 0) / rows.length);

/** Directions of a shuffled run and of its independent control, by parts of the range that both have. @param {string} run */
function aroundCrossover(run) {
  const { crossoverEigenvalue, sampler } = json(run, 'summary.json');
  if (sampler !== 'reshuffle') return [];
  const both = ['directions.csv', 'controls/with-replacement/directions.csv'].map((file) => csv(run, file));
  return BINS.map(([low, high]) => {
    const [shuffled, independent] = both.map((rows) =>
      rows.filter((row) => {
        const x = Number(row.eigenvalue) / crossoverEigenvalue;
        return x > low && x <= high;
      }),
    );
    return { range: `${low} … ${high}`, shuffled, independent };
  }).filter(({ shuffled, independent }) => shuffled.length > 0 && independent.length > 0);
}

/** The best theory there is for a direction. @param {Record<string, string>} row */
const predicted = (row) => Number(row.theta_variance_two_component || row.theta_variance_sampler);

/**
 * How much less the weights fluctuate than with independent batches: both were measured, and what theory says of both. Geometric
 * means over the directions that each run has in a range: their order differs a little, that of the means hardly.
 *
 * @param {readonly string[]} runs
 */
export function reductionTable(runs) {
  const header = ['run', 'λ/λ×', 'directions', 'shuffled / independent, measured', 'predicted'];
  const rows = runs.flatMap((run) => {
    /** @param {Record<string, string>} row */
    const measured = (row) => Number(row.theta_variance);
    return aroundCrossover(run).map(({ range, shuffled, independent }) => [
      `\`${run}\``,
      range,
      String(shuffled.length),
      fixed(geometric(shuffled, measured) / geometric(independent, measured)),
      fixed(geometric(shuffled, predicted) / geometric(independent, predicted)),
    ]);
  });
  return table(header, rows);
}

/** The noise against the Hessian. @param {readonly string[]} runs */
export function noiseTable(runs) {
  const header = [
    'run',
    'exponent γ of C ∝ (λ−μ)^γ',
    '‖[C, H]‖',
    'by sampling alone',
    'correlation of two directions',
    'by sampling alone',
  ];
  const rows = runs.map((run) => {
    const { slopes, noise } = json(run, 'summary.json');
    return [
      `\`${run}\``,
      interval(slopes.noiseExponent),
      short(noise.commutator, 2),
      short(noise.commutatorFloor, 2),
      short(noise.correlation, 2),
      short(noise.correlationFloor, 2),
    ];
  });
  return table(header, rows);
}

/** Exponents of the weight variance over the eigenvalue, measured and by exact theory. @param {readonly string[]} runs */
export function slopesTable(runs) {
  const header = ['run', 'above 2 λ×', 'exact theory', 'below λ×/3', 'exact theory'];
  const rows = runs.map((run) => {
    const { stiff, suppressed } = json(run, 'summary.json').slopes;
    return [
      `\`${run}\``,
      interval(stiff),
      fixed(stiff?.predicted, 2),
      interval(suppressed),
      fixed(suppressed?.predicted, 2),
    ];
  });
  return table(header, rows);
}

/**
 * Velocities and correlation times beside those of independent batches: geometric means over the directions of a range.
 *
 * @param {readonly string[]} runs
 */
export function velocityTable(runs) {
  const header = [
    'run',
    'λ/λ×',
    'σ²_v shuffled / independent, measured',
    'predicted',
    'τ measured',
    'exact',
    'independent batches, exact',
    '(1+β)/(ηλ)',
  ];
  const rows = runs.flatMap((run) => {
    const { learningRate, momentum } = json(run, 'summary.json');
    /** @param {string} name @param {string} [instead] */
    const column =
      (name, instead = '') =>
      (/** @type {Record<string, string>} */ row) =>
        Number(row[name] || row[instead]);
    const velocity = column('velocity_variance_two_component', 'velocity_variance_sampler');
    return aroundCrossover(run).map(({ range, shuffled, independent }) => [
      `\`${run}\``,
      range,
      fixed(geometric(shuffled, column('velocity_variance')) / geometric(independent, column('velocity_variance'))),
      fixed(geometric(shuffled, velocity) / geometric(independent, velocity)),
      short(geometric(shuffled, column('correlation_time'))),
      short(geometric(shuffled, column('correlation_time_two_component', 'correlation_time_sampler'))),
      short(geometric(shuffled, column('correlation_time_white'))),
      short(geometric(shuffled, (row) => (1 + momentum) / (learningRate * Number(row.eigenvalue)))),
    ]);
  });
  return table(header, rows);
}

/** @type {Record<string, (runs: readonly string[]) => string>} */
const TABLES = {
  settings: settingsTable,
  ranges: rangesTable,
  reduction: reductionTable,
  curvatures: curvaturesTable,
  controls: controlsTable,
  noise: noiseTable,
  slopes: slopesTable,
  velocity: velocityTable,
};
const MARKED = /(<!-- table: (\w+) ([\w ,-]+) -->\n)(?:\n\|[^]*?\n(?=\n))?/g;

/** A page with the tables that it asks for by `<!-- table: ranges run1, run2 -->`. @param {string} page */
export function withTables(page) {
  return page.replace(MARKED, (_, marker, name, runs) => `${marker}\n${TABLES[name](runs.split(', '))}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const page of PAGES) fs.writeFileSync(page, withTables(fs.readFileSync(page, 'utf8')));
