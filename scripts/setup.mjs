// @ts-check
/**
 * Entry of set-up: called by `npm start` and `npm test` before anything else, safe to call at any time.
 *
 *   node scripts/setup.mjs            do whatever is missing; under a second when nothing is
 *   node scripts/setup.mjs --retry    look for the native library again although the last try failed
 *
 * Everything printed goes to standard error: the standard output of `npm start` is the result. The steps are loaded
 * only after the version check, because an old Node could not even parse them.
 */
import { nodeVersionProblem } from './setup/node-version.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem) {
  process.stderr.write(`set-up: ${problem}\n`);
  process.exit(1);
}
import('./setup/main.mjs').then(({ main }) => main(process.argv.slice(2)));
