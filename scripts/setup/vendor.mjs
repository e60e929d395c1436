// @ts-check
/**
 * Copies of two packages that go along inside the program, because npm cannot install them everywhere: one has an install
 * script that downloads and may fail, the other depends on a package that has. What they need besides, npm installs.
 *
 *   dist/vendor/tfjs-node                    JavaScript and sources of the binding; first-use.mjs completes it
 *   dist/node_modules/chartjs-node-canvas    as it is, found before any other by the modules of dist/
 *   dist/node_modules/canvas                 what it draws on: @napi-rs/canvas, whose binary is in its package
 */
import fs from 'node:fs';
import path from 'node:path';
import { listFiles, readJson, remove } from './files.mjs';

/** Folders of dist/ that no source is compiled to. */
export const VENDORED = ['node_modules/', 'vendor/'];

/** Packages that are copied, where to, and which of their files. */
const COPIES = /** @type {const} */ ([
  {
    name: '@tensorflow/tfjs-node',
    to: 'vendor/tfjs-node',
    file: /^(package\.json|binding\.gyp|binding\/[^/]+|scripts\/[^/]+\.js|dist\/(?!.*(_test|run_tests)\.js$).*\.js)$/,
  },
  {
    name: 'chartjs-node-canvas',
    to: 'node_modules/chartjs-node-canvas',
    file: /^(package\.json|LICENSE|dist\/(?!example\.js$).*\.js)$/,
  },
]);

/** Packages on whose version the copies depend. */
export const COPIED = COPIES.map(({ name }) => name);

const CANVAS = {
  'package.json': `${JSON.stringify({ name: 'canvas', private: true, main: 'index.js' })}\n`,
  'index.js': "module.exports = require('@napi-rs/canvas');\n",
};

/**
 * Makes the copies anew.
 *
 * @param {string} root of the checkout
 */
export function vendor(root) {
  const dist = path.join(root, 'dist');
  for (const folder of VENDORED) remove(path.join(dist, folder));
  for (const { name, to, file } of COPIES) {
    const source = path.join(root, 'node_modules', name);
    if (!readJson(path.join(source, 'package.json'))) throw new Error(`the package ${name} is missing in node_modules`);
    for (const each of ownFiles(source)) if (file.test(each)) copy(path.join(source, each), path.join(dist, to, each));
  }
  const canvas = path.join(dist, 'node_modules', 'canvas');
  fs.mkdirSync(canvas, { recursive: true });
  for (const [name, text] of Object.entries(CANVAS)) fs.writeFileSync(path.join(canvas, name), text);
}

/** @param {string} root @returns {boolean} whether the copies are there */
export function isVendored(root) {
  const there = (/** @type {string} */ name) => fs.existsSync(path.join(root, 'dist', name));
  return COPIES.every(({ to }) => there(`${to}/package.json`)) && there('node_modules/canvas/index.js');
}

/**
 * A package's files without the library that set-up has linked into it, which is large.
 *
 * @param {string} source
 */
function ownFiles(source) {
  return fs
    .readdirSync(source, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() && entry.name !== 'deps' && entry.name !== 'lib'
        ? listFiles(path.join(source, entry.name)).map((name) => `${entry.name}/${name}`)
        : [entry.name],
    );
}

/** @param {string} from @param {string} to */
function copy(from, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}
