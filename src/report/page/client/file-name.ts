/** Names of the files that a reader takes. */

/** Longer names of runs are cut. */
const LONGEST = 60;

/** A file named after run and figure: letters, digits, points and hyphens, so that every file system takes it. */
export function fileName(run: string, figure: string, ending: string): string {
  const words = run
    .replaceAll(/[^\p{L}\p{N}.]+/gu, '-')
    .slice(0, LONGEST)
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  return `${words === '' ? '' : `${words}-`}${figure}.${ending}`;
}
