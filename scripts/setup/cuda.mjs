// @ts-check
/**
 * The CUDA build of TensorFlow with NVIDIA's libraries, for EPOCHNOISE_LIBTENSORFLOW=cuda. Each wheel is an entry of the cache,
 * whole or absent: what an interrupted set-up has fetched is not fetched again. They lie as in a Python installation, because
 * TensorFlow's libraries look for NVIDIA's at $ORIGIN/../nvidia/<part>/lib and $ORIGIN/../../nvidia/<part>/lib (`readelf -d`):
 *
 *   <cache>/cuda/tensorflow-<release>/tensorflow/{lib,include,METADATA,complete.json}
 *   <cache>/cuda/tensorflow-<release>/nvidia/<part>/{lib,…,complete.json}
 *
 * $ORIGIN is the folder of the path by which a library is opened, links not followed: that of `deps/lib`, beside which
 * placeLibrary links the folder `nvidia`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { damagedFile, dropEntry, dropPartial, keepEntry, newPartial, readEntry } from './cache.mjs';
import { driverSentence, findDriver } from './driver.mjs';
import { SetupError } from './failure.mjs';
import { bytesBelow } from './files.mjs';
import { describeLibrary } from './library.mjs';
import { CUDA_WHEEL, downloadWheel } from './pip.mjs';
import { begin, megabytes, say } from './report.mjs';
import { unpackFiles, unpackWheel, wheelTarget } from './wheel.mjs';
import { readZipDirectory } from './zip.mjs';

/** Of release 2.15.1: sums over the wheels, and over what is unpacked of them; the largest wheel is there twice for a moment. */
const DOWNLOAD_BYTES = 2.356e9;
const UNPACKED_BYTES = 4.006e9;
const PASSING_BYTES = 1.5e9;

const METADATA = 'METADATA';
/** Libraries, the assembler and device code that TensorFlow calls at run time, and the licence; neither headers nor Python. */
const NVIDIA_FILE = /^nvidia\/([^/]+)\/(lib\/[^/]+\.so(?:\.\d+)*|bin\/ptxas|nvvm\/libdevice\/[^/]+\.bc)$/;
const LICENCE = /^[^/]+\.dist-info\/(License\.txt)$/;

/**
 * @param {object} search
 * @param {string} search.cache
 * @param {string} search.platform e.g. `linux-x64`
 * @returns {Promise<import('./library.mjs').Library>} with NVIDIA's libraries beside its folder
 * @throws SetupError on other platforms, and where the disk is too small; Error where a wheel cannot be had
 */
export async function fromCuda({ cache, platform }) {
  if (platform !== CUDA_WHEEL.platform)
    throw new SetupError(
      `EPOCHNOISE_LIBTENSORFLOW=cuda was asked for on ${platform}, but TensorFlow's CUDA build exists for Linux x64 only: say EPOCHNOISE_LIBTENSORFLOW=cpu`,
      3,
    );
  say(`CUDA: ${driverSentence(await findDriver())}`);
  const place = { cache, platform, home: path.join(cache, 'cuda', CUDA_WHEEL.requirement.replace('==', '-')) };
  const parts = await wholeParts(place);
  const tensorflow = path.join(place.home, 'tensorflow');
  const announce = announcer(place.home);
  if (!parts.has(CUDA_WHEEL.requirement)) {
    announce();
    await fetchEntry(place, CUDA_WHEEL, 'CUDA', async (wheel, partial) => ({
      checksums: await unpackWheel(wheel, partial, (name) => (isMetadata(name) ? METADATA : wheelTarget(name))),
      folder: tensorflow,
    }));
  }
  const needed = nvidiaRequirements(fs.readFileSync(path.join(tensorflow, METADATA), 'utf8'));
  if (needed.length === 0)
    throw new Error(`${CUDA_WHEEL.requirement} names no wheels of NVIDIA's in its extra and-cuda`);
  for (const [index, requirement] of needed.entries()) {
    if (parts.has(requirement)) continue;
    announce();
    const what = `CUDA: ${index + 1} of ${needed.length} of NVIDIA's libraries`;
    await fetchEntry(place, { ...CUDA_WHEEL, requirement, bytes: undefined }, what, unpackNvidia(place.home));
  }
  return describeLibrary(tensorflow, `${CUDA_WHEEL.requirement} with CUDA`);
}

/**
 * NVIDIA's wheels among those that a TensorFlow wheel names for CUDA. Others that it may name are left out: `tensorrt` (2.15.0
 * does) serves graphs that were converted for it, of which there are none here.
 *
 * @param {string} metadata content of METADATA
 * @returns {string[]} requirements as pip takes them
 */
