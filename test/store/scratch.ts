/** A folder for one test, and what a test says of an error. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { UserError } from '../../src/errors.ts';

const PREFIX = 'epochnoise-test-';

/** A new empty folder that goes when the test ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * What the command line would do with this action's error: `exit 3: <message>`, the scratch folder written as `~`. An error
 * that is no user's mistake begins with its class instead. `no error` where there is none.
 */
export async function problemOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    const { name, message } = error as Error;
    const head = error instanceof UserError ? `exit ${error.exitCode}` : name;
    return `${head}: ${message.replaceAll(new RegExp(`${tmpdir()}/${PREFIX}\\w+`, 'g'), '~')}`;
  }
  return 'no error';
}

/** Everything in a folder and the folders in it, sorted; also what is in the making. */
export function listing(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[]).sort();
}
