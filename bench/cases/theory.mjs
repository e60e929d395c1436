// @ts-check
/** Predictions for a whole spectrum, as `compare` asks for them: 5,000 eigenvalues, M = 1,000, K = 20,000. No peer: seconds. */
import { crossoverEigenvalue, predictDirections, SAMPLERS } from '../../dist/theory/index.js';
import { spread } from '../spread.mjs';

const ROUNDS = 3;
const EIGENVALUES = 5000;
const RUN = { learningRate: 0.01, momentum: 0.9, batchesPerEpoch: 1000 };
const UPDATES = 20_000;
/** From the flattest to the stiffest, in units of the crossover. */
const [LOWEST, HIGHEST] = [1e-4, 1e3];

/** @param {string | null} _python @param {{ rounds: number | null }} options */
export async function theoryCase(_python, { rounds }) {
  const crossover = crossoverEigenvalue(RUN);
  const eigenvalues = Float64Array.from(
    { length: EIGENVALUES },
    (_, i) => crossover * HIGHEST * (LOWEST / HIGHEST) ** (i / (EIGENVALUES - 1)),
  );
  const noise = eigenvalues.map((value) => value / crossover);
  const title = `Predictions for ${EIGENVALUES} eigenvalues, M = ${RUN.batchesPerEpoch}, K = ${UPDATES}`;
  process.stdout.write(`\n${title}\n`);
  const samplers = SAMPLERS.map((sampler) => {
    const start = sampler === 'with-replacement' ? 'rest' : 'stationary';
    const options = /** @type {const} */ ({ ...RUN, sampler, start, updates: UPDATES, burnInUpdates: UPDATES });
    const seconds = spread(
      Array.from({ length: rounds ?? ROUNDS }, () => {
        const began = performance.now();
        predictDirections(options, eigenvalues, noise);
        return (performance.now() - began) / 1000;
      }),
    );
    const { median, low, high } = seconds;
    process.stdout.write(`  ${sampler.padEnd(18)} ${median.toFixed(2)} s (${low.toFixed(2)} … ${high.toFixed(2)})\n`);
    return { sampler, seconds };
  });
  return [{ title, samplers }];
}
