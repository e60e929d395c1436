/** Running check_run.py: the PyTorch that recomputes a run from its files. */
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('check_run.py', import.meta.url));
/** A Python with torch, numpy and safetensors. */
export const PYTHON = process.env.EPOCHNOISE_PYTHON || 'python3';
// One thread: these networks are so small that more only get in each other's way.
const ENVIRONMENT = { ...process.env, OMP_NUM_THREADS: '1' };

/** Why nothing can be recomputed here, to stand in a test's name; null where it can. */
export function pytorchMissing(): string | null {
  try {
    execFileSync(PYTHON, ['-c', 'import torch, numpy, safetensors'], { stdio: ['ignore', 'ignore', 'pipe'] });
    return null;
  } catch (error) {
    const lines = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    const reason = lines.split('\n').at(-1) || (error as Error).message;
    return `skipped: ${PYTHON} cannot import torch, numpy and safetensors (${reason}); EPOCHNOISE_PYTHON names another`;
  }
}

/** One line of the script's table. */
export interface Check {
  readonly check: string;
  /** null for NaN and infinity. */
  readonly deviation: number | null;
  readonly tolerance: number;
  readonly ok: boolean;
}

export interface Recomputed {
  readonly code: number;
  readonly checks: readonly Check[];
  readonly err: string;
}

/** Recomputes a run from its directory and its exported data. */
export async function recompute(run: string, data: string): Promise<Recomputed> {
  const args = [SCRIPT, run, data, '--json'];
  const ended = await promisify(execFile)(PYTHON, args, { env: ENVIRONMENT }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  const checks = ended.stdout === '' ? [] : (JSON.parse(ended.stdout) as { checks: Check[] }).checks;
  return { code: ended.code, checks, err: ended.stderr };
}

/** The checks that do not agree, as sentences. */
export function disagreements({ checks }: Recomputed): string[] {
  return checks
    .filter(({ ok }) => !ok)
    .map(({ check, deviation, tolerance }) => `${check}: ${deviation}, within ${tolerance}`);
}
