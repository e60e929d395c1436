// @ts-check
/** Prints the version of a back end, with the device that it computes on: `node back-end.mjs BACKEND`. */
import { UserError } from '../../dist/errors.js';
import { backendCalled } from '../backend.mjs';

try {
  const { version } = await backendCalled(process.argv[2]);
  process.stdout.write(`${JSON.stringify({ version })}\n`, () => process.exit());
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
