/** What `epochnoise data` does with the files of data sets. */
import { downloadDataset, verifyDataset } from '../data/download.ts';
import { dataFolder } from '../data/folder.ts';
import { KNOWN_DATASETS, type KnownDataset } from '../data/known-files.ts';
import { presentFiles } from '../data/present.ts';
import { ConfigurationError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { Voice } from './context.ts';
import type { Described } from './result.ts';

const MADE = [
  { name: 'teacher', title: 'teacher–student regression, made from the seed' },
  { name: 'digits', title: 'digits drawn with a pen, made from the seed' },
  { name: 'file', title: 'your own x and y in .safetensors or .npy, or made by an ES module (data.path)' },
];

/** All data sets, and which files are there. */
export function listData(folderOption: string | null): Described {
  const folder = dataFolder(folderOption);
  const known = KNOWN_DATASETS.map((dataset) => ({
    name: dataset.name,
    title: dataset.title,
    files: presentFiles(dataset, folder).map(({ file, bytes }) => ({ file, there: bytes !== null })),
  }));
  const made = MADE.map((one) => ({ ...one, files: [] }));
  const lines = [...made, ...known].flatMap(({ name, title, files }) => [
    `${name.padEnd(8)} ${title}`,
    ...files.map(({ file, there }) => `         ${there ? 'there  ' : 'missing'}  ${file}`),
  ]);
  return { document: { folder, datasets: [...made, ...known] }, text: [...lines, `data folder: ${folder}`].join('\n') };
}

/** @throws DataError where a file cannot be had */
export async function downloadData(name: string, folderOption: string | null, voice: Voice): Promise<Described> {
  const folder = dataFolder(folderOption);
  const files = await downloadDataset(knownDataset(name), folder, voice.begin(`downloading ${name}`));
  const lines = files.map(({ path, url }) => (url === null ? `${path} was there` : `${path} from ${url}`));
  return { document: { folder, files }, text: lines.join('\n') };
}

/** @returns with an exit code: 3 where a named data set is missing or any file is not the official one */
export async function verifyData(
  name: string | undefined,
  folderOption: string | null,
): Promise<Described & { readonly exitCode: number }> {
  const folder = dataFolder(folderOption);
  const chosen = name === undefined ? KNOWN_DATASETS : [knownDataset(name)];
  const files = (await Promise.all(chosen.map((known) => verifyDataset(known, folder)))).flat();
  const words = { missing: 'missing', official: 'official', other: 'not the official file' };
  const lines = files.map(({ path, state, found, official }) =>
    state === 'other' && found
      ? `${path}: ${words.other} (md5 ${found.md5}; official ${official.md5})`
      : `${path}: ${words[state]}`,
  );
  const bad = files.some(({ state }) => state === 'other' || (state === 'missing' && name !== undefined));
  return { document: { folder, files }, text: lines.join('\n'), exitCode: bad ? 3 : 0 };
}

function knownDataset(name: string): KnownDataset {
  const known = KNOWN_DATASETS.find((one) => one.name === name);
  if (known) return known;
  const made = MADE.find((one) => one.name === name);
  const near = nearest(
    name,
    KNOWN_DATASETS.map((one) => one.name),
  );
  const suggestion = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw new ConfigurationError(
    `${made ? `data set ${name} has no official files (${made.title})` : `unknown data set ${name}${suggestion}`}; those with files are ${KNOWN_DATASETS.map((one) => one.name).join(', ')}`,
  );
}
