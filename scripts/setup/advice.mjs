// @ts-check
/** What to install where no native library could be had. */
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
 * @param {string[]} missing tools the build lacks, in words
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string[]} lines
 */
export function adviceFor(missing, platform, env = process.env) {
  const lines = [];
  if (missing.length > 0) lines.push(`missing for the build: ${missing.join(', ')}`);
  const installer =
    INSTALLERS.find(([program]) => onPath(program, env))?.[1] ?? 'Python 3 with pip, a C++ compiler, make';
  if (platform !== 'win32') lines.push(`what set-up can use: ${installer}`);
  const wheel = wheelFor(`${platform}-${process.arch}`)?.requirement ?? `tensorflow==${TENSORFLOW}`;
  lines.push(
    `without a connection: fetch the wheel ${wheel} elsewhere and set EPOCHNOISE_LIBTENSORFLOW=<path of the .whl>`,
    'then run the same command again, or: node scripts/setup.mjs --retry',
    'more in docs/how-to/install.md',
  );
  return lines;
}
