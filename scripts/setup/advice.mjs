// @ts-check
/** What to do where no native library could be had. */
import { listed } from './failure.mjs';
import { onPath } from './processes.mjs';
import { TENSORFLOW, wheelFor } from './pip.mjs';

/** Programs that install packages, and the command for what set-up needs. */
const INSTALLERS = [
  ['apt-get', 'sudo apt install python3-pip g++ make'],
  ['dnf', 'sudo dnf install python3-pip gcc-c++ make'],
  ['pacman', 'sudo pacman -S python-pip gcc make'],
  ['zypper', 'sudo zypper install python3-pip gcc-c++ make'],
  ['xcode-select', 'xcode-select --install'],
];

/**
 * @typedef {object} Ways  what to type, here or in a program that was installed
 * @property {string} again looks for the library again
 * @property {string} without does without
 * @property {string} more where there is more to read
 */

/** @type {Ways} */
export const CHECKOUT = {
  again: 'node scripts/setup.mjs --retry',
  without: 'npm start -- --set backend=cpu',
  more: 'docs/how-to/install.md',
};
/** @type {Ways} */
export const INSTALLED = {
  again: 'epochnoise doctor',
  without: 'epochnoise run quickstart --set backend=cpu',
  more: "docs/how-to/install.md in the program's repository",
};

/**
 * @param {{ missing: string[], needsLibrary: boolean }} situation tools that set-up lacks, in words; whether a library
 *   would help, or lies there without a binding to it
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} [env]
 * @param {Ways} [ways]
 * @returns {string[]} lines
 */
export function adviceFor({ missing, needsLibrary }, platform, env = process.env, ways = CHECKOUT) {
  const lines = [];
  if (missing.length > 0 && platform !== 'win32') {
    const installer = INSTALLERS.find(([program]) => onPath(program, env))?.[1];
    lines.push(`missing: ${listed(missing)}${installer ? `; to install what set-up needs: ${installer}` : ''}`);
  }
  const wheel = wheelFor(`${platform}-${process.arch}`)?.requirement ?? `tensorflow==${TENSORFLOW}`;
  if (needsLibrary)
    lines.push(
      `without a connection: fetch the wheel ${wheel} elsewhere and set EPOCHNOISE_LIBTENSORFLOW=<path of the .whl>`,
    );
  lines.push(
    `afterwards: ${ways.again}`,
    `with no library at all, many times slower: ${ways.without}`,
    `more in ${ways.more}`,
  );
  return lines;
}
