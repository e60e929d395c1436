// @ts-check
/**
 * The 100 leading eigenpairs of LeNet's Hessian on 5,000 images, at a residual of 1e-5 of the largest eigenvalue. Each
 * contestant does the whole work in a fresh process, one after another, round by round. A peer more than twice as slow as
 * the fastest peer is believed after one round.
 */
import path from 'node:path';
import { RunError } from '../../dist/errors.js';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { outputOf } from '../processes.mjs';
import { spread, timesAsLong } from '../spread.mjs';

const SAMPLES = 5000;
const PAIRS = 100;
const TOLERANCE = 1e-5;
/** Eigenvalues are the same if they differ by less than this many times the tolerance. */
const AGREEMENT = 2;
/** Residuals this much above the tolerance are still "at the tolerance". */
const LENIENCE = 1.1;
const SLOW = 2;
/** Power iteration is measured on few pairs, the easiest ones. */
const POWER_PAIRS = 2;

/** @param {string | null} python @param {{ rounds: number | null, folder: string }} options */
export async function lanczosCase(python, { rounds, folder }) {
  const file = path.join(folder, 'work.safetensors');
  const training = [here('work/train-lenet.mjs'), file, String(SAMPLES)];
  const { source, loss } = JSON.parse(await outputOf('training', process.execPath, training, folder));
  const title = `${PAIRS} leading eigenpairs of LeNet's Hessian, ${SAMPLES} images (${source}; training loss ${loss.toFixed(2)}), residuals within ${TOLERANCE} of the largest eigenvalue`;
  process.stdout.write(`\n${title}\n`);

  const racers = [racer('epochnoise, Lanczos', process.execPath, ['lanczos.mjs', file, PAIRS, TOLERANCE])];
  const [ours] = racers;
  await run(ours, folder, '0.safetensors');
  const { largest, smallest, iterations } = ours.told;
  // SciPy's tolerance is relative to each eigenvalue: this one asks for the same residual of the last pair.
  const relative = (TOLERANCE * largest) / smallest;
  const peer = (/** @type {string} */ name, /** @type {string} */ way, pairs = PAIRS) =>
    racer(name, /** @type {string} */ (python), ['lanczos.py', file, way, pairs, relative, iterations]);
  if (python)
    racers.push(
      peer('PyTorch, graph retained + SciPy eigsh', 'retained'),
      peer('curvlinops + SciPy eigsh', 'curvlinops'),
      peer('hessian-eigenthings, as many steps', 'eigenthings'),
    );
  for (let round = 0; round < (rounds ?? 3); round++) {
    const fastest = Math.min(...racers.slice(1).flatMap(({ seconds }) => seconds));
    for (const [index, one] of racers.entries()) {
      if (round === 0 && one === ours) continue;
      if (one.failure || (one !== ours && one.seconds[0] > SLOW * fastest)) continue;
      await run(one, folder, round === 0 ? `${index}.safetensors` : null);
    }
  }
  const finished = racers.filter(({ failure }) => !failure);
  const results = finished.map(
    (one) => /** @type {Float64Array} */ (readSafetensors(one.result).tensors.eigenvalues.data),
  );
  const residuals = python ? await referee(python, file, finished, folder) : [];
  const contestants = finished.map((one, index) => {
    const ratio = spread(one.seconds.map((time, round) => time / ours.seconds[round]));
    const difference = Math.max(...results[0].map((value, i) => Math.abs(value - results[index][i])));
    const entry = {
      name: one.name,
      version: one.version,
      seconds: spread(one.seconds),
      timesLonger: ratio,
      peakMemoryBytes: Math.max(...one.peaks),
      products: one.told.products,
      certifyingSeconds: one.told.certifyingSeconds,
      largestResidual: python ? residuals[index] / largest : null,
      eigenvalueDifference: difference / largest,
      agrees: difference <= AGREEMENT * TOLERANCE * largest,
      atTolerance: !python || residuals[index] <= LENIENCE * TOLERANCE * largest,
    };
    process.stdout.write(`  ${line(entry, one === ours)}\n`);
    return entry;
  });
  for (const { name, failure } of racers) if (failure) process.stdout.write(`  ${name}: left out (${failure})\n`);
  const extrapolations = python
    ? await powerIteration(peer('PyHessian, power iteration', 'pyhessian', POWER_PAIRS), folder)
    : [];
  return [{ title, pairs: PAIRS, tolerance: TOLERANCE, contestants, extrapolations }];
}

