// @ts-check
/**
 * Benchmarks against peers: `npm run bench` (all) or `npm run bench -- hvp step`. Each case gives the same work to this
 * program and to its peers in processes of their own, takes turns between them in one run, checks that all got the same
 * numbers, and says how many times longer each peer took, with the spread over the rounds. Results are kept if nothing
 * about them is unusual or `--keep` asks for it, and then drawn; `npm run bench -- chart` draws those that are there.
 * `--backend webgpu` measures a device instead: other cases, whose results are not drawn.
 */
import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../dist/errors.js';
import { deviceIn, fileNameOf } from './backend.mjs';
import { hvpCases } from './cases/hvp.mjs';
import { lanczosCase } from './cases/lanczos.mjs';
import { eigenpairsOnDevice, gradientOnDevice, productOnDevice, projectOnDevice } from './cases/on-device.mjs';
import { pageCase } from './cases/page.mjs';
import { projectCase } from './cases/project.mjs';
import { quickstartCase } from './cases/quickstart.mjs';
import { spectrumCase } from './cases/spectrum.mjs';
import { stepCases } from './cases/step.mjs';
import { theoryCase } from './cases/theory.mjs';
import { drawChart } from './chart.mjs';
import { here, removeFolder, temporaryFolder } from './files.mjs';
import { machine } from './machine.mjs';
import { readOptions } from './options.mjs';
import { killAll, outputOf } from './processes.mjs';
import { findPython } from './python.mjs';
import { withoutWrong } from './sound.mjs';

/** What a case is measured by, and whether it has peers. */
const CASES = {
  hvp: { measure: hvpCases, peers: true },
  step: { measure: stepCases, peers: true },
  lanczos: { measure: lanczosCase, peers: true },
  project: { measure: projectCase, peers: true },
  spectrum: { measure: spectrumCase, peers: false },
  quickstart: { measure: quickstartCase, peers: false },
  theory: { measure: theoryCase, peers: false },
  page: { measure: pageCase, peers: false },
};
/** The same where `--backend` asks for a device. */
const ON_DEVICE = {
  gradient: { measure: gradientOnDevice, peers: true },
  hvp: { measure: productOnDevice, peers: true },
  lanczos: { measure: eigenpairsOnDevice, peers: true },
  project: { measure: projectOnDevice, peers: true },
};
const ROOT = here('../');
const RESULTS = here('results/');
const CHART = here('../docs/images/benchmarks.png');

/** The user wants no more. */
class Interrupted extends UserError {
  exitCode = 130;
}

/** @type {Promise<never>} */
const interrupt = new Promise((_, reject) => {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'])
    process.on(signal, () => reject(new Interrupted('interrupted; nothing of the case that was running is kept')));
});
try {
  await Promise.race([main(), interrupt]);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = error.exitCode;
} finally {
  killAll();
}
// What an interrupt left unfinished would go on otherwise.
process.exit();

async function main() {
  const options = readOptions(process.argv.slice(2), Object.keys(CASES), Object.keys(ON_DEVICE));
  const { backend } = options;
  const device = backend === null ? null : await deviceOf(backend);
  const cases = /** @type {Record<string, { measure: Function, peers: boolean }>} */ (
    backend === null ? CASES : ON_DEVICE
  );
  const chosen = Object.entries(cases).filter(([name]) => options.chosen.includes(name));
  const python = chosen.some(([, { peers }]) => peers) ? await findPython() : null;
  let isDrawn = chosen.length === 0;
  for (const [name, { measure, peers }] of chosen) {
    const folder = temporaryFolder();
    const { sound, faults, failures } = withoutWrong(await measure(python, { ...options, folder }));
    removeFolder(folder);
    for (const fault of faults) process.stderr.write(`bench: ${fault}: its result is not kept\n`);
    for (const failure of failures) process.stderr.write(`bench: ${failure}\n`);
    if (faults.length + failures.length > 0) process.exitCode = 1;
    const unusual = whatIsUnusual(options, device, peers && python === null);
    if (!sound) say('not kept: this program failed, its numbers are wrong, or no peer has the same');
    else if (unusual && !options.keep) say(`not kept, for ${unusual}; --keep would`);
    else {
      say(`kept in ${path.relative(ROOT, keep(name, sound, options, device))}`);
      isDrawn = backend === null;
    }
  }
  if (!isDrawn) return;
  drawChart(RESULTS, CHART);
  say(`${path.relative(ROOT, CHART)} is drawn`);
}

/** On what a back end computes. @param {string} backend */
async function deviceOf(backend) {
  const script = here('work/back-end.mjs');
  const device = deviceIn(
    JSON.parse(await outputOf(`--backend ${backend}`, process.execPath, [script, backend])).version,
  );
  process.stdout.write(`\nback end ${backend} computes on ${device.name}\n`);
  if (device.software) say('no card: what follows shows that all of it runs, and is no measure of any device');
  return device;
}

/**
 * Why results are not those of README.
 *
 * @param {import('./options.mjs').Options} options
 * @param {import('./backend.mjs').Device | null} device
 * @param {boolean} isAlone
 */
function whatIsUnusual({ rounds, images, eigenpairs }, device, isAlone) {
  if (device?.software) return 'there is no card';
  if (rounds !== null) return 'the number of rounds was chosen';
  if ((images ?? eigenpairs) !== null) return 'the size was chosen';
  return isAlone ? 'there were no peers' : null;
}

/**
 * Results of a device have files of their own.
 *
 * @param {string} name
 * @param {object[]} results
 * @param {import('./options.mjs').Options} options
 * @param {import('./backend.mjs').Device | null} device
 */
function keep(name, results, { backend }, device) {
  const file = path.join(RESULTS, `${[name, ...(device ? [backend, fileNameOf(device)] : [])].join('-')}.json`);
  const date = new Date().toISOString().slice(0, 10);
  const content = { case: name, date, machine: machine(), ...(device && { backend, device }), results };
  fs.mkdirSync(RESULTS, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

/** @param {string} sentence */
function say(sentence) {
  process.stdout.write(`  ${sentence}\n`);
}
