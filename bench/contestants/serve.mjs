// @ts-check
/** The protocol of a contestant (see contestant.mjs) for this program's own. */
import readline from 'node:readline';
import { writeSafetensors } from '../../dist/store/safetensors.js';

/**
 * @param {string} version
 * @param {(repeats: number) => void | Promise<void>} work
 * @param {() => Float32Array | Float64Array} result
 */
export async function serve(version, work, result) {
  process.stdout.write(`${JSON.stringify({ version })}\n`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const repeats = Number(line);
    if (Number.isInteger(repeats)) {
      const start = performance.now();
      await work(repeats);
      process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000 })}\n`);
    } else {
      const data = Float64Array.from(result());
      writeSafetensors(line, { result: { shape: [data.length], data } });
      process.stdout.write('{}\n');
    }
  }
}
