// @ts-check
/** Fetches wheels with pip, from wherever this machine's pip is set up to look. */
import fs from 'node:fs';
import path from 'node:path';
import { bytesBelow, listFiles } from './files.mjs';
import { run } from './processes.mjs';
import { megabytes, progress, say } from './report.mjs';

/** The release that was measured as fast as any later one, and the smallest. */
export const TENSORFLOW = '2.15.1';

/** Why there is no download where there is no pip. */
export const NO_PIP = 'Python 3 with pip was not found';

/**
 * @typedef {object} WheelSource
 * @property {string} requirement
 * @property {string[]} platforms pip's tags
 * @property {number} [bytes] size of the download, where known
 */

/** @type {Record<string, WheelSource>} */
const WHEELS = {
  'linux-x64': {
    requirement: `tensorflow-cpu==${TENSORFLOW}`,
    platforms: ['manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    bytes: 207_208_420,
  },
  'linux-arm64': {
    requirement: `tensorflow-cpu-aws==${TENSORFLOW}`,
    platforms: ['manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
  },
  'darwin-arm64': { requirement: `tensorflow-macos==${TENSORFLOW}`, platforms: ['macosx_12_0_arm64'] },
  'darwin-x64': { requirement: `tensorflow-cpu==${TENSORFLOW}`, platforms: ['macosx_10_15_x86_64'] },
};

/** The build for NVIDIA's GPUs, which there is for Linux x64 only. */
export const CUDA_WHEEL = /** @type {const} */ ({
  platform: 'linux-x64',
  requirement: `tensorflow==${TENSORFLOW}`,
  platforms: WHEELS['linux-x64'].platforms,
  bytes: 475_258_663,
});

/**
 * @param {string} platform e.g. `linux-x64`
 * @returns {WheelSource | null} null where no wheel holds the C library
 */
export function wheelFor(platform) {
  return WHEELS[platform] ?? null;
}

/**
 * The arguments of `pip`. The wheel is of a fixed Python release: nothing of it is run, so the machine's own release
 * does not matter.
 *
 * @param {WheelSource} source
 * @param {string} folder
 */
export function downloadArguments({ requirement, platforms }, folder) {
  return [
    'download',
    ...['--no-deps', '--only-binary=:all:', '--python-version', '3.11'],
    ...platforms.flatMap((platform) => ['--platform', platform]),
    // The wheel is unpacked into a cache of our own; a second copy in pip's would only fill the disk.
    ...['--no-cache-dir', '--disable-pip-version-check', '--progress-bar', 'off'],
    ...['--retries', '2', '--timeout', '20'],
    ...['--dest', folder, requirement],
  ];
}

/**
 * @returns {Promise<string[] | null>} program and first arguments that run pip, or null
 */
export async function findPip() {
  const candidates = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip'], ['py', '-3', '-m', 'pip']];
  for (const [program, ...args] of candidates) {
    const { ok, output } = await run(program, [...args, '--version'], { limitMs: 30_000 });
    if (ok && /^pip \d+.*python 3/ms.test(output)) return [program, ...args];
  }
  return null;
}

/**
 * @param {WheelSource} source
 * @param {string} folder an empty folder; pip's temporary files go there too, so that their growth can be shown and
 *   nothing is left elsewhere
 * @param {string} [what] it is, in words
 * @returns {Promise<string>} the wheel
 * @throws Error with pip's reason
 */
export async function downloadWheel(source, folder, what = 'libtensorflow') {
  const pip = await findPip();
  if (!pip) throw new Error(NO_PIP);
  const size = source.bytes ? `, ${megabytes(source.bytes)}` : '';
  say(`${what}: downloading the wheel ${source.requirement} with ${pip.join(' ')}${size} …`);
  const meter = progress('downloaded', source.bytes);
  const dest = path.join(folder, 'wheel');
  const temporary = path.join(folder, 'temporary');
  fs.mkdirSync(temporary);
  const [program, ...first] = pip;
  const { ok, output } = await run(program, [...first, ...downloadArguments(source, dest)], {
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    // For a moment pip has two copies.
    tick: () => meter.at(Math.min(bytesBelow(folder), source.bytes ?? Infinity)),
  });
  meter.end();
  const wheel = listFiles(dest).find((name) => name.endsWith('.whl'));
  if (ok && wheel) return path.join(dest, wheel);
  throw new Error(`pip could not download it: ${pipReason(output)}`);
}

/**
 * What went wrong, from pip's output: without a connection its last word is that there is no such package.
 *
 * @param {string} output
 */
export function pipReason(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.findLast(Boolean) ?? 'it said nothing';
  const broken = lines.find((line) => /connection broken by/.test(line));
  if (!broken || !/No matching distribution|Max retries/.test(last)) return last;
  const why = /'[^']*?: ([^']+)'/.exec(broken)?.[1] ?? 'its connections were broken';
  return `no connection to the package index: ${why}`;
}
