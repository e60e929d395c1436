// @ts-check
/**
 * The 100 leading eigenpairs of LeNet's Hessian on 5,000 images, at a residual of 1e-5 of the largest eigenvalue. Each
 * contestant does the whole work in a fresh process, one after another, round by round. A peer more than twice as slow as
 * the fastest peer is believed after one round.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { Contestant } from '../contestant.mjs';
import { here, temporaryFolder } from '../files.mjs';
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

/** @param {string | null} python @param {{ rounds: number | null }} options */
export async function lanczosCase(python, { rounds }) {
  const folder = temporaryFolder();
  const file = path.join(folder, 'work.safetensors');
  const trained = execFileSync(process.execPath, [here('work/train-lenet.mjs'), file, String(SAMPLES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { source, loss } = JSON.parse(trained.toString());
  const title = `${PAIRS} leading eigenpairs of LeNet's Hessian, ${SAMPLES} images (${source}; training loss ${loss.toFixed(2)}), residuals within ${TOLERANCE} of the largest eigenvalue`;
  process.stdout.write(`\n${title}\n`);

  const racers = [racer('epochnoise, Lanczos', process.execPath, ['lanczos.mjs', file, PAIRS, TOLERANCE])];
  const [ours] = racers;
  await run(ours, path.join(folder, '0.safetensors'));
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
      await run(one, round === 0 ? path.join(folder, `${index}.safetensors`) : null);
    }
  }
  const finished = racers.filter(({ failure }) => !failure);
  const results = finished.map((one) => readSafetensors(one.result).tensors.eigenvalues.data);
  const residuals = python ? referee(python, file, finished) : [];
  const contestants = finished.map((one, index) => {
    const ratio = spread(one.seconds.map((time, round) => time / ours.seconds[round]));
    const difference = Math.max(...results[0].map((value, i) => Math.abs(Number(value) - Number(results[index][i]))));
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
    ? [await powerIteration(peer('PyHessian, power iteration', 'pyhessian', POWER_PAIRS))]
    : [];
  fs.rmSync(folder, { recursive: true });
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

/** One round of one contestant. @param {ReturnType<typeof racer>} one @param {string | null} result where its pairs go, if they are wanted */
async function run(one, result) {
  const contestant = new Contestant(one.name, ...one.command);
  const hello = await contestant.answer();
  let told;
  try {
    told = hello && (await contestant.ask(1));
  } catch {
    // Said below.
  }
  if (!told) {
    one.failure = contestant.lastWords();
    return;
  }
  one.version = hello.version;
  one.seconds.push(told.seconds);
  one.peaks.push(told.peakMemoryBytes);
  one.told = told;
  process.stderr.write(`  … ${one.name}: ${told.seconds.toFixed(1)} s, ${told.products} products\n`);
  if (result) {
    await contestant.ask(result);
    one.result = result;
  }
  contestant.end();
}

/** The largest residual of each contestant's pairs, all judged alike. @param {string} python @param {string} file @param {{ result: string }[]} racers */
function referee(python, file, racers) {
  process.stderr.write('  … residuals by an independent referee\n');
  const output = execFileSync(python, [here('contestants/referee.py'), file, ...racers.map(({ result }) => result)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return /** @type {number[]} */ (JSON.parse(output.toString()));
}

/** What power iteration would take for all pairs if all were as easy as the first. @param {ReturnType<typeof racer>} one */
async function powerIteration(one) {
  await run(one, null);
  const [seconds] = one.seconds;
  const extrapolated = (seconds / POWER_PAIRS) * PAIRS;
  if (one.failure) process.stdout.write(`  ${one.name}: left out (${one.failure})\n`);
  else
    process.stdout.write(
      `  ${one.name}: ${seconds.toFixed(0)} s for ${POWER_PAIRS} pairs; extrapolated, not measured: at least ${extrapolated.toFixed(0)} s for ${PAIRS}\n`,
    );
  const { name, version } = one;
  return { name, version, pairs: POWER_PAIRS, seconds, extrapolatedSeconds: extrapolated };
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
