// @ts-check
/** What a page of results is made of: its script, in one file with the chart library, and its style. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SetupError } from './failure.mjs';

const PAGE = 'report/page';

/** Folder of src/ that is compiled for browsers, into one file of dist/. */
export const CLIENT = `${PAGE}/client/`;
export const CLIENT_SCRIPT = `${PAGE}/client.js`;

/**
 * Bundles src/report/page/client and copies the style.
 *
 * @param {string} root
 * @throws SetupError where the script does not compile
 */
export async function bundle(root) {
  const source = path.join(root, 'src', PAGE);
  const target = path.join(root, 'dist', PAGE);
  // Set-up begins before packages are there: nothing of them is imported at the head of a file.
  const library = path.join(root, 'node_modules', 'rolldown', 'dist', 'index.mjs');
  const { rolldown } = await import(pathToFileURL(library).href);
  try {
    const build = await rolldown({
      input: path.join(source, 'client', 'main.ts'),
      platform: 'browser',
      logLevel: 'silent',
    });
    await build.write({ file: path.join(target, 'client.js'), format: 'iife', minify: true, sourcemap: false });
    await build.close();
  } catch (error) {
    throw new SetupError(`src/${PAGE}/client does not compile:\n${error instanceof Error ? error.message : error}`);
  }
  fs.copyFileSync(path.join(source, 'page.css'), path.join(target, 'page.css'));
}
