/**
 * The scripts of `epochnoise completion`. They hold all words themselves, so that the tab key starts no program; what is
 * printed is that of this version.
 */
import type { Command } from 'commander';
import { vocabulary } from '../../experiment/vocabulary.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { tablesOf } from './tables.ts';
import { placesOf } from './tree.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The script for a shell. @param program the whole command line, `epochnoise` itself */
export function completionScript(program: Command, shell: keyof typeof SCRIPTS): string {
  const words = vocabulary();
  return SCRIPTS[shell](tablesOf(placesOf(program, { dataset: words.datasets }), words));
}
