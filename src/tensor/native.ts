/**
 * Where tfjs-node and the native library beneath it are. In a checkout set-up has put both into node_modules. A program
 * that was installed as a package has a copy of tfjs-node without its native part, which is completed when it is first
 * needed, in the user's cache (scripts/setup/first-use.mjs); until then no time is spent on it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '../errors.ts';
import { typed } from '../typed.ts';

/** A native library that was found. */
export interface NativeLibrary {
  readonly version: string;
  /** In words: a wheel, a path that the user gave, or what was already in place. */
  readonly origin: string;
  readonly path: string;
}

/** What there is of the native part. */
export interface NativePart {
  /** Null where none was found, or set-up was never run. */
  readonly library: NativeLibrary | null;
  /** Why there is none, as far as that is known. */
  readonly reason: string | null;
  /** The command that looks for it again. */
  readonly again: string;
  /** The command that installs the packages again. */
  readonly reinstall: string;
  /** The binding to load, where it does not lie in tfjs-node itself. */
  readonly binding: string | null;
}

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const require = createRequire(import.meta.url);

/** A package has no sources. */
const IS_CHECKOUT = existsSync(at('src'));
const INSTALLED_COPY = at('dist/vendor/tfjs-node');
const FIRST_USE = at('scripts/setup/first-use.mjs');
const RECORD = at('node_modules/.epochnoise/setup.json');

let known: NativePart | undefined;

/**
 * The native part; of an installed program it is completed here, which takes a minute or two the first time.
 *
 * @param retry looks again although the last search failed
 * @throws ConfigurationError where EPOCHNOISE_LIBTENSORFLOW names what cannot be used, or the work was interrupted
 */
export function nativePart({ retry = false } = {}): NativePart {
  if (!known || retry) known = IS_CHECKOUT ? ofCheckout() : ofInstallation(retry);
  return known;
}

function ofCheckout(): NativePart {
  const record = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {};
  const { libtensorflow = null, reason = existsSync(RECORD) ? null : 'set-up was not run' } = record;
  const again = 'node scripts/setup.mjs --retry';
  return { library: libtensorflow, reason, again, reinstall: 'npm ci --ignore-scripts', binding: null };
}

function ofInstallation(retry: boolean): NativePart {
  const args = [FIRST_USE, ...(retry ? ['--retry'] : [])];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0)
    throw new ConfigurationError(
      'the native library was not completed, for the reason above: mend it, or use --set backend=cpu, which is far slower',
    );
  const { binding, libtensorflow, reason } = JSON.parse(stdout);
  return { library: libtensorflow, reason, again: typed('doctor'), reinstall: 'npm install epochnoise', binding };
}

/**
 * Loads tfjs-node and its protobuf classes.
 *
 * @throws Error with the reason where the native part is missing or does not load
 */
export function loadTfjsNode(): { tf: unknown; protobuf: unknown } {
  if (IS_CHECKOUT) return loadFrom('@tensorflow/tfjs-node');
  const { binding, reason } = nativePart();
  if (binding === null) throw new Error(reason ?? 'no native library was found');
  // tfjs-node asks this package where its binding lies, once, while it is loaded.
  const locator = require('@mapbox/node-pre-gyp/lib/pre-binding.js') as { find: (manifest: string) => string };
  const { find } = locator;
  locator.find = () => binding;
  try {
    return loadFrom(INSTALLED_COPY);
  } finally {
    locator.find = find;
  }
}

const loadFrom = (folder: string) => ({ tf: require(folder), protobuf: require(`${folder}/dist/proto/api_pb.js`) });
