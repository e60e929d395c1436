/** The picture of the command `epochnoise theory`. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { theoryFigure } from '../report/figures/theory.ts';
import { renderPng } from '../report/png.ts';
import { writeFileAtomic } from '../store/atomic.ts';
import type { TheoryTable, TheoryTableOptions } from '../theory/index.ts';

/**
 * Draws the predictions of a table into a PNG file; a missing folder is made.
 *
 * @param options from which `theoryTable` made the table
 * @returns where the picture is
 * @throws ConfigurationError where the name does not end in .png, is a folder's, or lies in what is none; StorageError where
 *   the file cannot be written
 */
export function drawTheory(options: TheoryTableOptions, table: TheoryTable, file: string): string {
  if (!/\.png$/i.test(file))
    throw new ConfigurationError(`--plot is ${file || '""'}; expected a name that ends in .png`);
  const path = resolve(file);
  const folder = dirname(path);
  if (existsSync(path) && statSync(path).isDirectory())
    throw new ConfigurationError(`${path} is a folder; give --plot the name of a file`);
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new ConfigurationError(`${folder} is a file; give --plot a name in a folder`);
  writeFileAtomic(path, renderPng(theoryFigure(options, table)));
  return path;
}
