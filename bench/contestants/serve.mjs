// @ts-check
/** The protocol of a contestant (see contestant.mjs) for this program's own. */
import readline from 'node:readline';
import { writeSafetensors } from '../../dist/store/safetensors.js';

/** @typedef {Float32Array | Float64Array | Record<string, import('../../dist/store/safetensors.js').WritableTensor>} Result */

/**
 * @param {string} version
 * @param {(repeats: number) => unknown} work what it gives, or promises, is told beside the seconds
 * @param {() => Result | Promise<Result>} result
 */
export async function serve(version, work, result) {
  process.stdout.write(`${JSON.stringify({ version })}\n`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const repeats = Number(line);
    if (Number.isInteger(repeats)) {
      const start = performance.now();
      const told = await work(repeats);
      const seconds = (performance.now() - start) / 1000;
      const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
      process.stdout.write(`${JSON.stringify({ seconds, peakMemoryBytes, ...Object(told) })}\n`);
    } else {
      const found = await result();
      writeSafetensors(line, ArrayBuffer.isView(found) ? { result: asFloat64(found) } : found);
      process.stdout.write('{}\n');
    }
  }
}

/** @param {Float32Array | Float64Array} values */
const asFloat64 = (values) => ({ shape: [values.length], data: Float64Array.from(values) });
