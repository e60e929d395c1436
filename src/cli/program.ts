/** All commands. Each loads what it needs when it is called: help and refusals are there at once. */
import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { programVersion } from '../experiment/environment.ts';
import { typed } from '../typed.ts';
import { completionCommand } from './commands/completion.ts';
import { dataCommand } from './commands/data.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { initCommand } from './commands/init.ts';
import { probeCommand } from './commands/probe.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { stageCommands } from './commands/stage.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tensorboardCommand } from './commands/tensorboard.ts';
import { theoryCommand } from './commands/theory.ts';
import { exitCodeOf } from './failure.ts';

/**
 * Parses and runs, and turns every error into one sentence and the exit code of this process, whenever it ends.
 *
 * @param argv as Node has it: the command follows the program and the file that is run
 */
export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    // Commander has already said what was wrong, or printed help or version.
    process.exitCode = error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : exitCodeOf(error);
  }
}

/** The program; parsing throws instead of ending the process. */
export function buildProgram(): Command {
  const program = new Command('epochnoise')
    .description('Tests the theory of epoch-based SGD noise on real networks.')
    .version(programVersion())
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 files missing, damaged or not to be written, 130 interrupted (and resumable).
Start with: ${typed('run', 'quickstart')}`,
    );
  const commands = [
    runCommand(),
    sweepCommand(),
    initCommand(),
    ...stageCommands(),
    reportCommand(),
    tensorboardCommand(),
    importCommand(),
    probeCommand(),
    theoryCommand(),
    dataCommand(),
    doctorCommand(),
    completionCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  throwInsteadOfExit(program);
  return program;
}

/** Subcommands do not inherit these when they are made apart. */
function throwInsteadOfExit(command: Command, path: readonly string[] = []): void {
  command.exitOverride();
  command.configureOutput({ outputError: (text, write) => write(usageError(text, path)) });
  for (const inner of command.commands) throwInsteadOfExit(inner, [...path, inner.name()]);
}

/** Commander's words for a wrong usage as one sentence in one line, like all other errors, with the way out. */
function usageError(text: string, path: readonly string[]): string {
  const [problem, hint] = text.trim().split('\n');
  const said = problem
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replace(/\. ([A-Z])/g, (_, letter: string) => `; ${letter.toLowerCase()}`);
  const suggestion = hint ? ` ${hint.replace('(Did', '(did')}` : '';
  return `${pc.red('error:')} ${said}${suggestion}; see \`${typed(...path, '--help')}\`\n`;
}