export function nvidiaRequirements(metadata) {
  return metadata.split(/\r?\n/).flatMap((line) => {
    const found = /^Requires-Dist: *(nvidia-[\w.-]+?) *\(?([=<>~!][^;)]*?)\)? *;.*extra *== *['"]and-cuda['"]/.exec(
      line,
    );
    return found ? [found[1] + found[2].replaceAll(' ', '')] : [];
  });
}

/** @param {string} name of a wheel's entry */
const isMetadata = (name) => /^[^/]+\.dist-info\/METADATA$/.test(name);

/**
 * @typedef {object} CudaPlace
 * @property {string} cache
 * @property {string} platform
 * @property {string} home folder of this release
 */

/**
 * What is there of this release; what is damaged is removed.
 *
 * @param {CudaPlace} place
 * @returns {Promise<Set<string>>} requirements
 */
async function wholeParts({ home }) {
  const nvidia = path.join(home, 'nvidia');
  const parts = fs.existsSync(nvidia) ? fs.readdirSync(nvidia).map((name) => path.join(nvidia, name)) : [];
  const entries = [path.join(home, 'tensorflow'), ...parts].map(readEntry).filter((entry) => entry !== null);
  if (entries.length === 0) return new Set();
  const finish = begin(`CUDA: checking what is there in ${home}`);
  const whole = new Set();
  let damaged = 0;
  // One after the other: together they are gigabytes.
  for (const entry of entries) {
    if ((await damagedFile(entry)) === null) whole.add(entry.origin);
    else {
      dropEntry(entry);
      damaged++;
    }
  }
  finish(
    damaged === 0 ? 'their checksums are right' : `${damaged} of ${entries.length} libraries damaged, and removed`,
  );
  return whole;
}

/**
 * Says what is about to be downloaded, once.
 *
 * @param {string} home
 * @returns {() => void}
 */
function announcer(home) {
  let said = false;
  return () => {
    if (said) return;
    said = true;
    const there = bytesBelow(home);
    const needed = Math.max(0, UNPACKED_BYTES - there) + PASSING_BYTES;
    fs.mkdirSync(home, { recursive: true });
    const { bavail, bsize } = fs.statfsSync(home);
    const kept = there > 0 ? `; ${megabytes(there)} are there already` : '';
    say(
      `CUDA: TensorFlow and NVIDIA's libraries, ${megabytes(DOWNLOAD_BYTES)} to download, ${megabytes(UNPACKED_BYTES)} once unpacked into ${home}${kept}`,
    );
    if (bavail * bsize < needed)
      throw new SetupError(
        `EPOCHNOISE_LIBTENSORFLOW=cuda needs ${megabytes(needed)} on the disk of ${home}, which has ${megabytes(bavail * bsize)} free: make room, or name another folder in XDG_CACHE_HOME`,
        3,
      );
  };
}

/**
 * Downloads a wheel, unpacks it and deletes it.
 *
 * @param {CudaPlace} place
 * @param {import('./pip.mjs').WheelSource} source
 * @param {string} what it is, in words
 * @param {(wheel: string, partial: string) => Promise<{ checksums: Record<string, string>, folder: string }>} unpack
 *   says where the entry belongs
 */
async function fetchEntry({ cache, platform }, source, what, unpack) {
  const passing = newPartial(cache);
  try {
    const wheel = await downloadWheel(source, passing, what);
    const finish = begin(`CUDA: unpacking ${path.basename(wheel)} (${megabytes(fs.statSync(wheel).size)})`);
    const partial = newPartial(cache);
    try {
      const { checksums, folder } = await unpack(wheel, partial);
      keepEntry(partial, folder, { origin: source.requirement, platform, checksums });
    } catch (error) {
      dropPartial(partial);
      throw error;
    }
    finish();
  } finally {
    dropPartial(passing);
  }
}

/**
 * @param {string} home
 * @returns {(wheel: string, partial: string) => Promise<{ checksums: Record<string, string>, folder: string }>}
 */
function unpackNvidia(home) {
  return async (wheel, partial) => {
    const matches = readZipDirectory(wheel).map(({ name }) => NVIDIA_FILE.exec(name)?.[1]);
    const names = new Set(matches.filter((name) => name !== undefined));
    if (names.size !== 1)
      throw new Error(`${wheel} holds ${names.size} folders of libraries below nvidia/; one is expected`);
    const checksums = await unpackFiles(wheel, partial, (name) =>
      name.split('/').includes('..') ? null : (NVIDIA_FILE.exec(name)?.[2] ?? LICENCE.exec(name)?.[1] ?? null),
    );
    if (checksums['bin/ptxas']) fs.chmodSync(path.join(partial, 'bin', 'ptxas'), 0o755);
    return { checksums, folder: path.join(home, 'nvidia', /** @type {string} */ ([...names][0])) };
  };
}
