// @ts-check
/**
 * Step 4: the command, linked where npx looks. A checkout is no dependency of its own, so npm makes no such link here; npx
 * keeps one in its cache, but a useless one where it was first called before there was a program to link.
 */
import fs from 'node:fs';
import path from 'node:path';
import { remove } from './files.mjs';

const TARGET = path.join('..', '..', 'dist', 'cli', 'main.js');

/** @param {string} root of the checkout */
const linkOf = (root) => path.join(root, 'node_modules', '.bin', 'epochnoise');

/**
 * @param {string} root
 * @returns {boolean} whether the command is there; Windows would want more than a link, and goes without
 */
export function commandStands(root) {
  if (process.platform === 'win32') return true;
  try {
    return fs.readlinkSync(linkOf(root)) === TARGET;
  } catch {
    return false;
  }
}

/** @param {string} root */
export function linkCommand(root) {
  if (commandStands(root)) return;
  const link = linkOf(root);
  fs.mkdirSync(path.dirname(link), { recursive: true });
  remove(link);
  fs.symlinkSync(TARGET, link);
}
