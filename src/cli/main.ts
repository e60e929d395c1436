#!/usr/bin/env node
/** The command line: parses, runs, and turns every error into one sentence and an exit code. */
import { CommanderError } from 'commander';
import { exitCodeOf } from './failure.ts';
import { watchInterrupts } from './interrupt.ts';
import { buildProgram } from './program.ts';
import { watchStreams } from './streams.ts';

watchInterrupts();
watchStreams();

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  // Commander has already said what was wrong, or printed help or version.
  process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : exitCodeOf(error);
}
