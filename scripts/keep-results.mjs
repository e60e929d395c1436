// @ts-check
/**
 * Keeps the small results of a run or of a sweep in results/reference/NAME: what people and tables read, no vectors, under 5 MB.
 *
 *   node scripts/keep-results.mjs FOLDER NAME [FILE TO LEAVE OUT …]
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const REFERENCE = fileURLToPath(new URL('../results/reference/', import.meta.url));
const MOST_BYTES = 5e6;

/** Of the run itself. */
const KEPT = /^((experiment|summary|environment|controls)\.json|[a-z]+\.csv|figures\/[a-z-]+\.png)$/;
/** Of each control's own directory. */
const KEPT_OF_CONTROLS = /^controls\/[^/]+\/(summary\.json|directions\.csv)$/;
/** Of a sweep; its table of directions would be too large. */
const KEPT_OF_SWEEP = /^(sweep\.json|collected\.json|sweep\.csv|figures\/[a-z-]+\.png)$/;

const [run, name, ...left] = process.argv.slice(2);
const isThere = (/** @type {string} */ file) => fs.existsSync(path.join(run, file));
if (!run || !name || !/^[\w-]+$/.test(name) || !(isThere('summary.json') || isThere('collected.json'))) {
  console.error(
    'usage: node scripts/keep-results.mjs FOLDER NAME, of a run that has a summary, or a sweep that was collected',
  );
  process.exit(2);
}
const isKept = (/** @type {string} */ file) =>
  isThere('collected.json') ? KEPT_OF_SWEEP.test(file) : KEPT.test(file) || KEPT_OF_CONTROLS.test(file);
const names = /** @type {string[]} */ (fs.readdirSync(run, { recursive: true }))
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => isKept(file) && !left.includes(file))
  .sort();
const bytes = names.reduce((sum, file) => sum + fs.statSync(path.join(run, file)).size, 0);
if (bytes > MOST_BYTES) {
  console.error(`${run} has ${(bytes / 1e6).toFixed(1)} MB of such results; at most ${MOST_BYTES / 1e6} MB are kept`);
  process.exit(1);
}
const target = path.join(REFERENCE, name);
fs.rmSync(target, { recursive: true, force: true });
for (const file of names) {
  fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
  fs.copyFileSync(path.join(run, file), path.join(target, file));
}
console.log(`${names.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
