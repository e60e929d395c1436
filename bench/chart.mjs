// @ts-check
/** The last results as one picture: how many times as long as this program each peer takes, case by case. */
import fs from 'node:fs';
import path from 'node:path';
import { renderConfiguration } from '../dist/report/png.js';
import { cssFont, font, fontSize, light, size } from '../dist/report/theme.js';

const { ink, roles } = light;

/** Pixels a bar and its surroundings take, and everything else. */
const ROW = 22;
const AROUND = 150;
/** The axis begins here at the least; whiskers that go on have no end. */
const LEAST = 0.25;
/** What the title of each case becomes; cases without peers are not drawn. */
const NAMES = /** @type {const} */ ({
  hvp: ['Hessian product, LeNet, 1,000 images'],
  lanczos: ['100 eigenpairs of LeNet, 5,000 images'],
  step: ['SGD update, LeNet, batch 50, recorded', 'SGD update, tanh network, batch 500, recorded'],
  project: ['Projections on 1,000 directions, from disk'],
});

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {{ median: number, low: number, high: number }} timesLonger
 */

/** @param {string} results folder of the JSON files @param {string} picture */
export function drawChart(results, picture) {
  /** @type {{ label: string, heading: boolean, entry: Entry | null }[]} */
  const rows = [];
  /** @type {Set<string>} */
  const machines = new Set();
  for (const [name, titles] of Object.entries(NAMES)) {
    const file = path.join(results, `${name}.json`);
    if (!fs.existsSync(file)) continue;
    const content = JSON.parse(fs.readFileSync(file, 'utf8'));
    machines.add(`${content.machine.cpu}, ${content.machine.cores} cores, ${content.date}`);
    content.results.forEach((/** @type {{ contestants: Entry[] }} */ { contestants }, /** @type {number} */ index) => {
      const peers = contestants.slice(1).filter(({ name: peer }) => !peer.startsWith('its '));
      if (peers.length === 0) return;
      rows.push({ label: titles[index], heading: true, entry: null });
      for (const entry of peers.toSorted((a, b) => a.timesLonger.median - b.timesLonger.median))
        rows.push({ label: entry.name, heading: false, entry });
    });
  }
  if (rows.length === 0) return;
  fs.mkdirSync(path.dirname(picture), { recursive: true });
  fs.writeFileSync(
    picture,
    renderConfiguration(/** @type {any} */ (configuration(rows, [...machines])), AROUND + ROW * rows.length),
  );
}

/** @param {{ label: string, heading: boolean, entry: Entry | null }[]} rows @param {string[]} machines */
function configuration(rows, machines) {
  const ratios = rows.flatMap(({ entry }) => (entry ? [entry.timesLonger.low, entry.timesLonger.high] : []));
  const smallest = Math.max(LEAST, Math.min(0.5, ...ratios.map((ratio) => ratio / 1.15)));
  // Room for the digits behind the longest bar.
  const largest = Math.max(2, ...ratios) * 1.8;
  // On a logarithmic axis bars begin at 1: to the right of it this program is faster.
  const colourOf = (/** @type {Entry | null} */ entry) =>
    `rgb(${(entry && entry.timesLonger.median < 1 ? roles['sampler-theory'] : roles.measured).join(', ')})`;
  return {
    type: 'bar',
    data: {
      labels: rows.map(({ label }) => label),
      datasets: [
        {
          data: rows.map(({ entry }) => (entry ? [1, entry.timesLonger.median] : null)),
          backgroundColor: rows.map(({ entry }) => colourOf(entry)),
          barPercentage: 0.72,
          categoryPercentage: 1,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      devicePixelRatio: size.pixelRatio,
      responsive: false,
      animation: false,
      events: [],
      layout: { padding: { left: 12, right: 18, top: 8, bottom: 8 } },
      scales: {
        x: {
          type: 'logarithmic',
          min: smallest,
          max: largest,
          title: {
            display: true,
            text: 'time relative to epochnoise (1 = equally fast)',
            color: ink.text,
            font: font(fontSize.axis),
          },
          grid: { color: (/** @type {any} */ { tick }) => (tick?.value === 1 ? ink.marker : ink.grid) },
          ticks: {
            color: ink.text,
            font: font(fontSize.tick),
            autoSkip: false,
            callback: (/** @type {number} */ value) => `${value}×`,
          },
          afterBuildTicks: (/** @type {any} */ axis) => {
            axis.ticks = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100]
              .filter((value) => value >= smallest && value <= largest)
              .map((value) => ({ value }));
          },
        },
        y: {
          grid: { display: false },
          ticks: {
            autoSkip: false,
            color: ink.text,
            font: (/** @type {any} */ { index }) => font(fontSize.tick, rows[index]?.heading ? 'bold' : 'normal'),
          },
        },
      },
      plugins: {
        title: {
          display: true,
          align: 'start',
          text: 'How much longer the same work takes elsewhere',
          color: ink.text,
          font: font(fontSize.title, 'bold'),
          padding: { top: 4, bottom: 4 },
        },
        subtitle: {
          display: true,
          align: 'start',
          text: [...machines, 'medians over rounds in turn; whiskers: smallest and largest'],
          color: ink.quietText,
          font: font(fontSize.subtitle),
          padding: { top: 0, bottom: 10 },
        },
        legend: { display: false },
        tooltip: { enabled: false },
      },
    },
    plugins: [whiskers(rows)],
  };
}

/** The spread over the rounds, and the ratio in digits behind it. @param {{ entry: Entry | null }[]} rows */
function whiskers(rows) {
  return {
    id: 'whiskers',
    /** @param {any} chart */
    afterDatasetsDraw({ ctx, scales, chartArea }) {
      ctx.save();
      ctx.strokeStyle = ink.text;
      ctx.fillStyle = ink.text;
      ctx.font = cssFont(fontSize.tick);
      ctx.textBaseline = 'middle';
      for (const [row, { entry }] of rows.entries()) {
        if (!entry) continue;
        const y = scales.y.getPixelForValue(row);
        const { median, low, high } = entry.timesLonger;
        const [from, to] = [low, high].map((value) => scales.x.getPixelForValue(Math.max(value, LEAST)));
        for (const [x1, y1, x2, y2] of [
          [from, y, to, y],
          ...(low < LEAST ? [] : [[from, y - 3, from, y + 3]]),
          [to, y - 3, to, y + 3],
        ]) {
          ctx.beginPath();
          ctx.moveTo(x1, y1);
          ctx.lineTo(x2, y2);
          ctx.stroke();
        }
        const behind = Math.max(to, scales.x.getPixelForValue(Math.max(1, median))) + 6;
        ctx.fillText(
          `${median < 10 ? median.toPrecision(2) : median.toFixed(0)}×`,
          Math.min(behind, chartArea.right - 30),
          y,
        );
      }
      ctx.restore();
    },
  };
}
