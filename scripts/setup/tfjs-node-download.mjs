// @ts-check
/**
 * The last route: tfjs-node's own installer, which downloads the release of libtensorflow it was made for and a binding
 * built elsewhere. It needs no compiler, and is the only route on Windows.
 */
import fs from 'node:fs';
import path from 'node:path';
import { loadBinding, bindingFile } from './binding.mjs';
import { bytesBelow } from './files.mjs';
import { describeLibrary } from './library.mjs';
import { lastLines, run } from './processes.mjs';
import { progress, say } from './report.mjs';

/** A connection that a firewall swallows never fails by itself. */
const LONGEST_SILENCE_MS = 45_000;

/**
 * @param {{ modules: string, packageFolder: string }} place
 * @returns {Promise<import('./library.mjs').Library>} in tfjs-node's own `deps`
 * @throws Error with the installer's reason
 */
export async function downloadByTfjsNode({ modules, packageFolder }) {
  say("libtensorflow: downloading what tfjs-node's own installer downloads …");
  const manifest = path.join(packageFolder, 'package.json');
  const original = fs.readFileSync(manifest);
  const meter = progress('downloaded and unpacked');
  let bytes = 0;
  let grown = Date.now();
  const tick = () => {
    const now = bytesBelow(path.join(packageFolder, 'deps'));
    if (now !== bytes) grown = Date.now();
    bytes = now;
    meter.at(bytes);
    if (bytes === 0 && Date.now() - grown > LONGEST_SILENCE_MS) throw new Error('nothing arrived from the host');
  };
  const search = `${path.join(modules, '.bin')}${path.delimiter}${process.env.PATH ?? ''}`;
  const { ok, output } = await run(process.execPath, ['scripts/install.js', 'cpu', 'download'], {
    cwd: packageFolder,
    // Its packages lie beside it in a checkout, and elsewhere where it is a copy.
    env: { ...process.env, PATH: search, NODE_PATH: modules },
    tick,
  });
  meter.end();
  // The installer edits the package's manifest while it works, and leaves it edited where it fails.
  fs.writeFileSync(manifest, original);
  if (!ok) throw new Error(`the installer ended with: ${reason(output)}`);
  const { version, problem } = await loadBinding(bindingFile(packageFolder));
  if (!version) throw new Error(`what it installed does not load: ${problem}`);
  const deps = path.join(packageFolder, 'deps');
  if (process.platform !== 'win32') return { ...describeLibrary(deps, "tfjs-node's own download"), version };
  const [folder, include] = [deps, path.join(deps, 'include')];
  return { folder, libFolder: deps, include, files: [], main: '', framework: '', version, origin: 'tfjs-node' };
}

/** @param {string} output */
function reason(output) {
  return /Error: .*/.exec(output)?.[0] ?? lastLines(output, 1);
}
