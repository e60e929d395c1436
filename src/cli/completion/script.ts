/**
 * The scripts of `epochnoise completion`. They hold all words themselves, so that the tab key starts no program; what is
 * printed is that of this version.
 */
import type { Command } from 'commander';
import { vocabulary } from '../../experiment/vocabulary.ts';
import { typed } from '../../typed.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { tablesOf } from './tables.ts';
import { placesOf } from './tree.ts';
import { zshScript } from './zsh.ts';

/** How each shell comes to read it. */
const USE = {
  bash: { file: '~/.bashrc', line: (command: string) => `eval "$(${command})"` },
  zsh: { file: '~/.zshrc, after compinit', line: (command: string) => `source <(${command})` },
  fish: { file: '~/.config/fish/config.fish', line: (command: string) => `${command} | source` },
};

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The script for a shell. @param program the whole command line, `epochnoise` itself */
export function completionScript(program: Command, shell: keyof typeof SCRIPTS): string {
  const words = vocabulary();
  const script = SCRIPTS[shell](tablesOf(placesOf(program, { dataset: words.datasets }), words));
  // The last lines are those that are seen where it is printed to a terminal.
  return `${script}# This is a script for ${shell}; it works from the next shell on with this line in ${USE[shell].file}:\n#   ${USE[shell].line(typed('completion', shell))}\n`;
}
