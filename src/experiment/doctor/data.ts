/** Which data sets lie where they are looked for, and whether they are whole. */
import { basename, dirname, join } from 'node:path';
import { dataFolder } from '../../data/folder.ts';
import { KNOWN_DATASETS } from '../../data/known-files.ts';
import { presentFiles } from '../../data/present.ts';

/** A data set that is read from files. */
export interface DataFinding {
  readonly name: string;
  /** Where its files are, or would be. */
  readonly folder: string;
  /** How many files it has. */
  readonly files: number;
  /** Names of those that are not there. */
  readonly missing: readonly string[];
  /** Names of those that are longer or shorter than the official ones: other copies, or downloads that broke off. */
  readonly otherLength: readonly string[];
}

/** In the data folder of this user. */
export function findData(): { folder: string; datasets: DataFinding[] } {
  const folder = dataFolder(null);
  const datasets = KNOWN_DATASETS.map((known): DataFinding => {
    const files = presentFiles(known, folder);
    const named = (chosen: typeof files) => chosen.map(({ file }) => basename(file));
    return {
      name: known.name,
      folder: join(folder, dirname(files[0].file)),
      files: files.length,
      missing: named(files.filter(({ bytes }) => bytes === null)),
      otherLength: named(files.filter(({ officialLength }) => officialLength === false)),
    };
  });
  return { folder, datasets };
}

/** In a line. */
export function dataLine({ name, folder, files, missing, otherLength }: DataFinding): string {
  if (missing.length === files) return `${name}: not there (looked for in ${folder})`;
  const found = missing.length === 0 ? 'complete' : `${files - missing.length} of ${files} files`;
  return [
    `${name}: ${found}, in ${folder}`,
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(otherLength.length > 0
      ? [`of another length than the official file, packed anew or cut short: ${otherLength.join(', ')}`]
      : []),
  ].join('; ');
}
