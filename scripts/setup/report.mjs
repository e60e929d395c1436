// @ts-check
/**
 * What set-up says, on standard error only: plain lines where it is no terminal, a line that is rewritten where it is.
 */

const PLAIN_INTERVAL_MS = 5_000;
const TERMINAL_INTERVAL_MS = 200;

/** @param {string} line */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`);
}

/**
 * Says that a step begins and returns a function that says how long it took.
 *
 * @param {string} line
 * @returns {(result?: string) => void}
 */
export function begin(line) {
  const start = performance.now();
  say(`${line} …`);
  return (result = 'done') => say(`  ${result} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

/**
 * Reports a growing number of bytes: a rewritten line on a terminal, a line every few seconds elsewhere.
 *
 * @param {string} label
 * @param {number} [total] expected bytes, where known
 */
export function progress(label, total) {
  const terminal = process.stderr.isTTY === true;
  const start = performance.now();
  let last = terminal ? 0 : start;
  let drawn = false;
  return {
    /** @param {number} bytes so far */
    at(bytes) {
      const now = performance.now();
      if (now - last < (terminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
      last = now;
      const of = total ? ` of ${megabytes(total)} (${Math.min(100, Math.round((100 * bytes) / total))} %)` : '';
      const rate = megabytes(bytes / ((now - start) / 1000));
      const line = `set-up:   ${label}: ${megabytes(bytes)}${of}, ${rate}/s`;
      process.stderr.write(terminal ? `\r\u001b[2K${line}` : `${line}\n`);
      drawn = terminal;
    },
    /** Clears the rewritten line, so that what follows starts on an empty one. */
    end() {
      if (drawn) process.stderr.write('\r\u001b[2K');
    },
  };
}
