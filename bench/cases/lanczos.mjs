// @ts-check
/**
 * The 100 leading eigenpairs of LeNet's Hessian on 5,000 images, or as many as are asked for, at a residual of 1e-5 of the
 * largest eigenvalue. Each contestant does the whole work in a fresh process, one after another, round by round. A peer more
 * than twice as slow as the fastest peer is believed after one round.
 */
import path from 'node:path';
import { readSafetensors } from '../../dist/store/safetensors.js';
import { here } from '../files.mjs';
import { outputOf } from '../processes.mjs';
import { mustHaveRun, racer, run } from '../racers.mjs';
import { spread, timesAsLong } from '../spread.mjs';

export const SAMPLES = 5000;
const PAIRS = 100;
const TOLERANCE = 1e-5;
/** Eigenvalues are the same if they differ by less than this many times the tolerance. */
const AGREEMENT = 2;
/** Residuals this much above the tolerance are still "at the tolerance". */
const LENIENCE = 1.1;
const SLOW = 2;
const ROUNDS = 3;
/** Power iteration is measured on few pairs, the easiest ones. */
const POWER_PAIRS = 2;

/** @typedef {import('../contestant.mjs').Conditions} Conditions */

/**
 * Who takes part beside this program: itself on another back end, or a way of lanczos.py.
 *
 * @typedef {{ name: string, conditions?: Conditions } & ({ backend: string } | { way: string, device?: string })} Peer
 */

/** @param {string | null} python @param {{ rounds: number | null, folder: string }} options */
export async function lanczosCase(python, { rounds, folder }) {
  const ours = { name: 'epochnoise, Lanczos', backend: 'tensorflow' };
  const peers = [
    { name: 'PyTorch, graph retained + SciPy eigsh', way: 'retained' },
    { name: 'curvlinops + SciPy eigsh', way: 'curvlinops' },
    { name: 'hessian-eigenthings, as many steps', way: 'eigenthings' },
  ];
  const slowest = { name: 'PyHessian, power iteration', way: 'pyhessian' };
  const size = { samples: SAMPLES, pairs: PAIRS, rounds: rounds ?? ROUNDS };
  return await eigenpairsCase(python, folder, size, ours, peers, slowest);
}

/**
 * @param {string | null} python
 * @param {string} folder
 * @param {{ samples: number, pairs: number, rounds: number }} size
 * @param {{ name: string, backend: string }} own
 * @param {readonly Peer[]} others those of lanczos.py are left out where there is no Python
 * @param {Peer} [slowest] one that is measured on two pairs
 */
export async function eigenpairsCase(python, folder, { samples, pairs, rounds }, own, others, slowest) {
  const file = path.join(folder, 'work.safetensors');
  const training = [here('work/train-lenet.mjs'), file, String(samples)];
  const { source, loss } = JSON.parse(await outputOf('training', process.execPath, training, folder));
  const title = `${pairs} leading eigenpairs of LeNet's Hessian, ${samples} images (${source}; training loss ${loss.toFixed(2)}), residuals within ${TOLERANCE} of the largest eigenvalue`;
  process.stdout.write(`\n${title}\n`);

  const onBackend = (/** @type {string} */ backend) => ['lanczos.mjs', file, pairs, TOLERANCE, backend];
  const racers = [racer(own.name, process.execPath, onBackend(own.backend))];
  const [ours] = racers;
  await run(ours, folder, '0.safetensors');
  mustHaveRun(ours);
  const { largest, smallest, iterations } = ours.told;
  // SciPy's tolerance is relative to each eigenvalue: this one asks for the same residual of the last pair.
  const relative = (TOLERANCE * largest) / smallest;
  /** @param {Peer} other @param {number} count of pairs */
  function peer({ name, conditions, ...other }, count) {
    if ('backend' in other) return [racer(name, process.execPath, onBackend(other.backend), conditions)];
    if (!python) return [];
    const { way, device = 'cpu' } = other;
    return [racer(name, python, ['lanczos.py', file, way, count, relative, iterations, device], conditions)];
  }
  racers.push(...others.flatMap((other) => peer(other, pairs)));
  for (let round = 0; round < rounds; round++) {
    const fastest = Math.min(...racers.slice(1).flatMap(({ seconds }) => seconds));
    for (const [index, one] of racers.entries()) {
      if (round === 0 && one === ours) continue;
      if (one.failure || (one !== ours && one.seconds[0] > SLOW * fastest)) continue;
      await run(one, folder, round === 0 ? `${index}.safetensors` : null);
      if (one === ours) mustHaveRun(ours);
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
  const [last] = slowest ? peer(slowest, POWER_PAIRS) : [];
  const extrapolations = last ? await powerIteration(last, folder, pairs) : [];
  return [{ title, pairs, tolerance: TOLERANCE, contestants, extrapolations }];
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
 * @param {ReturnType<typeof racer>} one @param {string} folder @param {number} pairs
 */
async function powerIteration(one, folder, pairs) {
  const { name } = one;
  await run(one, folder, null);
  if (one.failure) {
    process.stdout.write(`  ${name}: left out (${one.failure})\n`);
    return [];
  }
  const [seconds] = one.seconds;
  const extrapolated = (seconds / POWER_PAIRS) * pairs;
  process.stdout.write(
    `  ${name}: ${seconds.toFixed(0)} s for ${POWER_PAIRS} pairs; extrapolated, not measured: at least ${extrapolated.toFixed(0)} s for ${pairs}\n`,
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
