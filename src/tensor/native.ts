/** Where the native library comes from, as set-up wrote it down. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The native library that set-up found. */
export interface NativeLibrary {
  readonly version: string;
  /** In words: a wheel, a path that the user gave, or what was already in place. */
  readonly origin: string;
  readonly path: string;
}

/** What set-up has to say of the native library. */
export interface NativePart {
  /** Null where none was found, or set-up was never run. */
  readonly library: NativeLibrary | null;
  /** Why there is none, as far as that is known. */
  readonly reason: string | null;
  /** The command that looks for it again. */
  readonly mend: string;
}

const RECORD = fileURLToPath(new URL('../../node_modules/.epochnoise/setup.json', import.meta.url));

/** Of this checkout. */
export function nativePart(): NativePart {
  const mend = 'node scripts/setup.mjs --retry';
  if (!existsSync(RECORD)) return { library: null, reason: 'set-up was not run', mend };
  const { libtensorflow = null, reason = null } = JSON.parse(readFileSync(RECORD, 'utf8'));
  return { library: libtensorflow, reason, mend };
}
