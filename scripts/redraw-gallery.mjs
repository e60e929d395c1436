// @ts-check
/** Draws the pictures of docs/gallery.md anew: the tests that hold them do it, told so. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/report/gallery.test.ts'], {
  cwd: fileURLToPath(new URL('../', import.meta.url)),
  env: { ...process.env, EPOCHNOISE_REDRAW: '1' },
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
