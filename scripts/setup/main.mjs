// @ts-check
/** The steps of set-up in order, each skipped where its stamp in node_modules/.epochnoise/setup.json still holds. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFingerprint, buildProgram, outputsMatch } from './build.mjs';
import { commandStands, linkCommand } from './command.mjs';
import { SetupError } from './failure.mjs';
import { readJson, writeJson } from './files.mjs';
import { lockFile, takeLock } from './lock.mjs';
import { givenLibrary, nativeStands, prepareNative, sayNothingFound } from './native.mjs';
import { packagesFingerprint, preparePackages } from './packages.mjs';
import { cleanUpOnSignals, removeUnfinished } from './processes.mjs';
import { say } from './report.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const USAGE = 'usage: node scripts/setup.mjs [--retry]';

/**
 * Sets up the checkout and ends the process: 0 done, 1 failed, 2 wrong usage, 3 a path the user gave cannot be used.
 *
 * @param {string[]} args
 */
export async function main(args) {
  try {
    const unknown = args.find((arg) => arg !== '--retry');
    if (unknown !== undefined) throw new SetupError(`${unknown} is not known; ${USAGE}`, 2);
    await setUp(ROOT, args.includes('--retry'));
  } catch (error) {
    removeUnfinished();
    if (error instanceof SetupError) say(error.message);
    else say(`failed: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = error instanceof SetupError ? error.exitCode : 1;
  }
}

/**
 * @param {string} root of the checkout
 * @param {boolean} retry look for the native library again although the last search failed
 */
async function setUp(root, retry) {
  const modules = path.join(root, 'node_modules');
  const file = path.join(modules, '.epochnoise', 'setup.json');
  const given = givenLibrary(process.env);
  const look = () => {
    const record = readJson(file);
    const packages = record?.packages === packagesFingerprint(root);
    return {
      record: packages ? record : null,
      packages,
      native: packages && nativeStands(record, { given, abi: process.versions.modules, retry }),
      build: packages && record.build === buildFingerprint(root) && outputsMatch(root),
      command: packages && commandStands(root),
    };
  };
  const before = look();
  if (before.packages && before.native && before.build && before.command) return sayIfMissing(before.record);

  cleanUpOnSignals();
  const release = await takeLock(lockFile(root));
  try {
    // Another set-up may have done the work while this one waited.
    const state = look();
    /** @type {any} */
    let record = state.record ?? {};
    /** @param {object} part */
    const note = (part) => writeJson(file, (record = { ...record, ...part }));

    if (!state.packages) {
      await preparePackages(root);
      note({ packages: packagesFingerprint(root) });
    }
    if (!state.native) {
      // Killed from here on, the old result counts for nothing; refused, it stands as it did.
      const { native = null } = record;
      note({ native: null });
      note(
        await prepareNative({ modules, given }).catch((error) => {
          note({ native });
          throw error;
        }),
      );
    }
    if (!state.build) {
      note({ build: null });
      await buildProgram(root);
      note({ build: buildFingerprint(root) });
    }
    linkCommand(root);
    sayIfMissing(record);
  } finally {
    release();
  }
}

/** @param {{ libtensorflow?: object | null, reason?: string | null }} record */
function sayIfMissing({ libtensorflow, reason = null }) {
  if (!libtensorflow) sayNothingFound(reason);
}
