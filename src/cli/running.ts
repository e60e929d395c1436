/** Running an experiment, a stage or a probe of one: progress and profile on standard error, then the result. */
import type { Command } from 'commander';
import type { Described, Voice } from '../experiment/index.ts';
import { memoryOption } from './options.ts';
import { print, printJson } from './output.ts';
import { PROFILE_HELP, profileTo } from './profile.ts';
import { progressVoice } from './voice.ts';

/** The options of every command that computes. */
export interface RunningOptions {
  readonly json?: boolean;
  readonly profile?: boolean;
  readonly memory?: number;
}

/** Adds the options of every command that computes. */
export function withRunningOptions(command: Command): Command {
  return command
    .option('--json', 'print the result as JSON')
    .option('--profile', PROFILE_HELP)
    .addOption(memoryOption());
}

/**
 * Runs, and prints the result. The profile is printed however the work ends.
 *
 * @param prepare loads what the work needs; what is refused there is refused before anything is said
 */
export async function runAndPrint(
  { json, profile }: RunningOptions,
  prepare: () => Promise<(voice: Voice) => Promise<Described>>,
): Promise<void> {
  const report = profile ? await profileTo(process.stderr) : null;
  const work = await prepare();
  const voice = progressVoice();
  let result: Described;
  try {
    result = await work(report?.listen(voice) ?? voice);
    voice.end();
  } finally {
    voice.stop();
    report?.print();
  }
  if (json) printJson(result.document);
  else print(result.text);
}
