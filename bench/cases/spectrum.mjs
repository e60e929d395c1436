// @ts-check
/**
 * What Lanczos costs apart from Hessian products, for 1,000 eigenpairs of LeNet with 136,886 parameters (padding same) on
 * 50,000 images. Measured: one product; and a whole run of Lanczos at that size, on an operator of known spectrum whose
 * products cost next to nothing, and which is not billed for them. Extrapolated: as many Hessian products as that run took.
 */
import { RunError } from '../../dist/errors.js';
import { Contestant } from '../contestant.mjs';
import { here } from '../files.mjs';
import { threeDigits } from '../spread.mjs';

const IMAGES = 50_000;
const EIGENPAIRS = 1000;
/** Products that are timed. */
const ROUNDS = 5;
/** What of a run is told apart, in this order. */
const PARTS = /** @type {const} */ ({
  growing: 'staying orthogonal, looks at Ritz pairs',
  checking: 'search for missed copies',
  vectors: 'eigenvectors',
  residuals: 'residuals',
});

/**
 * @param {string | null} _python
 * @param {{ rounds: number | null, folder: string, images: number | null, eigenpairs: number | null }} options
 */
export async function spectrumCase(_python, { rounds, folder, images, eigenpairs }) {
  const [samples, pairs] = [images ?? IMAGES, eigenpairs ?? EIGENPAIRS];
  const args = [here('contestants/spectrum.mjs'), samples, pairs, rounds ?? ROUNDS].map(String);
  const contestant = new Contestant('epochnoise', process.execPath, args, folder);
  const title = `Lanczos apart from products: ${pairs} eigenpairs of LeNet (136886 parameters, padding same), ${samples} images`;
  process.stdout.write(`\n${title}\n`);
  const { version, told } = await wholeWork(contestant);
  const { source, product, dimension, products, parts, peakMemoryBytes } = told;

  const seconds = Object.keys(PARTS).reduce((sum, part) => sum + parts[part], 0);
  const productsSeconds = products * product.median;
  const share = seconds / (seconds + productsSeconds);
  const { median, low, high } = product;
  for (const [label, text] of [
    [`one product, ${source}`, `${threeDigits(median)} s (${threeDigits(low)} … ${threeDigits(high)})`],
    [`${products} products, extrapolated`, `${threeDigits(productsSeconds)} s`],
    ...Object.entries(PARTS).map(([part, label]) => [label, `${threeDigits(parts[part])} s`]),
    [
      'outside products',
      `${(100 * share).toFixed(1)} %, dimension ${dimension}, ${(peakMemoryBytes / 1e9).toFixed(2)} GB`,
    ],
  ])
    process.stdout.write(`  ${label.padEnd(44)} ${text}\n`);
  const extrapolated = { productsSeconds, shareOutsideProducts: share };
  return [
    {
      title,
      version,
      source,
      eigenpairs: pairs,
      dimension,
      products,
      productSeconds: product,
      seconds: parts,
      extrapolated,
      peakMemoryBytes,
    },
  ];
}

/** @param {Contestant} contestant */
async function wholeWork(contestant) {
  try {
    const { version } = await contestant.answer();
    const told = await contestant.ask(1);
    await contestant.end();
    return { version, told };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw new RunError(`${contestant.name} itself failed: ${error.message}`);
  }
}
