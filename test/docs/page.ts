/** A page of docs/ whose code is run as it stands: files, commands, and what these print. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, epochnoise } from '../cli/program.ts';
import type { Block } from './blocks.ts';

/** Writes the files of a page. @returns their names */
export function writeFiles(blocks: readonly Block[], folder: string): string[] {
  return blocks.flatMap(({ file, code }) => {
    if (file === null) return [];
    writeFileSync(join(folder, file), code);
    return [file];
  });
}

/** The commands of a page, as arguments of the program. */
export const commandsOf = (blocks: readonly Block[]): string[][] =>
  blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.trim().split('\n'))
    .map((line) => {
      if (!line.startsWith('npx epochnoise ')) throw new Error(`the page has a command that is not run: ${line}`);
      return line.slice('npx epochnoise '.length).split(' ');
    });

/** Runs a command. @throws Error with what it said, unless it ends well */
export async function runs(folder: string, args: readonly string[]): Promise<Ended> {
  const ended = await epochnoise(folder, args);
  if (ended.code !== 0) throw new Error(`epochnoise ${args.join(' ')} ended with ${ended.code}:\n${ended.err}`);
  return ended;
}

/** Text in which numbers do not count. */
export const withoutNumbers = (text: string): string => text.replace(/\d+(\.\d+)?(e[+-]?\d+)?/g, '#').trim();
