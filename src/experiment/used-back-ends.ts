/** Which stages were computed on which back ends: as files hold it, and in words. */
import { z } from 'zod';
import { BACK_ENDS, type BackendName } from '../tensor/types.ts';
import type { BackEnds, UsedBackEnd } from './context.ts';

/** Back ends as files hold them. */
export interface WrittenBackEnds {
  /** In the order in which they came. Absent from runs of earlier versions. */
  readonly backEnds?: readonly BackendName[];
  /** What each of them called itself, its device included: several where it was on several. Absent from runs of earlier versions. */
  readonly versions?: Readonly<Partial<Record<BackendName, readonly string[]>>>;
}

/** The fields of {@link WrittenBackEnds}. */
export const WRITTEN = {
  backEnds: z.array(z.enum(BACK_ENDS)).optional(),
  versions: z.partialRecord(z.enum(BACK_ENDS), z.array(z.string())).optional(),
};

/** Each once; one of unknown version only where none of its name has a known one. */
export function each(used: readonly UsedBackEnd[]): UsedBackEnd[] {
  const names = new Set(used.map(({ name }) => name));
  return [...names].flatMap((name): UsedBackEnd[] => {
    const versions = new Set(used.flatMap((one) => (one.name === name ? (one.version ?? []) : [])));
    return versions.size === 0 ? [{ name, version: null }] : [...versions].map((version) => ({ name, version }));
  });
}

/** As files are to hold them. */
export function writtenBackEnds(used: readonly UsedBackEnd[]): WrittenBackEnds {
  const all = each(used);
  const backEnds = [...new Set(all.map(({ name }) => name))];
  const versions = backEnds.map((name) => [name, all.flatMap((one) => (one.name === name ? (one.version ?? []) : []))]);
  return { backEnds, versions: Object.fromEntries(versions.filter(([, known]) => known.length > 0)) };
}

/** From a file of this program, or of an earlier one, which knew names alone, or nothing. */
export const readBackEnds = ({ backEnds = [], versions = {} }: WrittenBackEnds): UsedBackEnd[] =>
  backEnds.flatMap((name): UsedBackEnd[] =>
    (versions[name] ?? [null]).map((version: string | null) => ({ name, version })),
  );

/** `train and record on tensorflow (2.9.1), spectrum on tensorflow (2.9.1) and cpu (tfjs 4.22.0)`. */
export function backEndsInWords(backEnds: BackEnds): string {
  const stages = new Map<string, string[]>();
  for (const [stage, used] of Object.entries(backEnds)) {
    const on = inAList(used.map(inWords));
    stages.set(on, [...(stages.get(on) ?? []), stage]);
  }
  return [...stages].map(([on, names]) => `${inAList(names)} on ${on}`).join(', ');
}

/** Back end tensorflow calls itself by its name, too. */
const inWords = ({ name, version }: UsedBackEnd): string =>
  version === null ? name : `${name} (${version.replace(`${name} `, '')})`;

/** `a, b and c`. */
export const inAList = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