/** @param {string} name @param {string} program @param {(string | number)[]} args */
function racer(name, program, [script, ...args]) {
  return {
    name,
    command: /** @type {[string, string[]]} */ ([program, [here(`contestants/${script}`), ...args.map(String)]]),
    version: '',
    seconds: /** @type {number[]} */ ([]),
    peaks: /** @type {number[]} */ ([]),
    /** @type {Record<string, number>} */
    told: {},
    result: '',
    failure: '',
  };
}

/**
 * One round of one contestant.
 *
 * @param {ReturnType<typeof racer>} one
 * @param {string} folder
 * @param {string | null} result name of the file for its pairs, if they are wanted
 * @throws RunError where this program fails; a peer that does is marked
 */
async function run(one, folder, result) {
  const [program, args] = one.command;
  const contestant = new Contestant(one.name, program, args, folder);
  try {
    const { version } = await contestant.answer();
    const told = await contestant.ask(1);
    if (result) {
      one.result = path.join(folder, result);
      await contestant.ask(one.result);
    }
    one.version = version;
    one.seconds.push(told.seconds);
    one.peaks.push(told.peakMemoryBytes);
    one.told = told;
    process.stderr.write(`  … ${one.name}: ${told.seconds.toFixed(1)} s, ${told.products} products\n`);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    if (program === process.execPath) throw new RunError(`${one.name} itself failed: ${error.message}`);
    one.failure = error.message;
  }
  await contestant.end();
}

/**
 * The largest residual of each contestant's pairs, all judged alike.
 *
 * @param {string} python @param {string} file @param {{ result: string }[]} racers @param {string} folder
 */
async function referee(python, file, racers, folder) {
  process.stderr.write('  … residuals by an independent referee\n');
  const args = [here('contestants/referee.py'), file, ...racers.map(({ result }) => result)];
  return /** @type {number[]} */ (JSON.parse(await outputOf('the referee', python, args, folder)));
}

/**
 * What power iteration would take for all pairs if all were as easy as the first.
 *
 * @param {ReturnType<typeof racer>} one @param {string} folder
 */
async function powerIteration(one, folder) {
  const { name } = one;
  await run(one, folder, null);
  if (one.failure) {
    process.stdout.write(`  ${name}: left out (${one.failure})\n`);
    return [];
  }
  const [seconds] = one.seconds;
  const extrapolated = (seconds / POWER_PAIRS) * PAIRS;
  process.stdout.write(
    `  ${name}: ${seconds.toFixed(0)} s for ${POWER_PAIRS} pairs; extrapolated, not measured: at least ${extrapolated.toFixed(0)} s for ${PAIRS}\n`,
  );
  return [{ name, version: one.version, pairs: POWER_PAIRS, seconds, extrapolatedSeconds: extrapolated }];
}

/**
 * @param {{ name: string, seconds: ReturnType<typeof spread>, timesLonger: ReturnType<typeof spread>, peakMemoryBytes: number, products: number, largestResidual: number | null, eigenvalueDifference: number, agrees: boolean, atTolerance: boolean }} entry
 * @param {boolean} isOurs
 */
function line({ name, seconds, timesLonger, peakMemoryBytes, products, largestResidual, ...entry }, isOurs) {
  return [
    name.padEnd(40),
    `${seconds.median.toFixed(1).padStart(7)} s`,
    `${(peakMemoryBytes / 1e9).toFixed(2)} GB`,
    `${products} products`,
    largestResidual === null ? '' : `residual ${largestResidual.toExponential(1)}`,
    isOurs ? '' : timesAsLong(timesLonger),
    entry.agrees ? '' : `NOT THE SAME NUMBERS: ${entry.eigenvalueDifference.toExponential(1)}`,
    entry.atTolerance ? '' : 'NOT CONVERGED',
  ]
    .filter(Boolean)
    .join('  ');
}
